// Asks the daemon for what needs more than its memory: login and explain, in the environment of whoever asks.
import { errorFrom, XacctError } from '../errors.ts';
import type { OrError } from '../helper/daemon-answers.ts';
import type { ExplainRequest, Explanation } from '../helper/explain.ts';
import type { Invocation } from '../invocation.ts';
import { isDaemonOff } from '../wire/daemon-variables.ts';
import { passedEnvironment } from '../wire/environment.ts';
import { reachDaemon } from './reach-daemon.ts';

/**
 * What it answers. Undefined where there is none (or it is turned off, or leaves the answer to its client, which alone can
 * follow a relative path).
 * @throws XacctError the daemon's own error, or why it cannot be reached.
 */
export async function askForPeople<T>(
  invocation: Invocation,
  action: 'login' | 'explain',
  request: object,
  starts: boolean,
): Promise<T | undefined> {
  const env = passedEnvironment(invocation.env);
  if (invocation.uid === undefined || isDaemonOff(env)) return undefined;
  const input = JSON.stringify(request);
  const reach = { self: invocation.self, uid: invocation.uid, starts };
  const response = await reachDaemon({ action, env, input }, reach);
  if (response === undefined || response.outcome === 'answer-yourself') return undefined;
  if (response.outcome !== 'success') throw new XacctError('daemon', response.text);
  // Both ends are one program, or nearly one version of it.
  const answer = JSON.parse(response.text) as OrError<T>;
  if ('error' in answer) throw errorFrom(answer.error);
  return answer.done;
}

/** By the daemon, which knows more, or in this process; started only for a token, which it is to keep. @throws XacctError */
export async function explained(
  request: Omit<ExplainRequest, 'env'>,
  invocation: Invocation,
): Promise<Explanation> {
  const byDaemon = await askForPeople<Explanation>(invocation, 'explain', request, request.mint);
  if (byDaemon !== undefined) {
    // A daemon of an earlier version says only when a token expires.
    for (const { token } of byDaemon.candidates) if (token) token.leftMs ??= token.expiresAt - Date.now();
    return byDaemon;
  }
  const { explainHere } = await import('./explain-here.ts');
  return explainHere(request, invocation);
}
