// The archive for Windows: one folder in a .zip.
import { execFileSync } from 'node:child_process';
import { globSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Of a folder, under its own name; the same bytes for the same files and times. @throws Error from Info-ZIP's zip. */
export function packZip(folder: string, output: string): void {
  const files = globSync(`${basename(folder)}/**`, { cwd: dirname(folder) }).toSorted();
  // It would add to what is there.
  rmSync(output, { force: true });
  // -X: no owner and no other times. The one time that is left, it writes in local time.
  execFileSync('zip', ['-q', '-X', '-D', '-9', output, '-@'], {
    cwd: dirname(folder),
    env: { ...process.env, TZ: 'UTC' },
    input: `${files.join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}
