// Asks the user's daemon, if one runs, for what it does for people; never starts one.
import { XacctError } from '../errors.ts';
import type { DaemonStatus } from '../helper/daemon-answers.ts';
import { command } from '../hint.ts';
import type { Invocation } from '../invocation.ts';
import { isOfOlderDaemon } from '../wire/codec.ts';
import { socketPath } from '../wire/socket-path.ts';
import { askDaemon, killHint } from './ask-daemon.ts';
import { noDaemonOnWindows } from './no-daemon.ts';

const ANSWER_DEADLINE_MS = 5_000;

/**
 * The text of its answer; undefined where no daemon runs.
 * @throws XacctError `daemon` where it does not answer, or knows no such action; `socket-unsafe`; `usage`.
 */
export async function askOwnDaemon(
  invocation: Invocation,
  action: string,
  { input = '', timeoutMs = ANSWER_DEADLINE_MS }: { input?: string; timeoutMs?: number } = {},
): Promise<string | undefined> {
  if (invocation.uid === undefined) return undefined;
  const { path, uid } = daemonAddress(invocation);
  if (path === undefined) return undefined;
  const ask = (version?: 1) =>
    askDaemon(path, uid, { ...(version && { version }), action, env: {}, input }, timeoutMs);
  let asked = await ask();
  if (typeof asked === 'object' && isOfOlderDaemon(asked)) asked = await ask(1);
  if (asked === 'absent') return undefined;
  if (typeof asked === 'object' && asked.outcome === 'success') return asked.text;
  // It closed without an answer, or is of a version that knows no such action.
  throw new XacctError('daemon', `the daemon did not understand "${action}"`, {
    hint: action === 'stop' ? killHint(path, uid) : { say: 'to end it', run: command`ecr-xacct daemon stop` },
  });
}

/**
 * Whose daemon it is, and where it listens: nowhere where the path is too long for a socket.
 * @throws XacctError `daemon` on Windows; `socket-unsafe`.
 */
export function daemonAddress({ env, uid }: Invocation): { path: string | undefined; uid: number } {
  if (uid === undefined) {
    throw noDaemonOnWindows();
  }
  return { path: socketPath(env, uid), uid };
}

/** What a daemon said of itself. One of an earlier version says less. */
export function readStatus(text: string): DaemonStatus {
  const status = JSON.parse(text) as Omit<DaemonStatus, 'failures' | 'mfaSessions'> & Partial<DaemonStatus>;
  const leftOf = ({ expiresAt }: { expiresAt: number }) => ({ leftMs: expiresAt - Date.now() });
  const tokens = status.tokens.map((token) => ({
    ...{ identity: 'unknown identity', region: '?', lastServed: token.mintedAt, mints: 1, ...leftOf(token) },
    ...token,
  }));
  const mfaSessions = (status.mfaSessions ?? []).map((session) => ({ ...leftOf(session), ...session }));
  return { failures: [], ...status, mfaSessions, tokens };
}
