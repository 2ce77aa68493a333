// The steps of doctor on this machine: whether Docker finds the helper, and whether it asks it for the registry.
import { type DockerUser, readDockerConfig } from '../docker/config-file.ts';
import { type DockerConfig, parseDockerConfig } from '../docker/docker-config.ts';
import { helperFault } from '../docker/helper-fault.ts';
import { type Serving, servingOf } from '../docker/serving.ts';
import { XacctError } from '../errors.ts';
import type { SelfCommand } from '../invocation.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { type Finding, failedFinding } from './finding.ts';

export function programFinding({ env, home }: DockerUser, self: SelfCommand): Finding {
  const fault = helperFault(env.PATH, home, self);
  if (fault === undefined) {
    return { step: 'program', outcome: 'ok', text: 'Docker finds docker-credential-ecr-xacct on PATH' };
  }
  const { message, command } = fault;
  return { step: 'program', outcome: 'failed', text: message.replace(/\.$/, ''), side: 'machine', command };
}

export function dockerConfigFinding(hostname: string, user: DockerUser): Finding {
  try {
    const { config, detectedStore, path } = readDockerConfig(user);
    const setup = setupFor(hostname);
    const environmentAuths = authsIn(user.env.DOCKER_AUTH_CONFIG);
    const serving = servingOf(config, hostname, { detectedStore, environmentAuths }, setup);
    return findingOf(serving, setup, { path, detectedStore });
  } catch (error) {
    if (error instanceof XacctError) return failedFinding('docker-config', error, 'machine');
    throw error;
  }
}

/** Docker passes over what it cannot read. */
function authsIn(text: string | undefined): DockerConfig['auths'] | undefined {
  if (!text) return undefined;
  try {
    return parseDockerConfig(text, 'DOCKER_AUTH_CONFIG').auths;
  } catch {
    return undefined;
  }
}

function findingOf(
  serving: Serving,
  setup: string,
  target: { path: string; detectedStore: string | undefined },
): Finding {
  const [worst, ...others] = serving.faults.toSorted(
    (one, other) => Number(other.isFatal) - Number(one.isFatal),
  );
  const isOurs = 'helper' in serving && serving.helper === 'ecr-xacct';
  const finding = { step: 'docker-config', text: servingText(serving, target) } as const;
  if (isOurs && worst === undefined) return { ...finding, outcome: 'ok' };
  const notes = others.map(({ message }) => message);
  if (worst !== undefined) {
    const { message: text, command, isFatal } = worst;
    const said = { ...finding, text, command, notes };
    return isOurs && !isFatal
      ? { ...said, outcome: 'warning' }
      : { ...said, outcome: 'failed', side: 'machine' };
  }
  return { ...finding, outcome: 'failed', side: 'machine', command: setup };
}

/** With its region, which may be one that no profile has. */
function setupFor(hostname: string): string {
  const registry = parseRegistry(hostname);
  return registry?.service === 'ecr' ? `ecr-xacct setup --region ${registry.region}` : 'ecr-xacct setup';
}

function servingText(
  serving: Serving,
  { path, detectedStore }: { path: string; detectedStore: string | undefined },
): string {
  switch (serving.by) {
    case 'credHelpers':
    case 'credsStore': {
      // Only where the file names no helper at all is there one.
      if (detectedStore !== undefined) {
        return `Docker asks docker-credential-${detectedStore} and not ecr-xacct: its own choice, as ${path} names no helper`;
      }
      const where = `(${serving.by} in ${path})`;
      return serving.helper === 'ecr-xacct'
        ? `Docker asks ecr-xacct ${where}`
        : `Docker asks docker-credential-${serving.helper} and not ecr-xacct ${where}`;
    }
    case 'auths':
      return `Docker has a login, and asks nobody (auths in ${path})`;
    case 'DOCKER_AUTH_CONFIG':
      return 'Docker has a login, and asks nobody (DOCKER_AUTH_CONFIG)';
    case 'nobody':
      return `Docker asks nobody: there is neither a credHelpers entry nor a credsStore in ${path}`;
  }
}
