// Owns a Debian of its own for a test: a minimal system in which nothing was installed, and which is gone afterwards.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { debianRoot } from './peers.ts';
import type { Ran } from './product.ts';

/** Milliseconds. Only keeps what hangs from hanging the tests. */
const DEADLINE = 120_000;

/**
 * Mounts the system $1 below $2, changes in memory, and in it $3 of the machine, where tests keep their files; then lives as long as
 * its stdin is open. Everything that runs in its PID namespace ends with it.
 */
const ENTER = `
set -e
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mount -t proc proc "$2/root/proc"
mount --rbind /dev "$2/root/dev"
mount --bind "$3" "$2/root$3"
echo ready
cat
`;

export interface RunInRoot {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Disposing ends every process in it. */
export interface DebianRoot extends AsyncDisposable {
  /** Where it is, for `outside`. */
  readonly path: string;
  /** Runs a program in it, with nothing but a PATH and `env` in its environment. */
  run(command: readonly string[], options?: RunInRoot): Promise<Ran>;
  /** The same for a program that is to succeed. */
  succeed(command: readonly string[], options?: RunInRoot): Promise<Ran>;
  /** Runs a program of the machine's own that sees `path` and the processes in it, and is to succeed. */
  outside(command: readonly string[]): Promise<Ran>;
  /** Every file and folder in it but what is mounted. */
  files(): Promise<string[]>;
}

/** A fresh one. Needs `debian-root` and `namespaces`. */
export async function enterDebianRoot(): Promise<DebianRoot> {
  const folder = await mkdtemp(join(tmpdir(), 'debian-root-'));
  const args = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    ENTER,
    'sh',
    debianRoot(),
    folder,
    tmpdir(),
  ];
  const holder = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  assert.equal(holder.exitCode, null, 'the Debian could not be mounted');
  const inside = await childOf(holder);
  const path = join(folder, 'root');
  const nsenter = ['nsenter', '--target', inside, '--mount', '--pid'];
  const chroot = [...nsenter, 'chroot', path, '/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'];

  const run: DebianRoot['run'] = (command, { input = '', env = {} } = {}) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return runToEnd([...chroot, ...variables, ...command], input);
  };
  const succeed: DebianRoot['succeed'] = async (command, options) =>
    succeeded(command, await run(command, options));
  return {
    path,
    run,
    succeed,
    outside: async (command) => succeeded(command, await runToEnd([...nsenter, ...command], '')),
    files: async () => {
      const { stdout } = await succeed(['find', '/', '-xdev']);
      return stdout.trimEnd().split('\n').toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(holder, 'exit');
      holder.stdin.end();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** What two lists of files differ in: `+` for what came, `-` for what went. */
export function fileChanges(before: readonly string[], after: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...before.filter((path) => !has.has(path)).map((path) => `-${path}`),
    ...after.filter((path) => !had.has(path)).map((path) => `+${path}`),
  ];
}

/** The process ID of what unshare has forked. */
async function childOf({ pid }: ChildProcess): Promise<string> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
}

function succeeded(command: readonly string[], ran: Ran): Ran {
  assert.equal(ran.status, 0, `${command.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran;
}

async function runToEnd([program = '', ...args]: readonly string[], input: string): Promise<Ran> {
  const child = spawn(program, args, { timeout: DEADLINE, killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  child.stdin.on('error', () => {}).end(input);
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}
