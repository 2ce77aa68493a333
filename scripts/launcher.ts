// The shell scripts that start the program: in a build, in an npm package, and below a prefix such as /usr.
import { readFileSync } from 'node:fs';
import { machine, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE, PLUGIN, TARGETS } from './package/targets.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Launcher {
  /** The name of the program: `ecr-xacct`, or `docker-credential-ecr-xacct`, which is its front for Docker. */
  readonly name: string;
  /**
   * POSIX shell, with its own folder in `$xacct_folder`, and `$xacct_fits` where the Node that this was built for can run. It execs
   * the program, or goes on where it cannot, with why in `$xacct_message`.
   */
  readonly start: string;
  /** What to do where it is not there. */
  readonly remedy: string;
}

function launcher({ name, start, remedy }: Launcher): string {
  return filled('launcher.sh', { PROGRAM: name, START: start, REMEDY: remedy });
}

function filled(template: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(root, 'packaging', template), 'utf8');
  return text.replace(/@([A-Z]+)@/g, (placeholder, key) => values[key] ?? placeholder);
}

/** Goes on where PATH has no Node for `$xacct_script`. */
function nodeOnPath(name: string): string {
  return filled('node-on-path.sh', { PROGRAM: name, COMMAND: commandOf(name) });
}

/** What a program puts before its own arguments. */
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

/** In a package without a Node. `bundle`: its folder, from this file's. */
export function muslLauncher(name: string, bundle: string): string {
  const start = `xacct_fits=
xacct_script=$xacct_folder/${bundle}/ecr-xacct.cjs
${nodeOnPath(name)}`;
  return launcher({ name, start, remedy: 'install it again' });
}

/** In `dist/bin`, beside `dist/lib`: the Node that npm installed in the checkout, or with the package. */
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

/** Below `dist/native`, by what `uname` says of this machine: where its native client is. */
export function nativeFolder(): string {
  return `${type()}-${machine()}`;
}

/** In an npm package: the native client that it has for this system, under the same name; else the TypeScript front. */
export function npmClientLauncher(name: string): string {
  const start = `xacct_client=$xacct_folder/../native/$(command -p uname -s)-$(command -p uname -m)/${name}
[ ! -x "$xacct_client" ] || exec "$xacct_client" "$@"
exec "$xacct_folder/ecr-xacct" ${commandOf(name)}"$@"`;
  return launcher({ name, start, remedy: 'install it again' });
}
