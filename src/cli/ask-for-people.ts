// Asks the daemon for what needs more than its memory: login and explain, in the environment of whoever asks.
import type { Front } from '../client/answer.ts';
import { reachDaemon } from '../client/reach-daemon.ts';
import type { OrError } from '../daemon/daemon-actions.ts';
import { errorFrom, XacctError } from '../errors.ts';
import { isDaemonOff } from '../wire/daemon-switch.ts';
import { passedEnvironment } from '../wire/environment.ts';

/**
 * What it answers. Undefined where there is none (or it is turned off, or leaves the answer to its client, which alone can
 * follow a relative path).
 * @throws XacctError the daemon's own error, or why it cannot be reached.
 */
export async function askForPeople<T>(
  front: Front,
  action: 'login' | 'explain',
  request: object,
  starts: boolean,
): Promise<T | undefined> {
  const env = passedEnvironment(front.env);
  if (front.uid === undefined || isDaemonOff(env)) return undefined;
  const input = JSON.stringify(request);
  const reach = { self: front.self, uid: front.uid, starts };
  const response = await reachDaemon({ action, env, input }, reach);
  if (response === undefined || response.outcome === 'answer-yourself') return undefined;
  if (response.outcome !== 'success') throw new XacctError('daemon', response.text);
  // Both ends are one program, or nearly one version of it.
  const answer = JSON.parse(response.text) as OrError<T>;
  if ('error' in answer) throw errorFrom(answer.error);
  return answer.done;
}
