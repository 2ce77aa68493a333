// The web server of package repositories, and the key that signs them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { Signer } from '../../../scripts/package/gpg.ts';
import { listen } from '../../fake-aws/listen.ts';
import { createCertificateAuthority } from '../certificates.ts';
import { parseSession } from '../product/sessions.ts';
import type { EnteredRoot } from './entered-root.ts';

/** As in docs/install.md. */
const HOST = 'packages.ecr-xacct.invalid';
const ADDRESS = '127.0.0.5';
/** For `enterPrivateHosts`. */
export const packageHosts = { [HOST]: ADDRESS };
export const packagesUrl = `https://${HOST}`;

/** Disposing stops it. */
export interface PackageHost extends AsyncDisposable {
  /** Makes a system know the host's address and trust its certificate. */
  introduceTo(root: EnteredRoot): Promise<void>;
}

/** Serves the files of a folder, reading them for each request. Call it after `enterPrivateHosts(packageHosts)`. */
export async function servePackages(folder: string): Promise<PackageHost> {
  const authority = await createCertificateAuthority();
  const server = createServer(await authority.issue([HOST]), ({ url = '/' }, response) => {
    try {
      response.end(readFileSync(join(folder, new URL(url, packagesUrl).pathname)));
    } catch {
      response.writeHead(404).end();
    }
  });
  const { close } = await listen(server, ADDRESS, 443);
  const script = `echo '${ADDRESS} ${HOST}' >>/etc/hosts; cat >>/etc/ssl/certs/ca-certificates.crt`;
  return {
    introduceTo: async (root) => {
      await root.succeed(['sh', '-c', script], { input: authority.cert });
    },
    [Symbol.asyncDispose]: close,
  };
}

/** A key in a temporary folder. RSA, because the rpm of RHEL 9 and older versions support no other in all places. */
export function makeSigner(home: string): Signer {
  const key = 'packages@ecr-xacct.invalid';
  mkdirSync(home, { mode: 0o700 });
  const options = [
    '--homedir',
    home,
    '--batch',
    '--quiet',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
  ];
  execFileSync('gpg', [...options, '--quick-generate-key', key, 'rsa3072', 'sign', 'never'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { home, key };
}

/** The steps in docs/install.md for a program. */
export function documentedSteps(program: 'apt-get' | 'dnf') {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'install.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\n(\$ [\s\S]*?)^```$/gm)].map(([, block = '']) =>
    parseSession(block),
  );
  const session = blocks.find(({ steps }) => steps.some(({ command }) => command.includes(` ${program} `)));
  return session?.steps ?? [];
}
