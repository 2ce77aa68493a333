// The paths of programs that `scripts/install-test-peers` builds from test/. Each folder name contains a hash of the
// sources.
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The source files of each program in test/, and the path in its folder that tests use. */
export const BUILT_PEERS = {
  kubelet: {
    source: 'kubelet',
    files: '{go.mod,go.sum,*.go,cloud-provider/go.mod,cloud-provider/*/*.go}',
    path: 'kubelet',
  },
  'go-clients': { source: 'clients', files: 'go.{mod,sum}', path: '' },
  'node-clients': { source: 'clients', files: 'package{,-lock}.json', path: '' },
  moto: { source: 'moto', files: 'requirements.txt', path: 'bin/moto_server' },
} as const;

export type BuiltPeer = keyof typeof BUILT_PEERS;

/** The absolute path, whether or not it exists. */
export function builtPeerPath(name: BuiltPeer): string {
  const { source, files, path } = BUILT_PEERS[name];
  const folder = join(import.meta.dirname, '..', source);
  const hash = createHash('sha256');
  for (const file of globSync(files, { cwd: folder }).toSorted())
    hash.update(readFileSync(join(folder, file)));
  const digest = hash.digest('hex').slice(0, 12);
  return join('/var/cache/docker-credential-ecr-xacct-tests', `${name}-${digest}`, path);
}
