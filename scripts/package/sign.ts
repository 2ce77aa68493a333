// The signature without which macOS on Apple silicon kills a program.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * By the identity that $APPLE_IDENTITY names in the keychain, as Apple notarizes programs; without it, ad hoc.
 * @returns false where there is no codesign: on any system but macOS. @throws Error from codesign.
 */
export function signForMacos(program: string): boolean {
  const identity = process.env.APPLE_IDENTITY;
  // V8 writes the code that it runs, which a hardened program may do only where it says so.
  const entitlements = join(root, 'packaging', 'macos', 'entitlements.plist');
  const hardened = ['--options', 'runtime', '--timestamp', '--entitlements', entitlements];
  const args = identity ? ['--force', '--sign', identity, ...hardened] : ['--force', '--sign', '-'];
  const { status, error, stderr } = spawnSync('codesign', [...args, program], { encoding: 'utf8' });
  if (error !== undefined) return false;
  if (status !== 0) throw new Error(`codesign ${args.join(' ')} ${program} failed: ${stderr.trim()}`);
  return true;
}
