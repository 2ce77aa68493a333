// Signs a program: macOS on Apple silicon kills programs without a signature.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Signs with the identity in the keychain that $APPLE_IDENTITY names, which notarization needs; without it, ad hoc.
 * @returns false if there is no codesign, which only macOS has. @throws Error from codesign.
 */
export function signForMacos(program: string): boolean {
  const identity = process.env.APPLE_IDENTITY;
  // V8 runs code that it generates. A hardened program may do that only with these entitlements.
  const entitlements = join(root, 'packaging', 'macos', 'entitlements.plist');
  const hardened = ['--options', 'runtime', '--timestamp', '--entitlements', entitlements];
  const args = identity ? ['--force', '--sign', identity, ...hardened] : ['--force', '--sign', '-'];
  const { status, error, stderr } = spawnSync('codesign', [...args, program], { encoding: 'utf8' });
  if (error !== undefined) return false;
  if (status !== 0) throw new Error(`codesign ${args.join(' ')} ${program} failed: ${stderr.trim()}`);
  return true;
}
