// Asks the daemon, which is started where there is none.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { SelfCommand } from '../invocation.ts';
import type { Request, Response } from '../wire/codec.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { socketPath } from '../wire/socket-path.ts';
import { askDaemon, type DaemonReply } from './ask-daemon.ts';
import { startDaemon } from './start-daemon.ts';

/** Given to the daemon beyond the time a mint may take, so that its own answer, which says more, comes first. Milliseconds. */
export const GRACE_MS = 2_000;

export interface Reach {
  self: SelfCommand;
  uid: number;
  /** Whether a daemon is started where none answers. */
  starts: boolean;
}

/** Undefined where there is none, and none could be started. @throws XacctError `socket-unsafe`, `daemon`, `usage`. */
export async function reachDaemon(
  request: Request,
  { self, uid, starts }: Reach,
): Promise<Response | undefined> {
  const { env } = request;
  const path = socketPath(env, uid);
  const ask = () => askDaemon(path, uid, request, timeoutMs(env) + GRACE_MS);
  let asked = await ask();
  if (isNoAnswer(asked) && starts && (await startDaemon(self, env))) asked = await ask();
  return isNoAnswer(asked) ? undefined : asked;
}

/** `what` it is needed for, as in `to keep this login`. */
export function noDaemon(what: string): XacctError {
  return new XacctError('daemon', `there is no daemon ${what}, and none could be started`, {
    hint: { say: 'to see why', run: command`ecr-xacct daemon run` },
  });
}

/** Node cannot keep others out of a named pipe. */
export const NO_DAEMON_ON_WINDOWS =
  'on Windows there is no daemon: each pull gets a token anew, and no login is kept';

export function noDaemonOnWindows(say?: string): XacctError {
  return new XacctError('daemon', NO_DAEMON_ON_WINDOWS, { hint: say === undefined ? undefined : { say } });
}

function isNoAnswer(asked: DaemonReply): asked is 'absent' | 'broken' {
  return asked === 'absent' || asked === 'broken';
}
