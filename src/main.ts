// argv → front; the only place that sets the exit status.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { wholeEnvironment } from './caller-environment.ts';
import { runQuickly } from './cli/quick.ts';
import { errorLine, errorLines, statusOf } from './errors.ts';
import type { Invocation, Streams } from './invocation.ts';
import { keepMemoryOutOfDumps } from './os/core-dump.ts';

/** Replaced by the build with the version in package.json; a run from source reads it there. */
declare const VERSION: string | undefined;
const version: string =
  typeof VERSION === 'string'
    ? VERSION
    : JSON.parse(readFileSync(join(process.argv[1] ?? '', '../../package.json'), 'utf8')).version;

const [command, ...args] = process.argv.slice(2);
const invocation: Invocation = {
  // SIGUSR1 would open the inspector. A single executable has that option built in, and takes none.
  self: isSea() ? [process.execPath] : [process.execPath, '--disable-sigusr1', ...process.argv.slice(1, 2)],
  env: wholeEnvironment(process.env),
  uid: process.getuid?.(),
};

let isOutputLost = false;

/** Each is opened only where it is used: in a daemon they would be a megabyte for nothing, and elsewhere they take their time. */
function openStreams(): Streams {
  const open = (name: 'stdout' | 'stderr') => {
    const stream = process[name];
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read the output may have stopped reading it (`… | head`); a full disk is another matter.
      isOutputLost ||= error.code !== 'EPIPE';
      if (isOutputLost) process.exitCode = 1;
    });
    return stream;
  };
  let stdout: Streams['stdout'] | undefined;
  let stderr: Streams['stderr'] | undefined;
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      stdout ??= open('stdout');
      return stdout;
    },
    get stderr() {
      stderr ??= open('stderr');
      return stderr;
    },
  };
}

/** Where whoever starts the daemon in the background waits for it; undefined for any other command. */
function backgroundReadyFd(): number | undefined {
  const [subcommand, option, fd, ...rest] = args;
  const isBackground = command === 'daemon' && subcommand === 'run' && option === '--ready-fd';
  return isBackground && rest.length === 0 && /^[3-9]$/.test(fd ?? '') ? Number(fd) : undefined;
}

/** Of what this process inherited it keeps what it is to write to and to listen on: it outlives the script that led to it. */
async function closeTheRest(): Promise<void> {
  const { activatedSockets, closeInherited, RESULT_FD } = await import('./os/inherited-fds.ts');
  const named = args.flatMap((arg) => /^\D*(\d+)$/.exec(arg)?.[1] ?? []).map(Number);
  closeInherited(
    command === 'mint' || command === 'parse' ? [RESULT_FD] : [...activatedSockets(invocation.env), ...named],
  );
}

/** Each front is loaded only where it is asked for: Docker waits for the first, and only a minter loads the AWS SDK. */
async function run(): Promise<number> {
  if (['--version', '-V', '-v', 'version'].includes(command ?? '') && args.length === 0) {
    openStreams().stdout.write(`${version}\n`);
    return 0;
  }
  if (command === 'helper') {
    const { helperCommand } = await import('./client/helper-command.ts');
    return helperCommand(args, invocation, version, openStreams());
  }
  // The plugin's options are the native client's; any other word is of a command for people.
  if (
    command === 'kubelet' &&
    args.every((arg) => /^--(?:daemon-silent|no-daemon|begun=\d{1,15})$/.test(arg))
  ) {
    const { kubeletCommand } = await import('./client/kubelet-command.ts');
    return kubeletCommand(args, invocation, openStreams());
  }
  if (command === 'mint' || command === 'parse' || (command === 'daemon' && args[0] === 'run'))
    await closeTheRest();
  if (command === 'mint') {
    const { runMinter } = await import('./minter/run-minter.ts');
    await runMinter(process.stdin, args.includes('--spare'));
    return 0;
  }
  if (command === 'parse') {
    const { runParser } = await import('./parser/run-parser.ts');
    await runParser(args);
    return 0;
  }
  const readyFd = backgroundReadyFd();
  if (readyFd !== undefined && invocation.uid !== undefined) {
    // Past the parser of the command line, which would stay in memory as long as the daemon.
    const { beginDaemon } = await import('./daemon/begin-daemon.ts');
    await beginDaemon(invocation.self, {
      env: invocation.env,
      uid: invocation.uid,
      version,
      readyFd,
    });
    return 0;
  }
  const streams = openStreams();
  const status = await runQuickly(process.argv.slice(2), { invocation, streams });
  if (status !== undefined) return status;
  const { runProgram } = await import('./cli/program.ts');
  return runProgram(process.argv.slice(2), invocation, version, streams);
}

/** What other programs read, and logs, are lines. */
function isForPeople(): boolean {
  return !['helper', 'mint', 'parse', 'daemon'].includes(command ?? '');
}

keepMemoryOutOfDumps();
run()
  .catch((error: unknown) => {
    const lines = isForPeople() ? errorLines(error) : [errorLine(error)];
    process.stderr.write(`${lines.join('\n')}\n`);
    // Docker's protocol has but one.
    return command === 'helper' ? 1 : statusOf(error);
  })
  .then((status) => {
    process.exitCode = isOutputLost ? 1 : status;
    // A minter may have connections or a credential_process left open; its result is written.
    if (command === 'mint') process.exit();
    // Minters that are asked no more may be under way. An output that is lost is told after it was written.
    if (command === 'helper') process.stdout.write('', () => setImmediate(() => process.exit()));
  });
