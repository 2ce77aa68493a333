// Starts a daemon that outlives this process and inherits nothing from it, and waits until it answers.
import { passedEnvironment } from '../caller-environment.ts';
import type { XacctError } from '../errors.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { RESULT_FD } from '../os/inherited-fds.ts';
import { limitError } from '../os/limits.ts';
import { spawnSelf } from '../os/spawn-self.ts';

/** A start takes a tenth of a second. A machine that needs this long works better without a daemon. */
const START_DEADLINE_MS = 10_000;

/**
 * Resolves to whether a daemon is ready, this one or a faster one; to the error `limit` if this process may not start
 * one.
 */
export async function startDaemon(self: SelfCommand, env: Environment): Promise<boolean | XacctError> {
  const refused = (error: unknown) => limitError('the daemon cannot be started', error) ?? false;
  let spawned: ReturnType<typeof spawnSelf>;
  try {
    spawned = spawnSelf(self, {
      args: ['daemon', 'run', '--ready-fd', String(RESULT_FD)],
      cwd: '/',
      env: daemonEnvironment(env),
      stdin: 'ignore',
    });
  } catch (error) {
    return refused(error);
  }
  const { child: daemon, output: ready } = spawned;
  const started = await new Promise<boolean | XacctError>((resolve) => {
    const deadline = setTimeout(() => resolve(false), START_DEADLINE_MS);
    const settle = (value: boolean | XacctError) => {
      clearTimeout(deadline);
      resolve(value);
    };
    daemon.once('error', (error) => settle(refused(error)));
    ready?.once('error', () => settle(false));
    ready?.once('data', () => settle(true));
    ready?.once('close', () => settle(false));
  });
  // After the deadline, the process must not become a daemon: no caller would expect it.
  if (started !== true) daemon.kill('SIGKILL');
  ready?.destroy();
  daemon.unref();
  return started;
}

/**
 * A CI runner finds the processes that a job left behind by these variables, and ends them: GitHub's runner, and
 * Jenkins (freestyle and pipeline). So the daemon of a job ends with the job. Sources: actions/runner, JobExtension.cs;
 * jenkinsci/jenkins, ProcessTree.java, Job.java, Run.java; jenkinsci/durable-task-plugin, FileMonitoringTask.java.
 */
export const JOB_NAMES: readonly string[] = [
  'RUNNER_TRACKING_ID',
  'JENKINS_SERVER_COOKIE',
  'JENKINS_NODE_COOKIE',
  'HUDSON_SERVER_COOKIE',
  'HUDSON_COOKIE',
  'JOB_NAME',
  'JOB_BASE_NAME',
  'BUILD_NUMBER',
  'BUILD_ID',
  'BUILD_TAG',
];

/**
 * The daemon's own environment: where its files are and which job started it. It has nothing of AWS: each request
 * brings the caller's variables, and the keys of the caller that started the daemon must not stay in it.
 */
export function daemonEnvironment(env: Environment): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(passedEnvironment(env))) {
    if (/^(?:HOME|PATH|USER|LANG|TMPDIR|LC_.*|XDG_.*|ECR_XACCT_(?:SOCKET|LOG))$/.test(name))
      own[name] = value;
  }
  for (const name of JOB_NAMES) if (env[name] !== undefined) own[name] = env[name];
  return own;
}
