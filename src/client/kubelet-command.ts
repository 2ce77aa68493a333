// The kubelet's protocol on stdin and stdout: `ecr-xacct-credential-provider`, which is `ecr-xacct kubelet`.
import type { Answer } from '../docker/messages.ts';
import { errorLine } from '../errors.ts';
import type { Invocation, Streams } from '../invocation.ts';
import { PLUGIN_DEADLINE } from '../kubelet/retry-delay.ts';
import { isDaemonOff } from '../wire/daemon-variables.ts';
import { socketPath } from '../wire/socket-path.ts';
import { noAnswer } from './ask-daemon.ts';
import { daemonTried } from './daemon-tried.ts';
import { GRACE_MS, isAnswered, reachDaemon } from './reach-daemon.ts';
import { readStdin } from './read-stdin.ts';

/**
 * Answers one request. `option`: what the native client has tried. What failed is a line on stderr, which the kubelet writes into
 * its log. @returns the exit status.
 */
export async function kubeletCommand(
  option: string | undefined,
  invocation: Invocation,
  { stdin, stdout, stderr }: Streams,
): Promise<number> {
  if ('isTTY' in stdin && stdin.isTTY) {
    stderr.write('Waiting for a CredentialProviderRequest as JSON, which the kubelet would send.\n');
  }
  const { outcome, text } = await answered(option, invocation, stdin);
  if (outcome === 'success') stdout.write(text);
  // A line break would make three lines of it in the kubelet's log.
  else stderr.write('isTTY' in stderr && stderr.isTTY ? `${text}\n` : text);
  return outcome === 'success' ? 0 : 1;
}

async function answered(
  option: string | undefined,
  invocation: Invocation,
  stdin: Streams['stdin'],
): Promise<Answer> {
  try {
    const input = await readStdin(stdin);
    return (await throughDaemon(option, input, invocation)) ?? (await answerHere(input, invocation));
  } catch (error) {
    return { outcome: 'failure', text: errorLine(error) };
  }
}

/**
 * Undefined where there is none to be asked: it is only where the kubelet's config names its socket, since what a plugin leaves
 * behind, the kubelet's own service may end. @throws XacctError `socket-unsafe`, `daemon`, `usage`.
 */
async function throughDaemon(
  option: string | undefined,
  input: string,
  { self, uid, env }: Invocation,
): Promise<Answer | undefined> {
  if (uid === undefined || !env.ECR_XACCT_SOCKET || isDaemonOff(env)) return undefined;
  const tried = daemonTried(option);
  if (tried === 'silent') throw noAnswer(socketPath(env, uid) ?? '', uid, PLUGIN_DEADLINE + GRACE_MS);
  const starts = tried === undefined;
  const asked = await reachDaemon(
    { action: 'kubelet', input },
    { self, uid, env, starts, waitMs: PLUGIN_DEADLINE },
  );
  return isAnswered(asked) ? asked : undefined;
}

async function answerHere(input: string, { self, env }: Invocation): Promise<Answer> {
  const { depsAlone } = await import('./answer-here.ts');
  const { answerKubelet } = await import('../kubelet/answer.ts');
  const clocks = { random: Math.random, steady: () => performance.now() };
  return { outcome: 'success', text: await answerKubelet({ ...depsAlone(self), ...clocks }, input, env) };
}
