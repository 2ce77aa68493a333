// One user of an end-to-end test: a HOME with its configuration, and the processes in it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CANARY } from '../../fake-aws/canary.ts';
import { canariesInFiles, canariesInOutput } from '../canary-search.ts';
import { processesWith } from '../processes.ts';
import {
  findSecretsInFiles,
  findSecretsInProcess,
  findSecretsInProcesses,
  findSecretsInText,
  type SecretFound,
} from '../secret-scan.ts';

/** The built product, whose programs are first on the PATH in a workplace. */
const productFolder = fileURLToPath(new URL('../../../dist/bin', import.meta.url));

// Milliseconds. The helper's own deadline is 30 s; no program here takes as many seconds.
const programDeadline = 60_000;

// Milliseconds. A daemon stops within a fraction of this.
const endingDeadline = 5_000;

// Milliseconds between two reads of /proc.
const watchInterval = 20;

export interface WorkplaceOptions {
  /** Contents of files by their path in HOME, such as `.aws/config`. */
  readonly files: Readonly<Record<string, string>>;
  /** Added to the environment of every program. */
  readonly env: Readonly<Record<string, string>>;
  /** The secrets that no file and no process may contain. Called each time, because new tokens are issued meanwhile. */
  readonly secrets: () => readonly string[];
}

/** A program's output and exit code: `null` if it was killed. */
interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Disposing stops our daemon, throws if a process is still running, and removes the folder. */
export interface Workplace extends AsyncDisposable {
  readonly home: string;
  /** The PATH of its programs. */
  readonly path: string;
  /**
   * Runs a program in HOME until it ends. Throws if a secret is in the arguments or the environment of any process
   * meanwhile, in the program's output, or in any file of HOME, TMPDIR and the runtime folder.
   */
  run(command: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same for a program that must succeed. If it does not, throws what it wrote to stderr. */
  succeed(command: readonly string[], options?: RunOptions): Promise<Ran>;
}

/** Makes a workplace in a new folder inside `parent`. Starts nothing. */
export async function makeWorkplace(parent: string, options: WorkplaceOptions): Promise<Workplace> {
  const folder = await mkdtemp(join(parent, 'workplace-'));
  const env = { ...(await makeFolders(folder)), ...options.env };
  const home = join(folder, 'home');
  await writeFiles(home, options.files);
  // The AWS CLI's files are not searched anyway.
  const written: ReadonlySet<string> = new Set();
  const before = await runningProcesses();

  const run: Workplace['run'] = async (command, { input = '', env: more = {} } = {}) => {
    const running = runProgram(command, input, { cwd: home, env: { ...env, ...more } });
    const found = await watchProcesses(running, folder, options.secrets);
    const ran = await running;
    found.push(...(await findSecretsInFiles([folder], options.secrets())));
    found.push(...(await canariesInFiles({ folder, home, written })), ...canariesInOutput(command, ran));
    found.push(...findSecretsInText(ran.stdout, 'stdout', options.secrets()));
    found.push(...findSecretsInText(ran.stderr, 'stderr', options.secrets()));
    assert.deepEqual(found, [], `a secret got out while this ran: ${command.join(' ')}`);
    return ran;
  };

  const succeed: Workplace['succeed'] = async (command, runOptions) => {
    const ran = await run(command, runOptions);
    assert.equal(ran.status, 0, `${command.join(' ')}: ${ran.stderr}`);
    return ran;
  };
  const leave = async () => {
    await succeed(['ecr-xacct', 'daemon', 'stop']);
    assert.deepEqual(await leftRunning(before), [], 'processes were left running');
    await rm(folder, { recursive: true });
  };
  return { home, path: env.PATH, run, succeed, [Symbol.asyncDispose]: leave };
}

/** Makes a login session's folders. @returns the variables for them, and only these. */
async function makeFolders(folder: string): Promise<Record<string, string> & { PATH: string }> {
  const env = {
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: join(folder, 'runtime'),
  };
  for (const path of Object.values(env)) await mkdir(path, { mode: 0o700 });
  // By default, podman and buildah keep images below /var/lib, and need kernel features for it.
  const storage = join(folder, 'storage');
  await writeFile(
    join(folder, 'storage.conf'),
    `[storage]\ndriver = "vfs"\ngraphroot = "${storage}/images"\nrunroot = "${storage}/run"\n`,
  );
  return {
    ...env,
    PATH: `${productFolder}:/usr/sbin:/usr/bin:/sbin:/bin`,
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    ECR_XACCT_SYSTEM_CONFIG: '',
  };
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
  }
}

async function runProgram(
  [program = '', ...args]: readonly string[],
  input: string,
  surroundings: { cwd: string; env: Record<string, string> },
): Promise<Ran> {
  const child = spawn(program, args, { ...surroundings, timeout: programDeadline, killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  // A program need not read its input.
  child.stdin.on('error', () => {}).end(input);
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}

/** Reads /proc until `running` settles, because a short-lived process leaves no trace afterwards. */
async function watchProcesses(
  running: Promise<unknown>,
  folder: string,
  secrets: () => readonly string[],
): Promise<SecretFound[]> {
  const found: SecretFound[] = [];
  const ended = running.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([ended, delay(watchInterval, false)]))) {
    found.push(...(await findSecretsInProcesses(secrets())));
    // Other tests have processes with their own keys in the environment.
    const own = (await processesWith(folder)).map(({ pid }) => pid);
    found.push(...(await findSecretsInProcess(own, [CANARY])));
  }
  return found;
}

/**
 * The command lines of processes that run now and did not run `before`. Waits a moment for those that are ending: the
 * daemon itself answers `daemon stop`, so its process ends after that command.
 */
async function leftRunning(before: ReadonlyMap<string, string>): Promise<string[]> {
  const deadline = AbortSignal.timeout(endingDeadline);
  for (;;) {
    const left = [...(await runningProcesses())].filter(([pid]) => !before.has(pid)).map(([, line]) => line);
    if (left.length === 0 || deadline.aborted) return left;
    await delay(watchInterval);
  }
}

/** Process ID → command line, for running processes. A zombie has no command line. */
async function runningProcesses(): Promise<Map<string, string>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  const all = pids.map((pid, index): [string, string] => [
    pid,
    (lines[index] ?? '').replaceAll('\0', ' ').trim(),
  ]);
  return new Map(all.filter(([, line]) => line !== ''));
}
