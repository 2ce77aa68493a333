// The ad-hoc signature without which macOS on Apple silicon kills a program.
import { spawnSync } from 'node:child_process';

/** @returns false where there is no codesign: on any system but macOS. @throws Error from codesign. */
export function signAdHoc(program: string): boolean {
  const args = ['--force', '--sign', '-', program];
  const { status, error, stderr } = spawnSync('codesign', args, { encoding: 'utf8' });
  if (error !== undefined) return false;
  if (status !== 0) throw new Error(`codesign ${args.join(' ')} failed: ${stderr.trim()}`);
  return true;
}
