// Compiles and runs the native client for its own tests: with sanitizers, against the tests' socket and program.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { compileClient } from '../../../scripts/compile-client.ts';

const SANITIZERS = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Exit status if a sanitizer finds a fault. The client uses 0 and 1, the tests' program 7. */
const FOUND = 99;
const SANITIZER_OPTIONS = `exitcode=${FOUND}:detect_leaks=0:halt_on_error=1`;

/** Milliseconds: a limit so that a hanging client does not hang the tests. */
const DEADLINE = 60_000;

/**
 * Replaces `ecr-xacct`, and records its arguments, input and descriptors. What is not in the record was closed. As a
 * daemon, it writes to $HOME what it was started with, becomes ready if $LANG says so, and ends.
 */
const PROGRAM = `#!/bin/sh
if [ "$1" = daemon ]; then
  [ -n "$HOME" ] || exit 1
  links=$(readlink /proc/$$/cwd /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2)
  { printf '%s\\n' "$*" "$links"; env | sed 's/=.*//'; } >"$HOME/started"
  read -r _ _ _ _ _ session _ <"/proc/$$/stat"
  [ "$session" = $$ ] || echo "in session $session" >>"$HOME/started"
  for fd in 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$fd ] || echo "has $fd" >>"$HOME/started"; done
  [ "$LANG" != ready ] || echo ready >&3
  exit 1
fi
for fd in 0 1 2; do [ -e /dev/fd/$fd ] && open="$open $fd"; done
printf '%s\\0' "$@" >"$RECORD/args"
printf '%s' "$open" >"$RECORD/open"
printf '%s' "$AWS_PROFILE" >"$RECORD/profile"
[ -e /dev/fd/0 ] && cat >"$RECORD/stdin" 2>&1
exit 7
`;

/** What the client passed to the program that it became. */
export interface Handed {
  readonly args: readonly string[];
  readonly profile: string;
  /** Of the descriptors 0, 1 and 2. */
  readonly open: readonly number[];
  /** Undefined if it is closed. */
  readonly stdin: string | undefined;
}

export interface ClientRan {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined if the client became no other program. */
  readonly handed: Handed | undefined;
}

export interface ClientOptions {
  /** All strings are latin1, so that they can have any bytes. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Redirections of a shell, such as `<&-`. */
  readonly redirection?: string;
  /** If false, stdout is a pipe without a reader. */
  readonly isStdoutRead?: boolean;
  /** Writes and ends stdin, instead of `input`. */
  readonly feed?: (stdin: NonNullable<ChildProcess['stdin']>) => void;
}

export interface NativeClient extends AsyncDisposable {
  /** Other users may pass through the folder, and nothing else. */
  readonly folder: string;
  /** In a separate folder with mode 0700, on which nothing listens. */
  readonly socketFolder: string;
  readonly socket: string;
  /** The variables that every client sends to the daemon. */
  readonly env: Readonly<Record<string, string>>;
  run(args: readonly string[], options?: ClientOptions): Promise<ClientRan>;
}

/**
 * Compiles the client and makes a folder for the socket. `name`: the program's path as the client knows it; by default
 * absolute.
 */
export async function makeNativeClient(name?: string): Promise<NativeClient> {
  const folder = await mkdtemp(join(tmpdir(), 'native-client-'));
  await chmod(folder, 0o711);
  const program = join(folder, 'ecr-xacct');
  await writeFile(program, PROGRAM, { mode: 0o755 });
  const client = join(folder, 'docker-credential-ecr-xacct');
  const { status, stderr, error } = compileClient(['gcc', ...SANITIZERS], name ?? program, client);
  assert.equal(status, 0, error?.message ?? stderr);

  const socketFolder = join(folder, 'socket');
  await mkdir(socketFolder, { mode: 0o700 });
  const socket = join(socketFolder, 'daemon.sock');
  const env = { PATH: '/usr/bin:/bin', AWS_PROFILE: 'dev', ECR_XACCT_SOCKET: socket };
  return {
    folder,
    socketFolder,
    socket,
    env,
    run: (args, options) => runClient(client, args, { ...options, env: { ...env, ...options?.env } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function runClient(
  client: string,
  args: readonly string[],
  { input = '', env, redirection = '', isStdoutRead = true, feed }: ClientOptions,
): Promise<ClientRan> {
  const record = await mkdtemp(`${client}-`);
  const options = { ASAN_OPTIONS: SANITIZER_OPTIONS, UBSAN_OPTIONS: SANITIZER_OPTIONS };
  const [file = '', ...words] =
    redirection === '' ? [client, ...args] : ['sh', '-c', `exec "$@" ${redirection}`, 'sh', client, ...args];
  const child = spawn(file, words, {
    env: { ...env, ...options, RECORD: record },
    timeout: DEADLINE,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  if (!isStdoutRead) child.stdout.destroy();
  // A program need not read its input.
  child.stdin.on('error', () => {});
  if (feed === undefined) child.stdin.end(input, 'latin1');
  else feed(child.stdin);
  const [status, stdout, stderr] = await Promise.all([
    ended,
    isStdoutRead ? buffer(child.stdout) : Buffer.of(),
    text(child.stderr),
  ]);
  assert.ok(status !== FOUND && !/Sanitizer|runtime error:/.test(stderr), stderr);
  return { status, stdout: stdout.toString('latin1'), stderr, handed: await readRecord(record) };
}

async function readRecord(folder: string): Promise<Handed | undefined> {
  const read = (name: string) => readFile(join(folder, name), 'latin1').catch(() => undefined);
  const args = await read('args');
  if (args === undefined) return undefined;
  const open = (await read('open'))?.match(/\d/g)?.map(Number) ?? [];
  return {
    args: args.split('\0').slice(0, -1),
    profile: (await read('profile')) ?? '',
    open,
    stdin: await read('stdin'),
  };
}
