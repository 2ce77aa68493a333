// Asks the user's daemon, if one runs, for what it does for people; never starts one.
import type { Front } from '../client/answer.ts';
import { askDaemon } from '../client/ask-daemon.ts';
import type { DaemonStatus } from '../daemon/daemon-actions.ts';
import { XacctError } from '../errors.ts';
import { daemonAddress } from './command.ts';

const ANSWER_DEADLINE_MS = 5_000;

/**
 * The text of its answer; undefined where no daemon runs.
 * @throws XacctError `daemon` where it does not answer, or knows no such action; `socket-unsafe`; `usage`.
 */
export async function askOwnDaemon(
  front: Front,
  action: string,
  { input = '', timeoutMs = ANSWER_DEADLINE_MS }: { input?: string; timeoutMs?: number } = {},
): Promise<string | undefined> {
  if (front.uid === undefined) return undefined;
  const { path, uid } = daemonAddress(front);
  const asked = await askDaemon(path, uid, { action, env: {}, input }, timeoutMs);
  if (asked === 'absent') return undefined;
  if (asked !== 'broken' && asked.outcome === 'success') return asked.text;
  // It closed without an answer, or is of a version that knows another protocol.
  throw new XacctError('daemon', `the daemon did not understand "${action}"`, {
    hint:
      action === 'stop' ? "run: pkill -f 'ecr-xacct.* daemon run'" : 'to end it, run: ecr-xacct daemon stop',
  });
}

/** What a daemon said of itself. One of an earlier version says less. */
export function readStatus(text: string): DaemonStatus {
  const status = JSON.parse(text) as Omit<DaemonStatus, 'failures' | 'mfaSessions'> & Partial<DaemonStatus>;
  const tokens = status.tokens.map((token) => ({
    ...{ identity: 'unknown identity', region: '?', lastServed: token.mintedAt, mints: 1 },
    ...token,
  }));
  return { failures: [], mfaSessions: [], ...status, tokens };
}
