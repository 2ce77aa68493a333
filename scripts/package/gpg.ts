// The key that repositories are signed with, in a keyring of gpg.
import { execFileSync } from 'node:child_process';

export interface Signer {
  /** gpg's folder. */
  readonly home: string;
  /** The key's fingerprint, or what else gpg knows it by. */
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

/** The text with a signature around it. */
export function clearSigned(signer: Signer, text: string): string {
  return gpg(signer, ['--clear-sign'], text);
}

/** A signature of it, to lie beside it. */
export function detachedSignature(signer: Signer, content: string | Buffer): string {
  return gpg(signer, ['--detach-sign'], content);
}

/** What others verify signatures with. */
export function publicKey(signer: Signer): string {
  return gpg(signer, ['--export-options', 'export-minimal', '--export', signer.key]);
}
