// Asks the daemon, in the caller's environment, for what needs more than its memory: login, explain, a password, an export.
import type { Answer } from '../docker/messages.ts';
import { errorFrom, XacctError } from '../errors.ts';
import type { OrError } from '../helper/daemon-answers.ts';
import type { ExplainRequest, Explanation } from '../helper/explain.ts';
import { type Invocation, waitingFor } from '../invocation.ts';
import { isDaemonOff } from '../wire/daemon-variables.ts';
import { isAnswered, reachDaemon, type Unanswered } from './reach-daemon.ts';

/**
 * What it answers, or why it does not. `what` is shown to the person who waits.
 * @throws XacctError the daemon's own error, or why it cannot be reached.
 */
export async function askForPeople<T extends object>(
  invocation: Invocation,
  action: 'login' | 'explain' | 'export' | 'password',
  request: object | string,
  starts: boolean,
  what: string,
): Promise<T | Unanswered> {
  const { self, env, uid } = invocation;
  if (uid === undefined || isDaemonOff(env)) return 'none';
  const input = typeof request === 'string' ? request : JSON.stringify(request);
  const response = await waitingFor(what, invocation, () =>
    reachDaemon({ action, input }, { self, uid, env, starts }),
  );
  if (!isAnswered(response)) return response;
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
  const what = `${request.mint ? 'Getting a token' : 'Looking for the identity'} for ${request.hostname}`;
  const byDaemon = await askForPeople<Explanation>(invocation, 'explain', request, request.mint, what);
  if (isAnswered(byDaemon)) {
    // A daemon of an earlier version says only when a token expires.
    for (const { token } of byDaemon.candidates) if (token) token.leftMs ??= token.expiresAt - Date.now();
    return byDaemon;
  }
  const { explainHere } = await import('./explain-here.ts');
  return await waitingFor(what, invocation, () => explainHere(request, invocation));
}

/** What Docker's `get` answers, by the daemon or in this process. @throws XacctError a failure of ours, by its parts */
export async function credentialFor(hostname: string, invocation: Invocation): Promise<Answer> {
  const what = `Getting a token for ${hostname}`;
  const byDaemon = await askForPeople<Answer>(invocation, 'password', hostname, true, what);
  if (isAnswered(byDaemon)) return byDaemon;
  const { credentialHere } = await import('./answer-here.ts');
  return await waitingFor(what, invocation, () => credentialHere(hostname, invocation));
}
