// The steps of doctor on this machine: Docker finds the helper, and asks it for the registry.
import { createConfigReader } from '../config/config-reader.ts';
import { matchRule, setupServes } from '../config/match.ts';
import { type DockerUser, readDockerConfig } from '../docker/config-file.ts';
import { type DockerConfig, parseDockerConfig } from '../docker/docker-config.ts';
import { versionsOf } from '../docker/fallback/helper-version.ts';
import { byHandText, setupHint } from '../docker/hand-over/setup-hint.ts';
import { HELPER_PROGRAM, helperFault } from '../docker/helper-fault.ts';
import { type Serving, servingOf } from '../docker/serving.ts';
import { attempt, XacctError } from '../errors.ts';
import { commandText } from '../hint.ts';
import type { Environment, SelfCommand } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { type Finding, failedFinding } from './finding.ts';

/** Whether Docker runs this program's helper: by a link, a copy or a wrapper. */
export async function programFinding({ env, home }: DockerUser, self: SelfCommand): Promise<Finding> {
  const step = 'program';
  const fault = helperFault(env.PATH, home, self);
  if (fault === undefined) return { step, outcome: 'ok', text: `Docker finds ${HELPER_PROGRAM} on PATH` };
  const failed = {
    step,
    outcome: 'failed',
    text: fault.message.replace(/\.$/, ''),
    side: 'machine',
    command: fault.command,
  } as const;
  if (fault.other === undefined) return failed;
  const { found } = fault.other;
  const { theirs, ours, isSame } = await versionsOf(fault.other, env);
  if (theirs === undefined || ours === undefined) return failed;
  if (isSame) return { step, outcome: 'ok', text: `Docker runs ${found}, which answers as ${theirs}` };
  const text = `Docker runs ${found}, which is ${theirs}; that of this ecr-xacct is ${ours}`;
  return { step, outcome: 'warning', text, command: fault.command };
}

export async function dockerConfigFinding(hostname: string, user: DockerUser): Promise<Finding> {
  try {
    const { config, detectedStore, path } = readDockerConfig(user);
    const setup = setupOf(hostname, path, user.env);
    const environmentAuths = authsIn(user.env.DOCKER_AUTH_CONFIG);
    const serving = servingOf(config, hostname, { detectedStore, environmentAuths }, setup.command);
    return findingOf(serving, setup, { path, detectedStore });
  } catch (error) {
    if (error instanceof XacctError) return failedFinding('docker-config', error, 'machine');
    throw error;
  }
}

interface Setup {
  command: string;
  notes: readonly string[];
}

/** `file`: Docker's config.json. */
function setupOf(hostname: string, file: string, env: Environment): Setup {
  const read = attempt(() => {
    const match = matchRule(createConfigReader()(env), hostname);
    return {
      accounts: createProfileReader()(env).accounts(),
      rule: match && { profile: match.rule.profile, setupServes: setupServes(match) },
    };
  });
  // A file that is broken has a step of its own.
  const known = read instanceof XacctError ? { accounts: undefined, rule: undefined } : read;
  const hint = setupHint(hostname, { file, ...known });
  return { command: commandText(hint.run), notes: byHandText(hint) };
}

/** Docker ignores a value that it cannot parse. */
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
  setup: Setup,
  target: { path: string; detectedStore: string | undefined },
): Finding {
  const [worst, ...others] = serving.faults.toSorted(
    (one, other) => Number(other.isFatal) - Number(one.isFatal),
  );
  const isOurs = 'helper' in serving && serving.helper === 'ecr-xacct';
  const finding = { step: 'docker-config', text: servingText(serving, target) } as const;
  if (isOurs && worst === undefined) return { ...finding, outcome: 'ok' };
  const said = (faults: typeof serving.faults, command: string) => [
    ...faults.map(({ message }) => message),
    ...(command === setup.command ? setup.notes : []),
  ];
  // Beside the true cause, a setting that Docker does not use is at most a note.
  if (worst === undefined || (!isOurs && !worst.isFatal)) {
    const notes = said(serving.faults, setup.command);
    return { ...finding, outcome: 'failed', side: 'machine', command: setup.command, notes };
  }
  const { message: text, command, isFatal } = worst;
  const told = { ...finding, text, command, notes: said(others, command) };
  return isFatal ? { ...told, outcome: 'failed', side: 'machine' } : { ...told, outcome: 'warning' };
}

function servingText(
  serving: Serving,
  { path, detectedStore }: { path: string; detectedStore: string | undefined },
): string {
  switch (serving.by) {
    case 'credHelpers':
    case 'credsStore': {
      // There is a detected store only if the file names no helper at all.
      if (detectedStore !== undefined) {
        return `Docker asks docker-credential-${detectedStore} and not ecr-xacct: its own choice, as ${path} names no helper`;
      }
      const where = `(${serving.by} in ${path})`;
      return serving.helper === 'ecr-xacct'
        ? `Docker asks ecr-xacct ${where}`
        : `Docker asks docker-credential-${serving.helper} and not ecr-xacct ${where}`;
    }
    case 'auths':
      return `Docker has a login, and asks no helper (auths in ${path})`;
    case 'DOCKER_AUTH_CONFIG':
      return 'Docker has a login, and asks no helper (DOCKER_AUTH_CONFIG)';
    case 'none':
      return `Docker asks no helper: no credHelpers entry and no credsStore in ${path}`;
  }
}
