// Owns a root file system of its own for a test, in namespaces of its own, with all that runs in it gone afterwards.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Ran } from '../product/product.ts';

/** Milliseconds. Only keeps what hangs from hanging the tests. */
const DEADLINE = 120_000;

export interface RunInRoot {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Disposing ends every process in it. */
export interface EnteredRoot extends AsyncDisposable {
  /** Its path from outside. */
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

export interface RootRecipe {
  /**
   * POSIX shell that mounts the root at $1, which is an empty folder, and in it $2 of the machine, where tests keep their files;
   * further words are `args`.
   */
  readonly mount: string;
  readonly args: readonly string[];
  /** Whether it has a user namespace, too. */
  readonly hasOwnUsers?: boolean;
}

/** A fresh one. Needs `namespaces`. */
export async function enterRoot({ mount, args, hasOwnUsers = false }: RootRecipe): Promise<EnteredRoot> {
  const folder = await mkdtemp(join(tmpdir(), 'root-'));
  // It lives as long as its stdin is open. Everything that runs in its PID namespace ends with it.
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
    // The machine's own chroot, whatever PATH the program is to have.
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
