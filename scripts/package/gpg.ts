// The key in a keyring of gpg that signs the repositories.
import { execFileSync } from 'node:child_process';

export interface Signer {
  /** gpg's folder. */
  readonly home: string;
  /** The key's fingerprint, or another name that gpg knows. */
  readonly key: string;
}

/** @returns what gpg wrote to stdout. @throws Error from gpg. */
function gpg({ home, key }: Signer, args: readonly string[], input?: string | Buffer): string {
  const options = ['--homedir', home, '--batch', '--yes', '--armor', '--local-user', key];
  return execFileSync('gpg', [...options, ...args], {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    input: input ?? '',
  });
}

/** The text with its signature, in one clear-signed message. */
export function clearSigned(signer: Signer, text: string): string {
  return gpg(signer, ['--clear-sign'], text);
}

/** A detached signature. */
export function detachedSignature(signer: Signer, content: string | Buffer): string {
  return gpg(signer, ['--detach-sign'], content);
}

/** The public key. */
export function publicKey(signer: Signer): string {
  return gpg(signer, ['--export-options', 'export-minimal', '--export', signer.key]);
}
