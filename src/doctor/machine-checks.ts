// What doctor checks without an image: the helper, the files and the daemon of this machine.
import { askOwnDaemon, readStatus } from '../client/ask-own-daemon.ts';
import type { RegistryRule } from '../config/load.ts';
import { ruleReason } from '../config/match.ts';
import { readDockerConfig } from '../docker/config-file.ts';
import { orError, XacctError } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import { checkConfigs } from '../inspect/check-config.ts';
import type { Environment, Invocation } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { isDaemonOff } from '../wire/daemon-variables.ts';
import type { ConfiguredRegistries } from './configured-registries.ts';
import { type Finding, failedFinding } from './finding.ts';
import { programFinding } from './machine-steps.ts';
import { dockerUser } from './walk-host.ts';

/** Runs all checks, even if some fail. */
export async function* checkMachine(
  { hosts, idleRules }: ConfiguredRegistries,
  invocation: Invocation,
): AsyncGenerator<Finding> {
  const user = dockerUser(invocation);
  yield await programFinding(user, invocation.self);
  yield dockerFinding(await orError(() => readDockerConfig(user)), hosts);
  for (const finding of await configFindings(invocation)) yield finding;
  for (const rule of idleRules) yield await idleFinding(rule, invocation);
  yield await awsFilesFinding(user.env);
  yield await daemonFinding(invocation);
}

function dockerFinding(
  docker: ReturnType<typeof readDockerConfig> | XacctError,
  hosts: ConfiguredRegistries['hosts'],
): Finding {
  const step = 'docker-config';
  if (docker instanceof XacctError) return failedFinding(step, docker, 'machine');
  const { path, config } = docker;
  if (hosts.length === 0) {
    const text = `no registry of ECR is set up: neither ${path} nor config.yaml names one`;
    return { step, outcome: 'failed', side: 'machine', text, command: 'ecr-xacct setup' };
  }
  const wildcards = [...config.credHelpers.keys()].filter((key) => key.includes('*'));
  if (wildcards.length > 0) {
    const text = `credHelpers in ${path} has ${wildcards.join(', ')}, but Docker knows no wildcards: it never looks them up`;
    return { step, outcome: 'warning', text, command: commandText(command`$EDITOR ${path}`) };
  }
  const by =
    config.credsStore === 'ecr-xacct'
      ? 'ecr-xacct is its credsStore'
      : count(config.credHelpers.size, 'credHelpers entry', 'credHelpers entries');
  return { step, outcome: 'ok', text: `${path}: ${by}` };
}

async function configFindings({ env }: Invocation): Promise<Finding[]> {
  const checks = await orError(() => checkConfigs(env));
  if (checks instanceof XacctError) return [failedFinding('config', checks, 'machine')];
  if (checks.length > 0) return checks.map(configFinding);
  return [{ step: 'config', outcome: 'ok', text: 'there is no home folder, and no config.yaml' }];
}

function configFinding(check: ReturnType<typeof checkConfigs>[number]): Finding {
  const step = 'config';
  if (check instanceof XacctError) return failedFinding(step, check, 'machine');
  const { file, lines, problems } = check;
  const [text = '', ...others] = lines;
  if (problems === 0) return { step, outcome: 'ok', text };
  // The last line has their count.
  const notes = problems > 1 ? others.slice(0, -1) : [];
  return {
    step,
    outcome: 'failed',
    side: 'machine',
    text,
    notes,
    command: commandText(command`$EDITOR ${file}`),
  };
}

/** A rule with a pattern names no hostname, and Docker asks for hostnames. */
async function idleFinding(registryRule: RegistryRule, { env }: Invocation): Promise<Finding> {
  const { pattern, rule } = registryRule;
  const { account = '', region }: { account?: string | undefined; region?: string | undefined } =
    pattern.rank === 'exact' ? {} : pattern;
  const own = await orError(() => {
    const profiles = createProfileReader()(env);
    const profile = rule.profile ?? profiles.accounts().declared.get(account)?.[0];
    return { profile, region: profile === undefined ? undefined : profiles.profile(profile)?.region };
  });
  const known = own instanceof XacctError ? { profile: rule.profile, region: undefined } : own;
  const words = [
    ...(known.profile === undefined ? [] : ['--profile', known.profile]),
    ...['--region', region ?? known.region ?? 'REGION'],
  ];
  return {
    step: 'config',
    outcome: 'warning',
    text: `${ruleReason(registryRule)} is of no registry that Docker asks ecr-xacct for`,
    command: commandText(command`ecr-xacct setup ${words}`),
  };
}

async function awsFilesFinding(env: Environment): Promise<Finding> {
  const step = 'aws-files';
  // The files are read on first use.
  const found = await orError((): Finding => {
    const { names, configFile, accounts } = createProfileReader()(env);
    const { declared, undeclared } = accounts();
    const of = declared.size === 0 ? '' : `, of ${count(declared.size, 'account')}`;
    const unknown = undeclared.length === 0 ? '' : `; ${undeclared.length} without an account in the file`;
    return {
      step,
      outcome: 'ok',
      text: `${count(names.length, 'profile')} (${configFile})${of}${unknown}`,
    };
  });
  return found instanceof XacctError ? failedFinding(step, found, 'machine') : found;
}

async function daemonFinding(invocation: Invocation): Promise<Finding> {
  const step = 'daemon';
  if (invocation.uid === undefined)
    return { step, outcome: 'ok', text: 'on Windows there is none: each call gets a new token' };
  if (isDaemonOff(invocation.env))
    return { step, outcome: 'ok', text: 'ECR_XACCT_DAEMON is off: each call gets a new token' };
  const answer = await orError(() => askOwnDaemon(invocation, 'status'));
  if (answer instanceof XacctError) return failedFinding(step, answer, 'machine');
  if (answer === undefined) return { step, outcome: 'ok', text: 'none runs: the next pull starts it' };
  const { version, pid, tokens } = readStatus(answer);
  return {
    step,
    outcome: 'ok',
    text: `version ${version} runs, pid ${pid}, with ${count(tokens.length, 'token')}`,
  };
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
