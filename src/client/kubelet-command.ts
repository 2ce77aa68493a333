// The kubelet's protocol on stdin and stdout: `ecr-xacct-credential-provider`, which is `ecr-xacct kubelet`.
import { timerMs } from '../clock.ts';
import type { Answer } from '../docker/messages.ts';
import { errorLine } from '../errors.ts';
import type { Environment, Invocation, Streams } from '../invocation.ts';
import { PLUGIN_DEADLINE } from '../kubelet/retry-delay.ts';
import { isDaemonOff, timeoutMs } from '../wire/daemon-variables.ts';
import { socketPath } from '../wire/socket-path.ts';
import { noAnswer } from './ask-daemon.ts';
import { type DaemonTried, daemonTried } from './daemon-tried.ts';
import { GRACE_MS, isAnswered, reachDaemon } from './reach-daemon.ts';
import { readStdin } from './read-stdin.ts';

/** What the native client passes on. */
interface Begun {
  /** What it has tried; undefined if it has tried nothing. */
  tried: DaemonTried | undefined;
  /** Milliseconds left of the plugin's time, which is for the whole run, with all programs that it starts. */
  left: () => number;
}

/**
 * Answers one request. `options`: those of the native client. A failure is one line on stderr, which the kubelet writes
 * to its log.
 * @returns the exit status.
 */
export async function kubeletCommand(
  options: readonly string[],
  invocation: Invocation,
  { stdin, stdout, stderr }: Streams,
): Promise<number> {
  if ('isTTY' in stdin && stdin.isTTY) {
    stderr.write('Waiting for a CredentialProviderRequest as JSON, which the kubelet would send.\n');
  }
  const { outcome, text } = await answered(begunBy(options), invocation, stdin);
  if (outcome === 'success') stdout.write(text);
  // A line break would make three lines of it in the kubelet's log.
  else stderr.write('isTTY' in stderr && stderr.isTTY ? `${text}\n` : text);
  return outcome === 'success' ? 0 : 1;
}

function begunBy(options: readonly string[]): Begun {
  const [, said] = options.flatMap((option) => /^--begun=(\d+)$/.exec(option) ?? []);
  const begun = said === undefined ? timerMs() : Number(said);
  const left = () => Math.max(PLUGIN_DEADLINE - (timerMs() - begun), 0);
  return { tried: options.map(daemonTried).find((tried) => tried !== undefined), left };
}

async function answered(begun: Begun, invocation: Invocation, stdin: Streams['stdin']): Promise<Answer> {
  try {
    const input = await readStdin(stdin);
    return (await throughDaemon(begun, input, invocation)) ?? (await answerHere(begun, input, invocation));
  } catch (error) {
    return { outcome: 'failure', text: errorLine(error) };
  }
}

/** Limits the timeout to the time left, in whole seconds, at least one. Then a failure says what it waited for. */
function within({ left }: Begun, env: Environment): Environment {
  const seconds = Math.floor(Math.min(left(), timeoutMs(env, PLUGIN_DEADLINE)) / 1_000);
  return { ...env, ECR_XACCT_TIMEOUT: String(Math.max(seconds, 1)) };
}

/**
 * Undefined if no daemon is asked. The daemon is used only if the kubelet's config sets its socket, because the
 * kubelet's service may end any process that a plugin leaves behind.
 * @throws XacctError `socket-unsafe`, `daemon`, `usage`.
 */
async function throughDaemon(
  begun: Begun,
  input: string,
  { self, uid, env }: Invocation,
): Promise<Answer | undefined> {
  if (uid === undefined || !env.ECR_XACCT_SOCKET || isDaemonOff(env)) return undefined;
  const { tried, left } = begun;
  if (tried === 'silent') throw noAnswer(socketPath(env, uid) ?? '', uid, PLUGIN_DEADLINE + GRACE_MS);
  const starts = tried === undefined;
  const asked = await reachDaemon(
    { action: 'kubelet', input },
    { self, uid, env: within(begun, env), starts, left },
  );
  return isAnswered(asked) ? asked : undefined;
}

async function answerHere(begun: Begun, input: string, { self, env }: Invocation): Promise<Answer> {
  const { depsAlone } = await import('./answer-here.ts');
  const { answerKubelet } = await import('../kubelet/answer.ts');
  const clocks = { random: Math.random, steady: () => performance.now() };
  return {
    outcome: 'success',
    text: await answerKubelet({ ...depsAlone(self), ...clocks }, input, within(begun, env)),
  };
}
