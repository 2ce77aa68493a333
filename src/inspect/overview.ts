// The overview of `status`: each registry that is named anywhere, its identity, and the state of its sign-in and token.
import { existsSync } from 'node:fs';
import { askOwnDaemon, daemonAddress, readStatus } from '../client/ask-own-daemon.ts';
import { NO_DAEMON_ON_WINDOWS } from '../client/no-daemon.ts';
import { emptyConfig } from '../config/empty-config.ts';
import type { Config } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { configPath, systemConfigPath } from '../config/paths.ts';
import {
  type DockerConfigFile,
  isAskedByFinch,
  isAskedByPodman,
  readDockerConfig,
} from '../docker/config-file.ts';
import { dockerConfigPath } from '../docker/docker-config.ts';
import { attempt, type ErrorFields, errorFields, orError, XacctError } from '../errors.ts';
import type { DaemonStatus } from '../helper/daemon-answers.ts';
import type { Environment, Invocation } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader, type Profiles } from '../profiles/profiles.ts';
import { type IdentityView, identityViews, needsAttention } from './identity-views.ts';
import { namedRegistries, type ServedElsewhere, servedElsewhere } from './named-registries.ts';

export interface Overview {
  /** The daemon's own status; left out if none runs. */
  daemon?: DaemonStatus;
  /** Why no daemon runs, or why it does not answer. */
  noDaemon?: { why: string; error?: ErrorFields };
  socket?: string;
  /** The files with the rules; `system`: the machine's. */
  config: FileView & {
    rules?: number;
    system?: { file: string; rules: number };
    fallbackHelper?: string;
  };
  docker: FileView & { asksForAll: boolean; registries: number };
  identities: readonly IdentityView[];
  /** ECR registries that Docker does not ask this program for. */
  elsewhere: readonly ServedElsewhere[];
  /** False if the user must do something before each registry can be pulled from. */
  isReady: boolean;
}

interface FileView {
  /** Undefined without a home folder. */
  file: string | undefined;
  exists: boolean;
  error?: ErrorFields;
}

/** `now` is epoch ms of this machine's clock. AWS is not asked. */
export async function overviewOf(invocation: Invocation, now: number): Promise<Overview> {
  const { env } = invocation;
  const daemon = await daemonView(invocation);
  const [config, docker] = [await readConfig(env), await readDocker(invocation)];
  const [knownConfig, knownDocker] = [known(config), known(docker)];
  const named = namedRegistries(knownConfig, knownDocker, daemon.daemon);
  // Read once for all registries: this takes longer than all the rest.
  let read: Profiles | undefined;
  const profiles = () => {
    read ??= createProfileReader()(env);
    return read;
  };
  const identities = await identityViews(named, {
    config,
    profiles,
    daemon: daemon.daemon,
    env,
    now,
  });
  const ruled = named.flatMap(({ name, isPattern, namedBy }) =>
    !isPattern && namedBy.includes('config.yaml') && !isOfPods(name, knownConfig) ? [name] : [],
  );
  const isBroken = [config, docker, daemon.noDaemon?.error].some(
    (part) => part instanceof XacctError || isError(part),
  );
  const accounts = () => known(attempt(() => profiles().accounts()));
  const elsewhere =
    knownDocker === undefined ? [] : servedElsewhere(knownDocker, ruled, { config: knownConfig, accounts });
  // An entry of Docker's config alone may be intended, and podman has its own file.
  const isBypassed = elsewhere.some(({ name }) => ruled.includes(name) && !isOfOthers(name, invocation));
  return {
    ...daemon,
    config: configView(config, env),
    docker: dockerView(docker, env),
    identities,
    elsewhere,
    isReady: !isBroken && !isBypassed && !identities.some(needsAttention),
  };
}

/** Docker does not ask for a registry of pods. */
function isOfPods(name: string, config: Config | undefined): boolean {
  return config !== undefined && matchRule(config, name)?.rule.service_account === true;
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'code' in value;
}

function known<T>(read: T | XacctError): T | undefined {
  return read instanceof XacctError ? undefined : read;
}

async function daemonView(invocation: Invocation): Promise<Pick<Overview, 'daemon' | 'noDaemon' | 'socket'>> {
  if (invocation.uid === undefined) return { noDaemon: { why: NO_DAEMON_ON_WINDOWS } };
  const asked = await orError(async () => {
    const { path } = daemonAddress(invocation);
    return { path, text: await askOwnDaemon(invocation, 'status') };
  });
  if (asked instanceof XacctError) return { noDaemon: { why: asked.message, error: errorFields(asked) } };
  const { path, text } = asked;
  if (path === undefined) {
    return { noDaemon: { why: 'the path of its socket is longer than the system allows' } };
  }
  if (text !== undefined) return { daemon: readStatus(text), socket: path };
  const isOff = invocation.env.ECR_XACCT_DAEMON === 'off';
  return { noDaemon: { why: isOff ? 'ECR_XACCT_DAEMON is off' : 'the next pull starts one' }, socket: path };
}

/** The YAML parser is loaded only if there is a config file. */
function readConfig(env: Environment): Promise<Config | XacctError> {
  return orError(async () => {
    const [path, system] = [configPath(env), systemConfigPath(env)];
    const isThere = [path, system].some((file) => file !== undefined && existsSync(file));
    if (!env.ECR_XACCT_CONFIG && !isThere) return emptyConfig(path);
    const { createConfigReader } = await import('../config/config-reader.ts');
    return createConfigReader()(env);
  });
}

function readDocker({ env, uid }: Invocation): Promise<DockerConfigFile | undefined | XacctError> {
  return orError(() => {
    const home = homeFolder(env);
    return home === undefined ? undefined : readDockerConfig({ env, home, uid });
  });
}

/** A config that cannot be read counts as one that does not ask. */
function isOfOthers(hostname: string, { env, uid }: Invocation): boolean {
  const home = homeFolder(env);
  if (home === undefined) return false;
  const user = { env, home, uid };
  return [isAskedByPodman, isAskedByFinch].some(
    (isAsked) => known(attempt(() => isAsked(hostname, user))) === true,
  );
}

function configView(config: Config | XacctError, env: Environment): Overview['config'] {
  if (config instanceof XacctError) {
    // Undefined if a variable is not a valid path.
    const file = known(attempt(() => configPath(env)));
    return { file, exists: file !== undefined && existsSync(file), error: errorFields(config) };
  }
  const { file, exists, files, rules, fallbackHelper } = config;
  const system = files.find((path) => path !== file);
  const rulesIn = (path: string | undefined) => rules.filter((rule) => rule.file === path).length;
  return {
    file,
    exists,
    rules: rulesIn(file),
    ...(system !== undefined && { system: { file: system, rules: rulesIn(system) } }),
    ...(fallbackHelper !== undefined && { fallbackHelper }),
  };
}

function dockerView(docker: DockerConfigFile | undefined | XacctError, env: Environment): Overview['docker'] {
  const nothing = { asksForAll: false, registries: 0 };
  if (docker instanceof XacctError) {
    const home = homeFolder(env);
    const file = home === undefined ? undefined : dockerConfigPath(env, home);
    return { file, exists: true, ...nothing, error: errorFields(docker) };
  }
  if (docker === undefined) return { file: undefined, exists: false, ...nothing };
  const { path, before, config } = docker;
  const registries = [...config.credHelpers.values()].filter((helper) => helper === 'ecr-xacct').length;
  return {
    file: path,
    exists: before !== undefined,
    asksForAll: config.credsStore === 'ecr-xacct',
    registries,
  };
}
