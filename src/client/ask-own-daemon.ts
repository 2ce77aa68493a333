// Asks the user's daemon, if one runs, for the actions that people use. Never starts a daemon.
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
 * The text of the daemon's answer; undefined if no daemon runs.
 * @throws XacctError `daemon` if it does not answer or does not know the action; `socket-unsafe`; `usage`.
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
  // The daemon closed the connection without an answer, or its version does not know the action.
  throw new XacctError('daemon', `the daemon did not understand "${action}"`, {
    hint: action === 'stop' ? killHint(path, uid) : { say: 'to end it', run: command`ecr-xacct daemon stop` },
  });
}

/**
 * The daemon's user and socket. `path` is undefined if it is too long for a socket.
 * @throws XacctError `daemon` on Windows; `socket-unsafe`.
 */
export function daemonAddress({ env, uid }: Invocation): { path: string | undefined; uid: number } {
  if (uid === undefined) {
    throw noDaemonOnWindows();
  }
  return { path: socketPath(env, uid), uid };
}

/** The daemon's report about itself. An earlier version reports less. */
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
