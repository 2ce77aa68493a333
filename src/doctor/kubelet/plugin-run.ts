// The steps of doctor that run the plugin as the kubelet does: its environment, and the token that it returns.
import { join } from 'node:path';
import { childEnvironment, wholeEnvironment } from '../../caller-environment.ts';
import type { Credential } from '../../docker/messages.ts';
import { attempt, printable, XacctError } from '../../errors.ts';
import { command, commandText } from '../../hint.ts';
import { type Environment, type Invocation, waitingFor } from '../../invocation.ts';
import { type ProviderRequest, readResponse, writeRequest } from '../../kubelet/messages.ts';
import type { CredentialProvider } from '../../kubelet/read-provider-config.ts';
import { readSmallFile, whyUnreadable } from '../../os/small-file.ts';
import { safeSocket, socketPath } from '../../wire/socket-path.ts';
import type { Finding } from '../finding.ts';
import type { KubeletPlace } from './kubelet-place.ts';

/** The PATH that systemd gives a service without a PATH of its own. */
const SERVICE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The kubelet's own variables; those of its config replace them. */
export function pluginEnvironment(
  { kubelet }: KubeletPlace,
  { env }: Pick<CredentialProvider, 'env'>,
): Environment {
  const given = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  return wholeEnvironment({ ...(kubelet?.env ?? { PATH: SERVICE_PATH }), ...given });
}

/** The faults of our own variables. */
export function pluginEnvStep(
  { kubelet }: KubeletPlace,
  { name, file }: CredentialProvider,
  { env, uid }: { env: Environment; uid: number },
): Finding {
  const step = 'plugin-env';
  const fault: Fault | undefined = socketFault(env, uid) ?? configFault(env);
  if (fault !== undefined) {
    const { text, fix = commandText(command`$EDITOR ${file}`) } = fault;
    return { step, outcome: 'failed', side: 'machine', text: `${name} in ${file}: ${text}`, command: fix };
  }
  const set = [
    env.ECR_XACCT_SOCKET ? `the daemon at ${env.ECR_XACCT_SOCKET}` : 'no daemon: ECR_XACCT_SOCKET is not set',
    ...(env.ECR_XACCT_CONFIG ? [`config ${env.ECR_XACCT_CONFIG}`] : []),
    ...(kubelet?.env === undefined ? ["not known: the kubelet's own variables"] : []),
  ];
  return { step, outcome: 'ok', text: set.join('; ') };
}

interface Fault {
  text: string;
  fix?: string;
}

function socketFault(env: Environment, uid: number): Fault | undefined {
  if (!env.ECR_XACCT_SOCKET) return undefined;
  const found = attempt(() => {
    const path = socketPath(env, uid);
    if (path === undefined)
      return { text: `ECR_XACCT_SOCKET=${env.ECR_XACCT_SOCKET} is too long for a socket` };
    safeSocket(path, uid);
    return undefined;
  });
  if (!(found instanceof XacctError)) return found;
  const { message, hint } = found;
  // A hint to set a shell variable does not apply: the kubelet's config sets it. A chmod does.
  const isFolder = hint?.run?.[0] === 'chmod';
  return { text: message, ...(isFolder && hint?.run && { fix: commandText(hint.run) }) };
}

function configFault({ ECR_XACCT_CONFIG: path }: Environment): Fault | undefined {
  if (!path) return undefined;
  try {
    readSmallFile(path, { maxBytes: MAX_CONFIG });
    return undefined;
  } catch (error) {
    return { text: `ECR_XACCT_CONFIG names ${path}, which cannot be read: ${whyUnreadable(error)}` };
  }
}

/** The maximum size of a config.yaml. Bytes. */
const MAX_CONFIG = 4 * 1_024 * 1_024;

/** The kubelet kills a plugin after this time. Milliseconds. */
const KUBELET_MS = 60_000;

/** The credential is for the following steps and is never printed. */
export async function tokenByPlugin(
  { binDir }: KubeletPlace,
  { name }: CredentialProvider,
  { request, hostname, env }: { request: ProviderRequest; hostname: string; env: Environment },
  invocation: Invocation,
): Promise<{ finding: Finding; credential?: Credential }> {
  const step = 'token';
  const { runHelper } = await import('../../docker/fallback/helper-process.ts');
  const run = {
    program: join(binDir, name),
    args: [],
    input: writeRequest(request),
    env: childEnvironment(env),
    timeoutMs: KUBELET_MS,
  };
  const { end, status, stdout, stderr } = await waitingFor(`Running ${name}`, invocation, () =>
    runHelper(run),
  );
  if (end !== 'ended' || status !== 0) {
    const said = printable(stderr.toString().trim()).replace(/^ecr-xacct: /, '');
    const how =
      end === 'timeout' ? 'it ran for a minute' : `it ended without a message (exit status ${status})`;
    const text = `${name} gives the kubelet no token: ${said || how}`;
    return { finding: { step, outcome: 'failed', side: 'machine', text } };
  }
  const response = readResponse(stdout.toString(), hostname);
  if (response === undefined)
    return { finding: { step, outcome: 'ok', text: 'there is none, and ECR Public needs none' } };
  const { username, password, cacheDuration } = response;
  return {
    finding: {
      step,
      outcome: 'ok',
      text: `${name} gives a token, which the kubelet keeps for ${cacheDuration}`,
    },
    credential: { ServerURL: hostname, Username: username, Secret: password },
  };
}
