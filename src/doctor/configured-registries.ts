// The registries that are set up on this machine: those in Docker's config.json, podman's auth.json and config.yaml.
import { createConfigReader } from '../config/config-reader.ts';
import type { RegistryRule } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { covers } from '../config/pattern.ts';
import { type DockerUser, readDockerConfig, readPodmanConfigs } from '../docker/config-file.ts';
import type { DockerConfig } from '../docker/docker-config.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { servingOf } from '../docker/serving.ts';
import { orError, XacctError } from '../errors.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { parseRegistry, registryHostname } from '../registry/ecr-hostname.ts';

export interface ConfiguredRegistries {
  hosts: readonly ConfiguredHost[];
  /** Rules of config.yaml whose pattern matches none of these hosts. */
  idleRules: readonly RegistryRule[];
}

export interface ConfiguredHost {
  hostname: string;
  /** The path of podman's auth.json, if podman asks ecr-xacct for this host. */
  podman?: string;
  /** Docker uses another helper or a stored login for this host, and config.yaml has no rule for it. */
  isElsewhere: boolean;
  /**
   * The host is not an ECR hostname, config.yaml does not map it, and no fallback_helper answers for it. But
   * credHelpers gives it to ecr-xacct.
   */
  isForeign?: true;
}

const OURS = 'ecr-xacct';

/** In the order of the files. A file that cannot be read counts as empty: its own step reports that. */
export async function configuredRegistries(user: DockerUser): Promise<ConfiguredRegistries> {
  const { env } = user;
  const docker = await orError(() => readDockerConfig(user));
  const podman = await orError(() => readPodmanConfigs(user).auth);
  const config = await orError(() => createConfigReader()(env));
  // The kubelet, and not Docker, asks for rules for pods.
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
      // If Docker asks ecr-xacct for every registry, no list names the hosts.
      const own = await regionOf(rule.profile, env);
      const hostname = registryHostname(pattern.account, pattern.region ?? own ?? '');
      const isAsked =
        hostname !== undefined && !(docker instanceof XacctError) && asksOurs(docker.config, hostname);
      if (isAsked && isCovered(hostname)) add(hostname);
    }
  }
  const registries = [...hosts.keys()].flatMap((hostname) => {
    const registry = parseRegistry(hostname);
    return registry?.service === 'ecr' ? [registry] : [];
  });
  const idleRules = rules.filter(
    ({ pattern }) => pattern.rank !== 'exact' && !registries.some((registry) => covers(pattern, registry)),
  );
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

/** In any spelling: if Docker never looks up a spelling, a step reports that fault. */
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
