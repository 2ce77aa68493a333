// Selects the program for a command line: helper, plugin, minter, parser, daemon or commands. Sets the exit status.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { wholeEnvironment } from './caller-environment.ts';
import { runQuickly } from './cli/quick.ts';
import { errorLine, errorLines, statusOf } from './errors.ts';
import type { Invocation, Streams } from './invocation.ts';
import { keepMemoryOutOfDumps } from './os/core-dump.ts';

/** The build replaces it with the version in package.json. A run from source reads that file. */
declare const VERSION: string | undefined;
const version: string =
  typeof VERSION === 'string'
    ? VERSION
    : JSON.parse(readFileSync(join(process.argv[1] ?? '', '../../package.json'), 'utf8')).version;

const [command, ...args] = process.argv.slice(2);
const invocation: Invocation = {
  // SIGUSR1 would open the inspector. A single executable has the option built in, and accepts none.
  self: isSea() ? [process.execPath] : [process.execPath, '--disable-sigusr1', ...process.argv.slice(1, 2)],
  env: wholeEnvironment(process.env),
  uid: process.getuid?.(),
};

let isOutputLost = false;

/**
 * Each stream is opened at its first use: in a daemon they would take a megabyte for nothing, and elsewhere they take
 * time.
 */
function openStreams(): Streams {
  const open = (name: 'stdout' | 'stderr') => {
    const stream = process[name];
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader may stop early (`… | head`), which is not an error. A full disk is one.
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

/** The descriptor on which the starter of a background daemon waits; undefined for any other command. */
function backgroundReadyFd(): number | undefined {
  const [subcommand, option, fd, ...rest] = args;
  const isBackground = command === 'daemon' && subcommand === 'run' && option === '--ready-fd';
  return isBackground && rest.length === 0 && /^[3-9]$/.test(fd ?? '') ? Number(fd) : undefined;
}

/**
 * Closes inherited descriptors except those to write to or to listen on, because this process may outlive the script
 * that started it.
 */
async function closeTheRest(): Promise<void> {
  const { activatedSockets, closeInherited, RESULT_FD } = await import('./os/inherited-fds.ts');
  const named = args.flatMap((arg) => /^\D*(\d+)$/.exec(arg)?.[1] ?? []).map(Number);
  closeInherited(
    command === 'mint' || command === 'parse' ? [RESULT_FD] : [...activatedSockets(invocation.env), ...named],
  );
}

/** Each program is loaded only if it is used: Docker waits for the first, and only a minter loads the AWS SDK. */
async function run(): Promise<number> {
  if (['--version', '-V', '-v', 'version'].includes(command ?? '') && args.length === 0) {
    openStreams().stdout.write(`${version}\n`);
    return 0;
  }
  if (command === 'helper') {
    const { helperCommand } = await import('./client/helper-command.ts');
    return helperCommand(args, invocation, version, openStreams());
  }
  // The native client's options select the plugin. Any other word is a command for people.
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
    // Without the parser of command lines, which would stay in memory as long as the daemon.
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

/** Other programs, and logs, read single lines. */
function isForPeople(): boolean {
  return !['helper', 'mint', 'parse', 'daemon'].includes(command ?? '');
}

keepMemoryOutOfDumps();
run()
  .catch((error: unknown) => {
    const lines = isForPeople() ? errorLines(error) : [errorLine(error)];
    process.stderr.write(`${lines.join('\n')}\n`);
    // Docker's protocol has only one status for a failure.
    return command === 'helper' ? 1 : statusOf(error);
  })
  .then((status) => {
    process.exitCode = isOutputLost ? 1 : status;
    // The result is written. A minter may still have open connections or a credential_process.
    if (command === 'mint') process.exit();
    // Minters whose answer is no longer needed may still run. The exit waits for the write, so that a failed one sets
    // the status.
    if (command === 'helper') process.stdout.write('', () => setImmediate(() => process.exit()));
  });
