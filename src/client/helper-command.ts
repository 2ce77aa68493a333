// Docker's protocol on stdin and stdout: `docker-credential-ecr-xacct ACTION`, which is `ecr-xacct helper ACTION`.
import type { Readable } from 'node:stream';
import { ACTIONS, type Answer, isAction } from '../docker/messages.ts';
import { errorLine, printable, XacctError } from '../errors.ts';
import type { Invocation, Streams } from '../invocation.ts';
import { MAX_FRAME_BYTES } from '../wire/codec.ts';
import { answer, type DaemonTried } from './answer.ts';

const NAME = 'docker-credential-ecr-xacct';
const USAGE = `Usage: ${NAME} <${ACTIONS.join('|')}|version>`;

const HELP = `${USAGE}

Docker's credential helper for Amazon ECR registries of many AWS accounts.
Docker runs it; people use ecr-xacct.

  get      prints the credential for the registry on stdin, as JSON
  store    keeps the credential on stdin (JSON) in memory, until its token expires
  erase    forgets what is kept for the registry on stdin
  list     prints the registries that credentials are kept for, as JSON
  version  prints the version

Example: echo 111122223333.dkr.ecr.us-east-1.amazonaws.com | ${NAME} get

Exit status: 0, or 1 with the reason on stdout. What you have to fix is on
stderr too; "credentials not found in native keychain" sends Docker on anonymously.
`;

/** A person at a terminal would wait for this program, and it for the person. As in the native client. */
const AWAITED = {
  get: 'the hostname of a registry',
  erase: 'the hostname of a registry',
  store: 'a credential as JSON',
};
const END_OF_INPUT = process.platform === 'win32' ? 'Enter, Ctrl-Z and Enter' : 'Enter and Ctrl-D';

/** Added by the native client where it has waited for the daemon, or for the start of one, in vain: this process need not again. */
const TRIED: Readonly<Record<string, DaemonTried>> = {
  '--daemon-silent': 'silent',
  '--no-daemon': 'not started',
};

/** Runs one action. @returns the exit status. */
export async function helperCommand(
  args: readonly string[],
  invocation: Invocation,
  version: string,
  streams: Streams,
): Promise<number> {
  const tried = TRIED[args[1] ?? ''];
  const [action, ...rest] = tried === undefined ? args : args.toSpliced(1, 1);
  if (rest.length === 0 && ['version', '--version', '-v'].includes(action ?? '')) {
    streams.stdout.write(`${NAME} ${version}\n`);
    return 0;
  }
  if (rest.length === 0 && ['help', '--help', '-h'].includes(action ?? '')) {
    streams.stdout.write(HELP);
    return 0;
  }
  if (!isAction(action) || rest.length > 0) {
    const wrong = args.length === 0 ? '' : `Wrong arguments: ${printable(args.join(' '))}\n`;
    streams.stdout.write(`${wrong}${USAGE}\n`);
    return 1;
  }
  if (action !== 'list' && 'isTTY' in streams.stdin && streams.stdin.isTTY) {
    streams.stderr.write(`Waiting for ${AWAITED[action]}: type it, then ${END_OF_INPUT}.\n`);
  }
  return write(await answerStdin(action, invocation, streams, tried), streams);
}

async function answerStdin(
  action: (typeof ACTIONS)[number],
  invocation: Invocation,
  { stdin }: Streams,
  tried: DaemonTried | undefined,
): Promise<Answer> {
  try {
    // Docker writes `unused` to the stdin of list; nobody has to.
    const input = action === 'list' ? '' : await readAll(stdin);
    return await answer(action, input, invocation, tried);
  } catch (error) {
    return { outcome: 'failure', text: errorLine(error) };
  }
}

/** stdout is what Docker's relatives read; a failure goes to stderr too, because `docker pull` drops its stdout. */
function write({ outcome, text }: Answer, { stdout, stderr }: Streams): number {
  if (outcome === 'success') {
    stdout.write(text);
    return 0;
  }
  stdout.write(`${text}\n`);
  if (outcome === 'failure') stderr.write(`${text}\n`);
  return 1;
}

/** Docker writes a line and closes; who does not close is stuck, or a person who expected a prompt. */
const STDIN_DEADLINE_MS = 30_000;

/** @throws XacctError `protocol` where it is too much, `timeout` where it does not end. */
async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const unfinished = new XacctError('timeout', `stdin did not end within ${STDIN_DEADLINE_MS / 1_000} s`);
  const deadline = setTimeout(() => stdin.destroy(unfinished), STDIN_DEADLINE_MS);
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_FRAME_BYTES) {
        throw new XacctError('protocol', `stdin is larger than ${MAX_FRAME_BYTES / 1024} KiB`);
      }
    }
  } finally {
    clearTimeout(deadline);
  }
  return Buffer.concat(chunks).toString('utf8');
}
