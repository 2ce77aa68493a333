// Which registries this machine is set up for: those that Docker's config.json, podman's auth.json and config.yaml name.
import { createConfigReader } from '../config/config-reader.ts';
import type { RegistryRule } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { type DockerUser, readDockerConfig, readPodmanConfigs } from '../docker/config-file.ts';
import type { DockerConfig } from '../docker/docker-config.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { servingOf } from '../docker/serving.ts';
import { orError, XacctError } from '../errors.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { parseRegistry, registryHostname } from '../registry/ecr-hostname.ts';

export interface ConfiguredRegistries {
  hosts: readonly ConfiguredHost[];
  /** Of config.yaml, whose pattern covers none of these. */
  idleRules: readonly RegistryRule[];
}

export interface ConfiguredHost {
  hostname: string;
  /** Where podman asks ecr-xacct for it: the path of auth.json. */
  podman?: string;
  /** Docker has it for another helper or for a login of its own, and config.yaml has no rule for it. */
  isElsewhere: boolean;
  /** Neither ECR's nor in config.yaml, but in credHelpers for ecr-xacct, and no fallback_helper answers for it. */
  isForeign?: true;
}

const OURS = 'ecr-xacct';

/** What cannot be read counts as empty: a step of its own says so. In the order of the files. */
export async function configuredRegistries(user: DockerUser): Promise<ConfiguredRegistries> {
  const { env } = user;
  const docker = await orError(() => readDockerConfig(user));
  const podman = await orError(() => readPodmanConfigs(user).auth);
  const config = await orError(() => createConfigReader()(env));
  // Those of pods are for the kubelet to ask for.
  const rules = config instanceof XacctError ? [] : config.rules.filter(({ rule }) => !rule.service_account);
  const isCovered = (hostname: string) =>
    !(config instanceof XacctError) && matchRule(config, hostname) !== undefined;
  const hosts = new Map<string, ConfiguredHost>();
  const add = (hostname: string, { isElsewhere = false, ...more }: Partial<ConfiguredHost> = {}) => {
    const known = hosts.get(hostname);
    hosts.set(hostname, {
      ...{ hostname, ...known, ...more },
      isElsewhere: isElsewhere && (known?.isElsewhere ?? true),
    });
  };
  if (!(docker instanceof XacctError)) {
    for (const { hostname, isOurs } of namedIn(docker.config)) {
      const isKnown = parseRegistry(hostname) !== undefined || isCovered(hostname);
      if (isKnown) add(hostname, { isElsewhere: !isOurs && !isCovered(hostname) });
      else if (isOurs && !(config instanceof XacctError) && config.fallbackHelper === undefined)
        add(hostname, { isForeign: true });
    }
  }
  if (!(podman instanceof XacctError)) {
    for (const [key, helper] of podman.config.credHelpers) {
      const hostname = parseServerURL(key)?.hostname;
      if (hostname !== undefined && helper === OURS) add(hostname, { podman: podman.path });
    }
  }
  for (const { pattern, rule } of rules) {
    if (pattern.rank === 'exact') add(pattern.hostname);
    else if (pattern.account !== undefined && rule.profile !== undefined) {
      // Where Docker asks ecr-xacct for everything, no list has them.
      const own = await regionOf(rule.profile, env);
      const hostname = registryHostname(pattern.account, pattern.region ?? own ?? '');
      const isAsked =
        hostname !== undefined && !(docker instanceof XacctError) && asksOurs(docker.config, hostname);
      if (isAsked && isCovered(hostname)) add(hostname);
    }
  }
  const used = new Set(
    [...hosts.keys()].map((hostname) =>
      config instanceof XacctError ? undefined : matchRule(config, hostname),
    ),
  );
  const idleRules = rules.filter((rule) => rule.pattern.rank !== 'exact' && !used.has(rule));
  return { hosts: [...hosts.values()], idleRules };
}

async function regionOf(profile: string, env: DockerUser['env']): Promise<string | undefined> {
  const region = await orError(() => createProfileReader()(env).profile(profile)?.region);
  return region instanceof XacctError ? undefined : region;
}

function asksOurs(config: DockerConfig, hostname: string): boolean {
  const serving = servingOf(config, hostname);
  return 'helper' in serving && serving.helper === OURS;
}

/** However they are spelt: what Docker never looks up is a fault that a step tells. */
function namedIn({ credHelpers, auths }: DockerConfig): { hostname: string; isOurs: boolean }[] {
  const logins = [...auths].flatMap(([key, isCredential]) => (isCredential ? [[key, ''] as const] : []));
  return [...credHelpers, ...logins].flatMap(([key, helper]) => {
    const hostname = parseServerURL(key)?.hostname;
    return hostname === undefined ? [] : [{ hostname, isOurs: isOurHelper(helper) }];
  });
}

function isOurHelper(helper: string): boolean {
  return helper === OURS || helper.endsWith(`docker-credential-${OURS}`);
}
