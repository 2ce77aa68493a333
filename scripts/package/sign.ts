// The signature without which macOS starts no program: ad hoc, of nobody, which only Apple's own tool makes.
import { spawnSync } from 'node:child_process';

/** Whether it was signed: false where there is no codesign, on any other system than macOS. @throws Error with what it printed. */
export function signAdHoc(program: string): boolean {
  const { status, error, stderr } = spawnSync('codesign', ['--sign', '-', '--force', program], {
    encoding: 'utf8',
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return false;
  if (status !== 0) throw new Error(`codesign ${program} failed: ${error?.message ?? stderr}`);
  return true;
}
