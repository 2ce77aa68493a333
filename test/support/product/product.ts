// A user who runs the built programs: folders, an environment of its own, and the end of the daemon.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { askDaemon } from '../../../src/client/ask-daemon.ts';
import type { DaemonStatus } from '../../../src/helper/daemon-answers.ts';
import type { FakeAws } from '../../fake-aws/start-fake-aws.ts';
import { canariesInFiles, canariesInOutput, canariesInProcesses } from '../canary-search.ts';
import { whenEnded } from '../processes.ts';
import type { SecretFound } from '../secret-scan.ts';

/** The folder of `npm run build`, or that into which test/product/other-nodes.test.ts has copied the programs. */
export const bin = process.env.XACCT_TEST_BIN ?? fileURLToPath(new URL('../../../dist/bin', import.meta.url));

/** How a built program starts itself. */
export const self = [
  process.execPath,
  '--disable-sigusr1',
  fileURLToPath(new URL('../../../dist/lib/ecr-xacct.cjs', import.meta.url)),
] as const;

/** Milliseconds: ten times more than anything needs, so that a hanging program does not hang the tests. */
const PROGRAM_DEADLINE = 60_000;

/** Sections of an AWS config or credentials file. */
export type Sections = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** Rules of config.yaml, by hostname or pattern. */
export type Rules = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** The user's files. What is not given is empty. */
export interface ProductFiles {
  /** `~/.aws/config` */
  readonly config?: Sections;
  /** `~/.aws/credentials` */
  readonly credentials?: Sections;
  /** `registries:` of config.yaml. */
  readonly registries?: Rules;
  /** `fallback_helper:` of config.yaml. */
  readonly fallbackHelper?: string;
}

/** An undefined variable is not set. */
export type ProductEnvironment = Readonly<Record<string, string | undefined>>;

export interface Ran {
  /** Null if it was killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** Added to the user's own. */
  readonly env?: ProductEnvironment;
  readonly cwd?: string;
  /** Whether the program is the test's own, and may show a secret. */
  readonly showsSecret?: boolean;
}

/** Disposing ends the daemon, removes the folder, and throws if a secret of the fake AWS got out. */
export interface Product extends AsyncDisposable {
  /** The folder of everything below. */
  readonly folder: string;
  readonly home: string;
  readonly runtime: string;
  readonly socket: string;
  /** The environment of every program. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a program until it ends, ours by their bare names. Throws if it writes a secret of the fake AWS. */
  run(command: readonly string[], options?: RunOptions): Promise<Ran>;
  /** `docker-credential-ecr-xacct get` */
  get(ServerURL: string, options?: RunOptions): Promise<Ran>;
  /** Replaces the user's files. */
  configure(files: ProductFiles): Promise<void>;
  /** Undefined if no daemon runs. */
  daemon(): Promise<DaemonStatus | undefined>;
  /** Declares that the test itself writes a secret into this file or folder. @returns the absolute path. */
  holdsSecret(path: string): string;
}

/** Makes a user whose AWS is the fake one. Starts nothing. */
export async function makeProduct(
  aws: Pick<FakeAws, 'url'>,
  files: ProductFiles = {},
  env: ProductEnvironment = {},
): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'product-'));
  const folders = {
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
  };
  for (const path of Object.values(folders)) await mkdir(path, { mode: 0o700 });
  const own = environment({
    ...folders,
    PATH: `${bin}:/usr/bin:/bin`,
    USER: 'dev',
    AWS_ENDPOINT_URL: aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Keeps this machine's own system config out.
    ECR_XACCT_SYSTEM_CONFIG: '',
    ...env,
  });
  const home = folders.HOME;
  const runtime = folders.XDG_RUNTIME_DIR;
  const socket = own.ECR_XACCT_SOCKET ?? join(runtime, 'ecr-xacct', 'daemon.sock');
  const configure = (written: ProductFiles) => writeFiles(home, written);
  await configure(files);

  const run: Product['run'] = async (
    command,
    { input = '', env: more = {}, cwd = home, showsSecret } = {},
  ) => {
    const ran = await runProgram(command, input, { cwd, env: environment({ ...own, ...more }) });
    if (!showsSecret) refuseCanaries(canariesInOutput(command, ran), command.join(' '));
    return ran;
  };
  const daemon: Product['daemon'] = () => daemonAt(socket);
  const written = new Set<string>();
  const leave = async () => {
    const running = await daemon();
    const found = running === undefined ? [] : await canariesInProcesses(running.pid);
    if (running !== undefined) await stopDaemon(socket, running.pid);
    found.push(...(await canariesInFiles({ folder, home, written })));
    await rm(folder, { recursive: true, force: true });
    refuseCanaries(found, 'what was left');
  };
  return {
    folder,
    home,
    runtime,
    socket,
    env: own,
    run,
    get: (ServerURL, options) =>
      run(['docker-credential-ecr-xacct', 'get'], { input: ServerURL, ...options }),
    configure,
    daemon,
    holdsSecret: (path) => {
      written.add(path);
      return path;
    },
    [Symbol.asyncDispose]: leave,
  };
}

function refuseCanaries(found: readonly SecretFound[], what: string): void {
  assert.deepEqual(found, [], `a secret of the fake AWS got out: ${what}`);
}

/** Every daemon supports the first version of the wire. */
const OF_ANY_VERSION = { version: 1, env: {}, input: '' } as const;

/** The daemon that listens on a socket; undefined if none does. */
async function daemonAt(socket: string): Promise<DaemonStatus | undefined> {
  const status = { ...OF_ANY_VERSION, action: 'status' };
  const asked = await askDaemon(socket, ownUid(), status, PROGRAM_DEADLINE);
  return typeof asked === 'string' ? undefined : (JSON.parse(asked.text) as DaemonStatus);
}

/** The daemon's process ID. It must be running. */
export async function daemonPid(product: Product): Promise<number> {
  const daemon = await product.daemon();
  assert.ok(daemon !== undefined, 'no daemon runs');
  return daemon.pid;
}

async function stopDaemon(socket: string, pid: number): Promise<void> {
  await askDaemon(socket, ownUid(), { ...OF_ANY_VERSION, action: 'stop' }, PROGRAM_DEADLINE);
  await whenEnded(pid);
}

function ownUid(): number {
  return process.getuid?.() ?? 0;
}

function environment(variables: ProductEnvironment): Record<string, string> {
  const set = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}

async function writeFiles(
  home: string,
  { config, credentials, registries = {}, fallbackHelper }: ProductFiles,
): Promise<void> {
  // One line for each rule, as users write it.
  const rules = Object.entries(registries).map(
    (rule) => `  ${rule.map((part) => JSON.stringify(part)).join(': ')}\n`,
  );
  const fallback = fallbackHelper === undefined ? '' : `fallback_helper: ${JSON.stringify(fallbackHelper)}\n`;
  const contents = {
    '.aws/config': ini(config ?? {}),
    '.aws/credentials': ini(credentials ?? {}),
    '.config/ecr-xacct/config.yaml': `${fallback}registries:\n${rules.join('')}`,
  };
  for (const [name, content] of Object.entries(contents)) {
    const path = join(home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
  }
}

/** A setting with a line break is a section of nested settings, as below `[services NAME]`. */
function ini(sections: Sections): string {
  return Object.entries(sections)
    .map(([name, settings]) => {
      const lines = Object.entries(settings).map(([setting, value]) => `${setting} = ${value}\n`);
      return `[${name}]\n${lines.join('')}`;
    })
    .join('');
}

async function runProgram(
  [program = '', ...args]: readonly string[],
  input: string | Uint8Array,
  surroundings: { cwd: string; env: Record<string, string> },
): Promise<Ran> {
  const child = spawn(program, args, { ...surroundings, timeout: PROGRAM_DEADLINE, killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  // A program need not read its input.
  child.stdin.on('error', () => {}).end(input);
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}

/** The password in the answer to a `get`, which must be a success for this ServerURL, with nothing else. */
export function passwordOf({ status, stdout, stderr }: Ran, ServerURL: string): string {
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, stdout);
  const { Secret } = JSON.parse(stdout) as { Secret: string };
  assert.equal(stdout, `${JSON.stringify({ ServerURL, Username: 'AWS', Secret })}\n`);
  return Secret;
}

/** The line of a failure: one line, the same on stdout and stderr; exit status 1. */
export function failureOf({ status, stdout, stderr }: Ran): string {
  assert.equal(status, 1);
  assert.equal(stdout, stderr);
  assert.match(stdout, /^ecr-xacct: [^\n]+\n$/);
  assert.doesNotMatch(stdout, /credentials not found in native keychain/);
  return stdout.trimEnd();
}
