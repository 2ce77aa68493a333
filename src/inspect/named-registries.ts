// The registries that Docker's config, config.yaml and the daemon's memory name.
import type { Config } from '../config/load.ts';
import { matchRule, setupServes } from '../config/match.ts';
import type { DockerConfigFile } from '../docker/config-file.ts';
import { type SetupHint, setupHint } from '../docker/hand-over/setup-hint.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { type Serving, servingOf } from '../docker/serving.ts';
import type { DaemonStatus } from '../helper/daemon-answers.ts';
import type { ProfileAccounts } from '../profiles/profile-accounts.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';

export type NamedBy = 'config.yaml' | 'docker' | 'daemon';

export interface NamedRegistry {
  /** A hostname, or a pattern of config.yaml. */
  name: string;
  isPattern: boolean;
  namedBy: readonly NamedBy[];
}

/** An ECR registry that Docker does not ask this program for. */
export interface ServedElsewhere {
  name: string;
  /** As in `docker-credential-ecr-login` or `a login in auths`. */
  by: string;
  /** Makes Docker ask this program. */
  fix: SetupHint;
}

const OURS = 'ecr-xacct';

/** Each name once, in the order of the files. An undefined source could not be read. */
export function namedRegistries(
  config: Config | undefined,
  docker: DockerConfigFile | undefined,
  daemon: DaemonStatus | undefined,
): NamedRegistry[] {
  const named = new Map<string, { isPattern: boolean; namedBy: Set<NamedBy> }>();
  const add = (name: string, by: NamedBy, isPattern = false) => {
    const known = named.get(name) ?? { isPattern, namedBy: new Set() };
    known.namedBy.add(by);
    named.set(name, known);
  };
  for (const { key, pattern } of config?.rules ?? []) {
    if (pattern.rank === 'exact') add(pattern.hostname, 'config.yaml');
    else add(key, 'config.yaml', true);
  }
  for (const [key, helper] of docker?.config.credHelpers ?? []) {
    if (helper === OURS) add(parseServerURL(key)?.hostname ?? key, 'docker');
  }
  if (docker?.config.credsStore === OURS) {
    for (const hostname of ecrHostnames(docker.config.auths.keys())) add(hostname, 'docker');
  }
  const { tokens = [], failures = [], logins = [] } = daemon ?? {};
  for (const { hostnames } of [...tokens, ...failures]) for (const name of hostnames) add(name, 'daemon');
  for (const name of logins) add(name, 'daemon');
  return [...named].map(([name, { isPattern, namedBy }]) => ({ name, isPattern, namedBy: [...namedBy] }));
}

/** The registries of Docker's config and of exact rules (`ruled`) that Docker does not ask this program for. */
export function servedElsewhere(
  { config, detectedStore, path }: Pick<DockerConfigFile, 'config' | 'detectedStore' | 'path'>,
  ruled: readonly string[],
  known: { config: Config | undefined; accounts: () => ProfileAccounts | undefined },
): ServedElsewhere[] {
  const hosts = new Set([...ecrHostnames([...config.credHelpers.keys(), ...config.auths.keys()]), ...ruled]);
  return [...hosts].flatMap((name): ServedElsewhere[] => {
    const by = otherServer(servingOf(config, name, { detectedStore }));
    if (by === undefined) return [];
    const match = known.config && matchRule(known.config, name);
    const rule = match && { profile: match.rule.profile, setupServes: setupServes(match) };
    const accounts = known.config && known.accounts();
    return [{ name, by, fix: setupHint(name, { file: path, rule, accounts }) }];
  });
}

function otherServer(server: Serving): string | undefined {
  switch (server.by) {
    case 'credHelpers':
    case 'credsStore':
      return server.helper === OURS ? undefined : `docker-credential-${server.helper}`;
    case 'auths':
    case 'DOCKER_AUTH_CONFIG':
      return `the login in ${server.by}`;
    case 'none':
      return 'no helper';
  }
}

function ecrHostnames(urls: Iterable<string>): string[] {
  return [...urls].flatMap((url) => {
    const hostname = parseServerURL(url)?.hostname;
    return hostname !== undefined && parseRegistry(hostname) !== undefined ? [hostname] : [];
  });
}
