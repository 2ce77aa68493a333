// The shell scripts that start the program: in a build, in an npm package, and below a prefix such as /usr.
import { readFileSync } from 'node:fs';
import { machine, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE, PLUGIN, TARGETS } from './package/targets.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Launcher {
  /** The name of the program: `ecr-xacct`, or `docker-credential-ecr-xacct`, which Docker runs. */
  readonly name: string;
  /**
   * POSIX shell code. `$xacct_folder` is the script's folder; `$xacct_fits` is set if the Node that this was built for
   * can run. The code execs the program, or sets `$xacct_message` to the reason why it cannot.
   */
  readonly start: string;
  /** How to fix it if the program is missing. */
  readonly remedy: string;
}

function launcher({ name, start, remedy }: Launcher): string {
  return filled('launcher.sh', { PROGRAM: name, START: start, REMEDY: remedy });
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(root, 'packaging', template), 'utf8');
  return text.replace(/@([A-Z]+)@/g, (placeholder, key) => values[key] ?? placeholder);
}

/** Runs `$xacct_script` on the first Node on PATH. Continues if there is none, or an unsupported version. */
function nodeOnPath(name: string): string {
  return filled('node-on-path.sh', { PROGRAM: name, COMMAND: commandOf(name) });
}

/** The arguments that a program puts before its own. */
function commandOf(name: string): string {
  return { [PACKAGE]: 'helper ', [PLUGIN]: 'kubelet ' }[name] ?? '';
}

/** Below a prefix: the single executable. */
export function treeLauncher(name: string): string {
  const start = `xacct_program=$xacct_folder/../lib/${PACKAGE}/ecr-xacct
[ ! -x "$xacct_program" ] || [ -z "$xacct_fits" ] || exec "$xacct_program" ${commandOf(name)}"$@"
[ ! -x "$xacct_program" ] ||
  xacct_message="${name}: the Node in this package needs glibc, which this system does not have; install the package for musl"`;
  return launcher({ name, start, remedy: 'install it again' });
}

/** In a package without Node. `bundle`: its folder, relative to this file's. */
export function muslLauncher(name: string, bundle: string): string {
  const start = `xacct_fits=
xacct_script=$xacct_folder/${bundle}/ecr-xacct.cjs
${nodeOnPath(name)}`;
  return launcher({ name, start, remedy: 'install it again' });
}

/** In `dist/bin`, beside `dist/lib`: the Node that npm installed in the checkout or with the package. */
export function bundleLauncher(name: string): string {
  const packages = Object.values(TARGETS).filter(({ pkg }) => pkg.platform !== 'win');
  const beside = packages.flatMap(({ nodePackage, nodeFile }) => [
    `"$xacct_folder/../../node_modules/${nodePackage}/${nodeFile}"`,
    `"$xacct_folder/../../../${nodePackage}/${nodeFile}"`,
  ]);
  const start = `xacct_script=$xacct_folder/../lib/ecr-xacct.cjs
for xacct_node in ${beside.join(' \\\n  ')}; do
  [ ! -x "$xacct_node" ] || [ ! -r "$xacct_script" ] || [ -z "$xacct_fits" ] ||
    exec "$xacct_node" --disable-sigusr1 "$xacct_script" ${commandOf(name)}"$@"
done
${nodeOnPath(name)}`;
  return launcher({
    name,
    start,
    remedy: `in its source folder, run: npm run build; or: npm install -g ${PACKAGE}`,
  });
}

/** The folder below `dist/native` with the native client for this machine, chosen by `uname`. */
export function nativeFolder(): string {
  return `${type()}-${machine()}`;
}

/** In an npm package: the native client of the same name for this system, or else the TypeScript program. */
export function npmClientLauncher(name: string): string {
  const start = `xacct_client=$xacct_folder/../native/$(command -p uname -s)-$(command -p uname -m)/${name}
[ ! -x "$xacct_client" ] || exec "$xacct_client" "$@"
exec "$xacct_folder/ecr-xacct" ${commandOf(name)}"$@"`;
  return launcher({ name, start, remedy: 'install it again' });
}
