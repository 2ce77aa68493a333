// Runs `ecr-xacct export`: gets a credential for each registry, and prints all of them or none.
import { askForPeople } from '../client/ask-for-people.ts';
import { isAnswered } from '../client/reach-daemon.ts';
import { errorLines, orError, statusOf, XacctError } from '../errors.ts';
import type { HostCredential } from '../helper/credential.ts';
import { type Invocation, type Run, waitingFor } from '../invocation.ts';
import { durationText } from '../terminal/duration-text.ts';
import { dockerConfig, endText, kubernetesSecret, shellExports } from './formats.ts';

/** Only one of the first three may be set. */
export interface ExportOptions {
  kubernetesSecret?: true;
  dockerConfig?: true;
  env?: true;
  name?: string;
  namespace?: string;
}

const FORMATS = ['kubernetesSecret', 'dockerConfig', 'env'] as const;

/**
 * `hostnames`: lower case. stdout receives only the credentials; stderr receives their expiry, or why one is missing.
 * @returns the exit status. @throws XacctError `usage`
 */
export async function exportCredentials(
  hostnames: readonly string[],
  options: ExportOptions,
  { invocation, streams: { stdout, stderr } }: Run,
): Promise<number> {
  const print = formatOf(options);
  const hosts = [...new Set(hostnames)];
  const asked = await Promise.all(hosts.map((hostname) => orError(() => credentialOf(hostname, invocation))));
  const failures = asked.flatMap((one) => (one instanceof XacctError ? one : []));
  if (failures.length > 0) {
    const lines = failures.flatMap((failure) => errorLines(failure));
    const summary = `Nothing was printed: ${failures.length} of ${hosts.length} registries have no token.`;
    stderr.write(`${[...lines, ...(hosts.length > 1 ? [summary] : [])].join('\n')}\n`);
    // Wrong usage only if nothing else failed, because a retry is then useless.
    return Math.min(...failures.map(statusOf));
  }
  const credentials = asked.flatMap((one) => (one instanceof XacctError ? [] : one));
  if ('isTTY' in stdout && stdout.isTTY) {
    stderr.write(
      'Note: these are passwords, and a terminal keeps what it shows; send them to a file or a pipe.\n',
    );
  }
  stdout.write(print(credentials));
  stderr.write(credentials.map((credential) => `${endNote(credential)}\n`).join(''));
  return 0;
}

/** @throws XacctError `usage` */
function formatOf(options: ExportOptions): (credentials: readonly HostCredential[]) => string {
  const [format, ...others] = FORMATS.filter((name) => options[name]);
  if (format === undefined || others.length > 0) {
    throw usage('name one of --kubernetes-secret, --docker-config and --env');
  }
  const { name = 'ecr-xacct', namespace } = options;
  if (format !== 'kubernetesSecret' && (options.name !== undefined || namespace !== undefined)) {
    throw usage('--name and --namespace are of --kubernetes-secret');
  }
  // https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
  if (!/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/.test(name)) {
    throw usage(`'${name}' is no name of a Secret: small letters, digits, - and . are`);
  }
  if (namespace !== undefined && !/^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(namespace)) {
    throw usage(`'${namespace}' is no namespace: small letters, digits and - are`);
  }
  switch (format) {
    case 'kubernetesSecret':
      return (credentials) => kubernetesSecret(credentials, { name, namespace });
    case 'dockerConfig':
      return (credentials) => `${dockerConfig(credentials, 2)}\n`;
    case 'env':
      return shellExports;
  }
}

/** From the daemon, which may have it in memory, or from this process. @throws XacctError */
async function credentialOf(hostname: string, invocation: Invocation): Promise<HostCredential> {
  const what = `Getting a token for ${hostname}`;
  const byDaemon = await askForPeople<HostCredential>(invocation, 'export', { hostname }, true, what);
  if (isAnswered(byDaemon)) return byDaemon;
  const { depsAlone } = await import('../client/answer-here.ts');
  const { credentialFor } = await import('../helper/credential.ts');
  const { self, env } = invocation;
  return await waitingFor(what, invocation, () => credentialFor(depsAlone(self), hostname, env));
}

function endNote(credential: HostCredential): string {
  const { identity, leftMs } = credential;
  const left = leftMs === undefined ? '' : `, in ${durationText(leftMs)}`;
  return `${endText(credential)}${left} (${identity})`;
}

function usage(message: string): XacctError {
  return new XacctError('usage', message);
}
