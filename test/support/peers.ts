// Finds the programs that tests need. A test without its programs is skipped, or fails if CI=true.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isBaseThere, isNodeThere, NODES_ON_PATH } from '../../scripts/package/node-base.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { BUILT_PEERS, type BuiltPeer, builtPeerPath } from './built-peers.ts';

/** Programs of Debian that the tests and the benchmark run; `scripts/install-test-peers` installs them. */
export type Peer =
  | 'docker'
  | 'dockerd'
  | 'docker-registry'
  | 'skopeo'
  | 'podman'
  | 'buildah'
  | 'systemd-socket-activate'
  | 'docker-credential-ecr-login'
  | 'aws'
  | 'pass'
  | 'docker-credential-pass'
  | 'cc'
  | 'gcc'
  | 'clang-14'
  | 'bash'
  | 'zsh'
  | 'fish'
  | 'script'
  | 'musl-gcc'
  | 'lintian'
  | 'mandoc'
  | 'rpm'
  | 'rpmbuild'
  | 'rpmlint'
  | 'qemu-aarch64'
  | 'ruby'
  | 'python3'
  | 'docker-compose'
  | 'cron'
  | 'sudo'
  | 'zip'
  | 'curl'
  | 'gpg'
  | 'apt-ftparchive'
  | 'createrepo_c'
  | 'dnf'
  | 'shellcheck';

/**
 * What a test may need: a program, private namespaces (root, on Linux), a bare Debian, the programs of version 1 of the
 * wire, a Debian library, a program that is built from test/, the checker of workflows, a system that can start
 * programs for another processor, a compiler and musl for that processor, a root with musl, the Node of every packaged
 * system, or the Nodes that the bundle supports.
 */
export type Need =
  | Peer
  | 'namespaces'
  | 'debian-root'
  | 'version-1'
  | 'actionlint'
  | 'python3-docker'
  | BuiltPeer
  | 'binfmt'
  | 'node-bases'
  | 'musl-arm64'
  | 'musl-root';

/** The last programs with version 1 of the wire, built by `scripts/install-test-peers`. */
const VERSION_ONE = '/var/cache/docker-credential-ecr-xacct-tests/version-1';

/** A system with musl, made by `scripts/install-test-peers`. */
const MUSL_ROOT = '/var/cache/docker-credential-ecr-xacct-tests/musl-24.19.0';

/** Makes GCC compile with another processor's musl. */
const MUSL_ARM64 = '/usr/lib/aarch64-linux-musl/musl-gcc.specs';

/** Debian's docker-py. */
const PYTHON_DOCKER = '/usr/lib/python3/dist-packages/docker';

/** A minimal Debian, made by `scripts/install-test-peers`. */
const DEBIAN_ROOT = '/var/cache/docker-credential-ecr-xacct-tests/debian-curl';

/** The checker of GitHub's workflows, built by `scripts/install-test-peers`. */
const ACTIONLINT = '/var/cache/docker-credential-ecr-xacct-tests/actionlint-1.7.12/actionlint';

/** A docker CLI: different versions react differently to a failing credential helper. */
export interface DockerCli {
  /** Absolute path. */
  readonly path: string;
  /** The CLI's own words, for instance `20.10.24+dfsg1`. */
  readonly version: string;
}

// An ordinary user's PATH, and root's in some containers, lacks the folders of dockerd and ip.
const searchPath = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The absolute paths of the programs with that name, in search order. Links to one file count once. */
function findPrograms(name: string): string[] {
  const found = new Map<string, string>();
  for (const folder of searchPath.filter((entry) => entry.startsWith('/'))) {
    const path = join(folder, name);
    if (!isProgram(path)) continue;
    const target = realpathSync(path);
    if (!found.has(target)) found.set(target, path);
  }
  return [...found.values()];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The absolute path of a test program, Debian's own first. Throws if `skipWithout` has a reason. */
export function peer(name: Peer): string {
  const programs = findPrograms(name);
  const program = programs.find((path) => path.startsWith('/usr/bin/')) ?? programs[0];
  if (program === undefined) throw new Error(absence(name));
  return program;
}

/** The folder of the bare Debian. Do not write to it. */
export function debianRoot(): string {
  return DEBIAN_ROOT;
}

/** The folder of a system with musl, with Alpine's layout. Do not write to it. */
export function muslRoot(): string {
  return MUSL_ROOT;
}

/** The folder of the programs of version 1: `dist/bin` and what belongs to it. */
export function versionOne(): string {
  return VERSION_ONE;
}

/** The program that checks GitHub's workflows. Throws if `skipWithout` has a reason. */
export function actionlintProgram(): string {
  if (!existsSync(ACTIONLINT)) throw new Error(absence('actionlint'));
  return ACTIONLINT;
}

/** The absolute path of a program that was built from files in test/. Throws if `skipWithout` has a reason. */
export function builtPeer(name: BuiltPeer): string {
  const path = builtPeerPath(name);
  if (!existsSync(path)) throw new Error(absence(name));
  return path;
}

/** Every docker CLI of this machine: Debian's own first, that of test/clients last. Empty if there is none. */
export function dockerClis(): DockerCli[] {
  const own = '/usr/bin/docker';
  const newest = join(builtPeerPath('go-clients'), 'docker');
  const found = findPrograms('docker').sort((a, b) => Number(b === own) - Number(a === own));
  return [...found, ...(isProgram(newest) ? [newest] : [])].map((path) => ({
    path,
    version: dockerVersion(path),
  }));
}

function dockerVersion(path: string): string {
  const words = execFileSync(path, ['--version'], { encoding: 'utf8', env: { HOME: '/nonexistent' } });
  return /^Docker version ([^\s,]+)/.exec(words)?.[1] ?? words.trim();
}

/**
 * For the `skip` option of node:test: the reason why a test cannot run here, or `false`. With `CI=true` it throws the
 * reason instead, so that nothing is skipped unseen.
 */
export function skipWithout(...needs: Need[]): string | false {
  const reason = needs.map(reasonAgainst).find((text) => text !== undefined);
  if (reason === undefined) return false;
  if (process.env.CI === 'true') throw new Error(`${reason}; nothing may be skipped where CI=true`);
  return reason;
}

function reasonAgainst(need: Need): string | undefined {
  if (need === 'namespaces') return namespacesRefused();
  if (need === 'binfmt') return binfmtRefused();
  if (need === 'node-bases') return basesMissing();
  if (need === 'musl-arm64') {
    const isThere = findPrograms('aarch64-linux-gnu-gcc').length > 0 && existsSync(MUSL_ARM64);
    return isThere ? undefined : absence(need);
  }
  if (need === 'version-1') return existsSync(VERSION_ONE) ? undefined : absence(need);
  if (need === 'musl-root') return existsSync(MUSL_ROOT) ? undefined : absence(need);
  if (need === 'actionlint') return existsSync(ACTIONLINT) ? undefined : absence(need);
  if (need === 'python3-docker') return existsSync(PYTHON_DOCKER) ? undefined : absence(need);
  if (isBuilt(need)) return existsSync(builtPeerPath(need)) ? undefined : absence(need);
  if (need === 'debian-root') return existsSync(DEBIAN_ROOT) ? undefined : absence(need);
  return findPrograms(need).length > 0 ? undefined : absence(need);
}

/** Tests download nothing. */
function basesMissing(): string | undefined {
  const missing = [
    ...Object.values(TARGETS).filter((target) => !isBaseThere(target)),
    ...NODES_ON_PATH.filter((version) => !isNodeThere(version)).map((name) => ({ name })),
  ];
  if (missing.length === 0) return undefined;
  return `no Node for ${missing.map(({ name }) => name).join(', ')} (run: npm run package -- --fetch)`;
}

function isBuilt(need: Need): need is BuiltPeer {
  return need in BUILT_PEERS;
}

function absence(name: Need): string {
  return `no ${name} on this machine (run: scripts/install-test-peers)`;
}

function namespacesRefused(): string | undefined {
  if (process.platform !== 'linux') return `private namespaces need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'not root';
  if (findPrograms('ip').length === 0) return 'no ip on this machine (run: scripts/install-test-peers)';
  try {
    execFileSync('unshare', ['--mount', '--net', '--pid', '--fork', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'root may not make namespaces here (unshare refused; a container needs --privileged)';
  }
}

/** Mounts in a user namespace, so that nothing is registered for the machine. */
function binfmtRefused(): string | undefined {
  const mount = 'mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc';
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', mount], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no binfmt_misc of a user namespace (Linux 6.7 has it)';
  }
}
