// The time of every file in a package: that of the commit, so that two builds of it are the same bytes.
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Epoch seconds: $SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/), or else the time of the
 * current commit. @throws Error if there is neither.
 */
export function sourceDateEpoch(env: Readonly<Record<string, string | undefined>>): number {
  const given = env.SOURCE_DATE_EPOCH;
  if (given !== undefined) {
    if (!/^\d{1,11}$/.test(given))
      throw new Error(`SOURCE_DATE_EPOCH=${given}: it must be seconds since 1970`);
    return Number(given);
  }
  try {
    const args = ['log', '-1', '--format=%ct'];
    return Number(
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  } catch (cause) {
    throw new Error('the time of the commit is not known: this is no git checkout; set SOURCE_DATE_EPOCH', {
      cause,
    });
  }
}
