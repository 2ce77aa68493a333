// The clients in docs/clients.md: each with its version and the command that fetches.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtPeer, type Need, peer } from '../peers.ts';
import { ecrHost, images } from './stage.ts';

/** A program, or a library in a program of a few lines, that fetches an image or an artifact. */
export interface Client {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly version: () => string;
  /** Contents of files by path in HOME. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The command that pushes an artifact of the client's own kind, if it does not fetch images. */
  readonly push?: () => readonly (readonly string[])[];
  readonly pull: () => readonly string[];
}

const pins = join(import.meta.dirname, '..', '..', 'clients');
/** The folder for a registry's certificate authority, with `trust`. */
const authority = `/etc/docker/certs.d/${ecrHost}/ca.crt`;
/** It also gets the tags 2 and 2.0, which the images do not have. */
const feature = { id: 'app', version: '2.0.0', name: 'App' };

export const clients: readonly Client[] = [
  {
    name: 'Docker CLI, before 29',
    needs: ['docker', 'dockerd'],
    version: () => versionOf('/usr/bin/docker', '--version'),
    pull: () => ['/usr/bin/docker', 'pull', images.shared],
  },
  {
    name: 'Docker CLI',
    needs: ['go-clients', 'dockerd'],
    version: () => pinnedModule('github.com/docker/cli'),
    pull: () => [goClient('docker'), 'pull', images.shared],
  },
  {
    name: 'Docker Compose',
    needs: ['docker-compose', 'dockerd'],
    version: () => versionOf('docker-compose', '--version'),
    files: { 'docker-compose.yaml': `services: { app: { image: "${images.shared}" } }\n` },
    pull: () => [peer('docker-compose'), 'pull'],
  },
  {
    name: 'Docker SDK for Python',
    needs: ['python3-docker', 'dockerd'],
    version: () => versionOf('/usr/bin/python3', '-c', 'import docker; print(docker.__version__)'),
    pull: () => [
      '/usr/bin/python3',
      '-c',
      `import docker; docker.from_env().images.pull("${images.shared}")`,
    ],
  },
  {
    name: 'Testcontainers for Node.js',
    needs: ['node-clients', 'dockerd'],
    version: () => pinnedPackage('testcontainers'),
    // In a container, Testcontainers looks for a bridge's address. The tests' engine has no bridge.
    env: { TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1' },
    pull: () => [process.execPath, '--eval', testcontainersPull()],
  },
  {
    name: 'Dev Containers CLI',
    needs: ['node-clients'],
    version: () => pinnedPackage('@devcontainers/cli'),
    env: { NODE_EXTRA_CA_CERTS: authority },
    files: {
      'features/app/devcontainer-feature.json': JSON.stringify(feature),
      'features/app/install.sh': '#!/bin/sh\n',
    },
    push: () => [[...devcontainer(), 'publish', '--registry', ecrHost, '--namespace', 'team', 'features']],
    pull: () => [...devcontainer(), 'info', 'manifest', `${ecrHost}/team/app:${feature.version}`],
  },
  {
    name: 'podman',
    needs: ['podman'],
    version: () => versionOf(peer('podman'), '--version'),
    pull: () => [peer('podman'), 'pull', images.shared],
  },
  {
    name: 'buildah',
    needs: ['buildah'],
    version: () => versionOf(peer('buildah'), '--version'),
    pull: () => [peer('buildah'), 'pull', '--policy', 'always', images.shared],
  },
  {
    name: 'skopeo',
    needs: ['skopeo'],
    version: () => versionOf(peer('skopeo'), '--version'),
    pull: () => [peer('skopeo'), 'copy', `docker://${images.shared}`, 'dir:copied'],
  },
  {
    name: 'crane',
    needs: ['go-clients'],
    version: () => pinnedModule('github.com/google/go-containerregistry'),
    env: { SSL_CERT_FILE: authority },
    pull: () => [goClient('crane'), 'pull', images.shared, 'image.tar'],
  },
  {
    name: 'ORAS',
    needs: ['go-clients'],
    version: () => pinnedModule('oras.land/oras'),
    files: { 'notes.txt': 'an artifact\n' },
    push: () => [
      [goClient('oras'), 'push', '--ca-file', authority, `${ecrHost}/team/app:notes`, 'notes.txt'],
    ],
    pull: () => [goClient('oras'), 'pull', '--ca-file', authority, `${ecrHost}/team/app:notes`],
  },
  {
    name: 'Helm',
    needs: ['go-clients'],
    version: () => pinnedModule('helm.sh/helm/v4'),
    files: { 'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n' },
    push: () => [
      [goClient('helm'), 'package', 'app'],
      [goClient('helm'), 'push', '--ca-file', authority, 'app-0.1.0.tgz', `oci://${ecrHost}/team`],
    ],
    pull: () => [goClient('helm'), 'pull', '--ca-file', authority, `oci://${ecrHost}/team/app:0.1.0`],
  },
];

/** The following command runs on the same Node as the tests. */
function devcontainer(): string[] {
  return [process.execPath, nodeClient('@devcontainers/cli/devcontainer.js'), 'features'];
}

/** The library's function that pulls the image before it starts a container. */
function testcontainersPull(): string {
  return `const { getContainerRuntimeClient, ImageName } = require('${nodeClient('testcontainers')}');
    const pull = ({ image }) => image.pull(ImageName.fromString('${images.shared}'), { force: true });
    getContainerRuntimeClient().then(pull).catch(({ message }) => {
      console.error(message);
      process.exitCode = 1;
    });`;
}

function goClient(name: string): string {
  return join(builtPeer('go-clients'), name);
}

function nodeClient(path: string): string {
  return join(builtPeer('node-clients'), 'node_modules', path);
}

/** The first version number in a program's output. */
function versionOf(program: string, ...args: string[]): string {
  const words = execFileSync(program, args, { encoding: 'utf8', env: { HOME: '/nonexistent' } });
  return /\d+(?:\.\d+)+/.exec(words)?.[0] ?? words.trim();
}

/** Helm prints only a part of its own. */
function pinnedModule(path: string): string {
  const mod = readFileSync(join(pins, 'go.mod'), 'utf8');
  return new RegExp(`^\\t${path} v([\\d.]+)`, 'm').exec(mod)?.[1] ?? '';
}

function pinnedPackage(name: string): string {
  return JSON.parse(readFileSync(join(pins, 'package.json'), 'utf8')).dependencies[name];
}
