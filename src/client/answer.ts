// Answers one of Docker's actions: through the daemon, which is started if needed, or else in this process.
import { createLazyFallback } from '../docker/fallback/lazy-fallback.ts';
import type { Action, Answer } from '../docker/messages.ts';
import type { Environment, Invocation, SelfCommand } from '../invocation.ts';
import { isDaemonOff, timeoutMs } from '../wire/daemon-variables.ts';
import { socketPath } from '../wire/socket-path.ts';
import { noAnswer } from './ask-daemon.ts';
import type { DaemonTried } from './daemon-tried.ts';
import { noDaemonOnWindows } from './no-daemon.ts';
import { GRACE_MS, isAnswered, noDaemon, reachDaemon } from './reach-daemon.ts';

/** `input`: the whole of stdin. Never throws: every failure becomes an answer. */
export async function answer(
  action: Action,
  input: string,
  invocation: Invocation,
  tried: DaemonTried | undefined,
): Promise<Answer> {
  const { env } = invocation;
  try {
    const { uid } = invocation;
    const path = tried === 'silent' && uid !== undefined ? socketPath(env, uid) : undefined;
    if (path !== undefined && uid !== undefined) throw noAnswer(path, uid, timeoutMs(env) + GRACE_MS);
    if (uid === undefined || isDaemonOff(env)) return await withoutDaemon(action, input, env, invocation);
    return (
      (await throughDaemon(action, input, { ...invocation, env, uid }, tried === undefined)) ??
      (await withoutDaemon(action, input, env, invocation))
    );
  } catch (error) {
    const { answerWithout, askInMinters } = await import('./answer-here.ts');
    const fallback = createLazyFallback(timeoutMs);
    return await answerWithout(error, action, input, env, { ...askInMinters(invocation.self), fallback });
  }
}

/** Loaded only here: it is the whole logic of the program, and a warm `get` does not need it. */
async function withoutDaemon(
  action: Action,
  input: string,
  env: Environment,
  { self, uid }: Invocation,
): Promise<Answer> {
  const { answerHere, askInMinters } = await import('./answer-here.ts');
  const fallback = createLazyFallback(timeoutMs);
  // A user who turned the daemon off knows that logins are not kept. On Windows, Docker would report success.
  const noLogins =
    uid === undefined ? noDaemonOnWindows({ say: 'docker pull needs no docker login' }) : undefined;
  return await answerHere(action, input, env, { ...askInMinters(self), fallback, noLogins });
}

/**
 * Undefined if the daemon leaves the answer to its client, or if there is no daemon and the action does not need one.
 * @throws XacctError `socket-unsafe`, `daemon`, `usage`.
 */
async function throughDaemon(
  action: Action,
  input: string,
  { self, env, uid }: { self: SelfCommand; env: Environment; uid: number },
  mayStart: boolean,
): Promise<Answer | undefined> {
  // `erase` and `list` start no daemon: a new daemon has nothing to forget or to list.
  const starts = mayStart && (action === 'get' || action === 'store');
  const response = await reachDaemon({ action, input }, { self, uid, env, starts });
  if (isAnswered(response)) return response;
  if (action === 'store') throw noDaemon('to keep this login', response);
  return undefined;
}
