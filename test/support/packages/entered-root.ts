// A temporary root file system for a test, in private namespaces, with all processes in it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Ran } from '../product/product.ts';

/** Milliseconds: a limit so that a hanging program does not hang the tests. */
const DEADLINE = 120_000;

export interface RunInRoot {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Disposing ends every process in it. */
export interface EnteredRoot extends AsyncDisposable {
  /** Its path, seen from outside. */
  readonly path: string;
  /** Runs a program in it. Its environment is only a PATH and `env`. */
  run(command: readonly string[], options?: RunInRoot): Promise<Ran>;
  /** The same for a program that must succeed. */
  succeed(command: readonly string[], options?: RunInRoot): Promise<Ran>;
  /** Runs a program of the machine, which sees `path` and the processes inside, and must succeed. */
  outside(command: readonly string[]): Promise<Ran>;
  /** Every file and folder in it, except mounts. */
  files(): Promise<string[]>;
}

export interface RootRecipe {
  /**
   * POSIX shell code that mounts the root at $1, an empty folder, and in it $2, the machine's folder of the tests'
   * files. Further words are `args`.
   */
  readonly mount: string;
  readonly args: readonly string[];
  /** Whether the root also has a user namespace. */
  readonly hasOwnUsers?: boolean;
}

/** A new one. Needs `namespaces`. */
export async function enterRoot({ mount, args, hasOwnUsers = false }: RootRecipe): Promise<EnteredRoot> {
  const folder = await mkdtemp(join(tmpdir(), 'root-'));
  // It runs as long as its stdin is open. Every process in its PID namespace ends with it.
  const script = `set -e\n${mount}\necho ready\ncat\n`;
  const holder = spawn(
    'unshare',
    [
      ...(hasOwnUsers ? ['--user', '--map-root-user'] : []),
      ...['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', folder, tmpdir(), ...args],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (holder.exitCode !== null) {
    await rm(folder, { recursive: true });
    assert.fail('the root could not be mounted');
  }
  const own = ['--mount', '--pid', ...(hasOwnUsers ? ['--user'] : [])];
  const nsenter = ['nsenter', '--target', await childOf(holder), ...own];

  const run: EnteredRoot['run'] = (command, { input = '', env = {} } = {}) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const clean = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...variables];
    // The machine's own chroot, whatever the program's PATH.
    return runToEnd([...nsenter, ...clean, '/usr/sbin/chroot', folder, ...command], input);
  };
  const succeed: EnteredRoot['succeed'] = async (command, options) =>
    succeeded(command, await run(command, options));
  return {
    path: folder,
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

/** The process ID of unshare's child. */
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
