// Asks the daemon for what needs the caller's environment: login, explain, a password, an export.
import type { Answer } from '../docker/messages.ts';
import { errorFrom, XacctError } from '../errors.ts';
import type { OrError } from '../helper/daemon-answers.ts';
import type { ExplainRequest, Explanation } from '../helper/explain.ts';
import { type Invocation, waitingFor } from '../invocation.ts';
import { isDaemonOff } from '../wire/daemon-variables.ts';
import { isAnswered, reachDaemon, type Unanswered } from './reach-daemon.ts';

/**
 * The daemon's answer, or why there is none. `what` is shown to the person who waits.
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
  // Both ends are the same program, or nearly the same version.
  const answer = JSON.parse(response.text) as OrError<T>;
  if ('error' in answer) throw errorFrom(answer.error);
  return answer.done;
}

/**
 * Explains through the daemon, which knows more, or in this process. A daemon is started only if a token is wanted,
 * because it keeps the token.
 * @throws XacctError
 */
export async function explained(
  request: Omit<ExplainRequest, 'env'>,
  invocation: Invocation,
): Promise<Explanation> {
  const what = `${request.mint ? 'Getting a token' : 'Looking for the identity'} for ${request.hostname}`;
  const byDaemon = await askForPeople<Explanation>(invocation, 'explain', request, request.mint, what);
  if (isAnswered(byDaemon)) {
    // A daemon of an earlier version reports only when a token expires.
    for (const { token } of byDaemon.candidates) if (token) token.leftMs ??= token.expiresAt - Date.now();
    return byDaemon;
  }
  const { explainHere } = await import('./explain-here.ts');
  return await waitingFor(what, invocation, () => explainHere(request, invocation));
}

/**
 * The answer to Docker's `get`, from the daemon or from this process.
 * @throws XacctError our own failure, with its fields
 */
export async function askCredential(hostname: string, invocation: Invocation): Promise<Answer> {
  const what = `Getting a token for ${hostname}`;
  const byDaemon = await askForPeople<Answer>(invocation, 'password', hostname, true, what);
  if (isAnswered(byDaemon)) return byDaemon;
  const { credentialHere } = await import('./answer-here.ts');
  return await waitingFor(what, invocation, () => credentialHere(hostname, invocation));
}
