// Owns a developer's `pass` in a workplace: a gpg key without a passphrase, and the store that is encrypted with it.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workplace } from './workplace.ts';

const ID = 'developer@workplace.example';

/** Disposing ends gpg-agent, which gpg has started. */
export interface PassStore extends AsyncDisposable {
  /** The server URLs that `docker-credential-pass` keeps something for. */
  stored(): Promise<string[]>;
}

export async function makePassStore({ home, succeed }: Workplace): Promise<PassStore> {
  const key = ['--quick-generate-key', ID, 'future-default', 'default', 'never'];
  await succeed(['gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...key]);
  await succeed(['pass', 'init', ID]);
  return {
    stored: async () => {
      // By its file names: docker-credential-pass itself answers only for what we might have mixed up.
      const folder = join(home, '.password-store', 'docker-credential-helpers');
      const names = await readdir(folder).catch(() => []);
      return names.map((name) => Buffer.from(name, 'base64url').toString()).toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      await succeed(['gpgconf', '--kill', 'all']);
    },
  };
}
