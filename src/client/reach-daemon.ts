// Asks the daemon: starts it if none runs, and replaces one of an earlier version.
import { passedEnvironment, wholeEnvironment } from '../caller-environment.ts';
import type { Answer } from '../docker/messages.ts';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { isOfOlderDaemon, type NewRequest, OLDER_THAN_THIS, type WireVersion } from '../wire/codec.ts';
import { timeoutMs } from '../wire/daemon-variables.ts';
import { placeVariables } from '../wire/place.ts';
import { socketPath } from '../wire/socket-path.ts';
import { askDaemon } from './ask-daemon.ts';
import { startDaemon } from './start-daemon.ts';

/**
 * The daemon has this much more time than a mint, so that its own answer, which says more, arrives first. Milliseconds.
 */
export const GRACE_MS = 2_000;

interface Reach {
  self: SelfCommand;
  uid: number;
  /** The caller's whole environment. */
  env: Environment;
  /** Whether to start a daemon if none answers, and to replace one of an earlier version. */
  starts: boolean;
  /** How long an answer may take, in ms from now; by default as long as a mint. */
  left?: () => number;
}

/**
 * Why no daemon answers. `none`: no daemon runs and none could be started. The error `limit`: this process may not
 * start one. `path`: the socket's path would be too long. `place`: the daemon sees other files. `newer`: it has a later
 * version. `older`: one of an earlier version starts again each time. `too-large`: the environment is too large.
 * `other`: the daemon leaves the answer to its client for another reason.
 */
export type Unanswered = 'none' | 'path' | 'place' | 'newer' | 'older' | 'too-large' | 'other' | XacctError;

/** Whether a daemon answered. */
export function isAnswered<T extends object>(answer: T | Unanswered): answer is Exclude<T, XacctError> {
  return typeof answer === 'object' && !(answer instanceof XacctError);
}

/** @throws XacctError `socket-unsafe`, `daemon`, `usage`. */
export async function reachDaemon(
  { action, input }: Pick<NewRequest, 'action' | 'input'>,
  { self, uid, env, starts, left = () => timeoutMs(env) }: Reach,
): Promise<Answer | Unanswered> {
  const path = socketPath(env, uid);
  if (path === undefined) return 'path';
  const ask = (sent: Record<string, string>, version?: WireVersion) => {
    const request = { ...(version && { version }), action, env: { ...placeVariables(env), ...sent }, input };
    return askDaemon(path, uid, request, left() + GRACE_MS);
  };
  const passed = passedEnvironment(env);
  let asked = await ask(passed);
  if (typeof asked === 'object' && isOfOlderDaemon(asked)) {
    if (starts) await stopOlder(path, uid);
    asked = starts ? 'absent' : await ask(passed, 1);
  }
  if (starts && (asked === 'absent' || asked === 'broken')) {
    const started = await startDaemon(self, env);
    if (started instanceof XacctError) return started;
    if (started) asked = await ask(passed);
  }
  if (typeof asked === 'object' && asked.outcome === 'ask-again') asked = await ask(wholeEnvironment(env));
  if (asked === 'too-large') return 'too-large';
  if (typeof asked === 'string') return 'none';
  const { outcome, text } = asked;
  if (outcome !== 'answer-yourself' && outcome !== 'ask-again') return { outcome, text };
  if (isOfOlderDaemon(asked)) return 'older';
  if (text.endsWith(' version')) return 'newer';
  if (text.endsWith(' environment')) return 'too-large';
  return text.endsWith(' place') ? 'place' : 'other';
}

/** A daemon of this version does not stop: another client may have started it meanwhile. */
async function stopOlder(path: string, uid: number): Promise<void> {
  const stop = { version: 1, action: 'stop', env: {}, input: OLDER_THAN_THIS } as const;
  await askDaemon(path, uid, stop, GRACE_MS);
}

/** `what` the daemon is needed for, as in `to keep this login`. */
export function noDaemon(what: string, why: Unanswered): XacctError {
  if (why instanceof XacctError) return why.reworded(`there is no daemon ${what}: ${why.message}`);
  const own = command`export ECR_XACCT_SOCKET=$HOME/.ecr-xacct/daemon.sock`;
  const fail = (because: string, hint: Hint) =>
    new XacctError('daemon', `there is no daemon ${what}${because}`, { hint });
  switch (why) {
    case 'none':
      return fail(', and none could be started', { say: 'to see why', run: command`ecr-xacct daemon run` });
    case 'path':
      return fail(': the path of its socket is longer than the system allows', {
        say: 'for a shorter one',
        run: own,
      });
    case 'place':
      return fail(': the daemon that runs here sees other files than this process', {
        say: 'for a socket of your own',
        run: own,
      });
    case 'newer':
      return fail(': a daemon of a later version runs here, which this program cannot ask', {
        say: 'to end it',
        run: command`ecr-xacct daemon stop`,
      });
    case 'older':
      return fail(': a daemon of an earlier version starts again each time', {
        say: 'to end what starts it',
        run: command`systemctl --user stop ecr-xacct.socket ecr-xacct.service`,
      });
    case 'too-large':
      return fail(': the environment is larger than it reads', {
        say: 'unset variables that you do not need',
      });
    case 'other':
      return fail(' for this caller', {
        say: 'check:',
        run: command`env | grep -E ${'"^(HOME|AWS_|ECR_XACCT_)"'}`,
      });
  }
}
