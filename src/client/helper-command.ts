// Docker's protocol on stdin and stdout: `docker-credential-ecr-xacct ACTION`, which is `ecr-xacct helper ACTION`.
import { ACTIONS, type Answer, isAction } from '../docker/messages.ts';
import { errorLine, printable } from '../errors.ts';
import type { Invocation, Streams } from '../invocation.ts';
import { answer } from './answer.ts';
import { type DaemonTried, daemonTried } from './daemon-tried.ts';
import { readStdin } from './read-stdin.ts';

const NAME = 'docker-credential-ecr-xacct';
const USAGE = `Usage: ${NAME} <${ACTIONS.join('|')}|version>`;

const HELP = `${USAGE}

Docker's credential helper for Amazon ECR registries of many AWS accounts, and
Bazel's. Docker runs it; people use ecr-xacct.

  get      prints the credential for the registry on stdin, as JSON; for Bazel's
           {"uri": "https://HOST/…"}, HTTP headers
  store    keeps the credential on stdin (JSON) in memory, until its token expires
  erase    forgets what is kept for the registry on stdin
  list     prints the registries that credentials are kept for, as JSON
  version  prints the version

Example: echo 111122223333.dkr.ecr.us-east-1.amazonaws.com | ${NAME} get

Exit status: 0, or 1 with the reason on stdout. What you have to fix is on
stderr too; "credentials not found in native keychain" sends Docker on anonymously.
`;

/** At a terminal, this program waits for input and the person for output. As in the native client. */
const AWAITED = {
  get: 'the hostname of a registry',
  erase: 'the hostname of a registry',
  store: 'a credential as JSON',
};
const END_OF_INPUT = process.platform === 'win32' ? 'Enter, Ctrl-Z and Enter' : 'Enter and Ctrl-D';

/** Runs one action. @returns the exit status. */
export async function helperCommand(
  args: readonly string[],
  invocation: Invocation,
  version: string,
  streams: Streams,
): Promise<number> {
  const tried = daemonTried(args[1]);
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
    // Docker writes `unused` to the stdin of list. Other programs need not.
    const input = action === 'list' ? '' : await readStdin(stdin);
    return await answer(action, input, invocation, tried);
  } catch (error) {
    return { outcome: 'failure', text: errorLine(error) };
  }
}

/** Docker and compatible programs read stdout. A failure goes to stderr too, because `docker pull` drops stdout. */
function write({ outcome, text }: Answer, { stdout, stderr }: Streams): number {
  if (outcome === 'success') {
    stdout.write(text);
    return 0;
  }
  stdout.write(`${text}\n`);
  if (outcome === 'failure') stderr.write(`${text}\n`);
  return 1;
}
