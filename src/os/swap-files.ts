// A file in the place of another, and that under the former's name, in one step: nothing that was there is lost unseen.
import { spawnSync } from 'node:child_process';
import { lstatSync } from 'node:fs';

/** Best effort: puts `file` in the place of `other`, unless that has another identity. Whether it did is seen by the files. */
export type SwapFiles = (file: string, other: string, identity: string) => void;

const DEADLINE_MS = 5_000;

/** The exit status that says so, of the native client. */
const NOT_THE_ONE = 3;

/**
 * By the native client, because Node has no call for it. Once it could not (the file system, the system or a launcher in its
 * place knows no exchange), it is not asked again.
 */
export function createSwap(client: string | undefined): SwapFiles {
  let isOfUse = process.platform !== 'win32';
  return (file, other, identity) => {
    if (client === undefined || !isOfUse) return;
    const args = ['exchange', file, other, identity];
    const { status } = spawnSync(client, args, { env: {}, stdio: 'ignore', timeout: DEADLINE_MS });
    isOfUse = status === 0 || status === NOT_THE_ONE;
  };
}

/** Which file it is, and when it was last written, whatever its name; undefined where there is none. */
export function identityOf(path: string): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}
