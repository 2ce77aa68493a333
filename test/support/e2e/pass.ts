// A developer's `pass` in a workplace: a gpg key without a passphrase, and the encrypted store.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workplace } from './workplace.ts';

const ID = 'developer@workplace.example';

/** Disposing ends the gpg-agent that gpg has started. */
export interface PassStore extends AsyncDisposable {
  /** The server URLs in the store of `docker-credential-pass`. */
  stored(): Promise<string[]>;
}

export async function makePassStore({ home, succeed }: Workplace): Promise<PassStore> {
  const key = ['--quick-generate-key', ID, 'future-default', 'default', 'never'];
  await succeed(['gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...key]);
  await succeed(['pass', 'init', ID]);
  return {
    stored: async () => {
      // Reads the file names, because docker-credential-pass cannot list an entry that was written wrongly.
      const folder = join(home, '.password-store', 'docker-credential-helpers');
      const names = await readdir(folder).catch(() => []);
      return names.map((name) => Buffer.from(name, 'base64url').toString()).toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      await succeed(['gpgconf', '--kill', 'all']);
    },
  };
}
