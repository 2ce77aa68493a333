// argv → front; the only place that sets the exit status.
import type { Front } from './client/answer.ts';
import { errorLine } from './errors.ts';

/** Replaced by the build with the version in package.json. */
declare const VERSION: string;

const [command, ...args] = process.argv.slice(2);
const streams = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
const front: Front = {
  // Not process.execArgv: the daemon's small heap is not for its minters. SIGUSR1 would open the inspector.
  self: [process.execPath, '--disable-sigusr1', ...process.argv.slice(1, 2)],
  env: process.env,
  uid: process.getuid?.(),
};

let isOutputLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the output may have stopped reading it (`… | head`); a full disk is another matter.
    isOutputLost ||= error.code !== 'EPIPE';
    if (isOutputLost) process.exitCode = 1;
  });
}

/** Each front is loaded only where it is asked for: Docker waits for the first, and only a minter loads the AWS SDK. */
async function run(): Promise<number> {
  if (command === 'helper') {
    const { helperCommand } = await import('./cli/helper-command.ts');
    return helperCommand(args, front, VERSION, streams);
  }
  if (command === 'mint') {
    const { runMinter } = await import('./minter/run-minter.ts');
    await runMinter(process.stdin, args.includes('--spare'));
    return 0;
  }
  const [subcommand, option, fd] = args;
  const isPlain =
    option === undefined || (option === '--ready-fd' && args.length === 3 && /^[3-9]$/.test(fd ?? ''));
  if (command === 'daemon' && subcommand === 'run' && isPlain && front.uid !== undefined) {
    // Without the parser of the command line, which would stay in memory as long as the daemon.
    const { daemonRunCommand } = await import('./cli/daemon-run-command.ts');
    await daemonRunCommand(
      front,
      front.uid,
      VERSION,
      process.stdout,
      fd === undefined ? undefined : Number(fd),
    );
    return 0;
  }
  const { runProgram } = await import('./cli/program.ts');
  return runProgram(process.argv.slice(2), front, VERSION, streams);
}

run()
  .catch((error: unknown) => {
    process.stderr.write(`${errorLine(error)}\n`);
    return 1;
  })
  .then((status) => {
    process.exitCode = isOutputLost ? 1 : status;
    // A minter may have connections or a credential_process left open; its result is written.
    if (command === 'mint') process.exit();
  });
