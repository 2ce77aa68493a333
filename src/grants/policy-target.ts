// Parses which registry's or repository's policy the user means: `HOST`, `HOST/repo`, `HOST/prefix/*`.
import { createConfigReader } from '../config/config-reader.ts';
import { matchRule, registryOf } from '../config/match.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import type { Target } from '../policy/access.ts';
import { parseTarget } from '../policy/target.ts';
import type { PrivateRegistry } from '../registry/ecr-hostname.ts';

/** A registry whose hostname contains its account: only these have policies. */
export type OwnedRegistry = PrivateRegistry & { account: string };

export interface PolicyTarget {
  registry: OwnedRegistry;
  target: Target;
  /** A tag or a digest after the repository, as written (`:1`). */
  tag?: string;
}

/** A custom hostname is the registry that config.yaml maps it to. @throws XacctError `usage` */
export function parsePolicyTarget(text: string, env: Environment): PolicyTarget {
  const [, host = '', path] = /^(?:https:\/\/)?([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  const registry = ownedRegistry(host, text, env);
  const target = parseTarget(registry, path);
  const tag = target.kind === 'repository' ? path?.slice(target.name.length) : undefined;
  return { registry, target, ...(tag && { tag }) };
}

function ownedRegistry(host: string, text: string, env: Environment): OwnedRegistry {
  const hostname = parseServerURL(host)?.hostname;
  const registry =
    hostname === undefined ? undefined : registryOf(hostname, matchRule(createConfigReader()(env), hostname));
  if (registry === undefined) {
    throw new XacctError('usage', `${text === '' ? 'an empty name' : text} is no registry of ECR`, {
      hint: { say: 'write it like 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app' },
    });
  }
  if (registry.service === 'ecr-public') {
    throw new XacctError('usage', `${registry.hostname} lets everyone pull, and has no policy`, {
      hint: { say: 'name a private registry, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com' },
    });
  }
  const { account } = registry;
  if (account === undefined) {
    throw new XacctError('usage', `${registry.hostname} does not name an account`, {
      hint: { say: `name the registry itself: ACCOUNT.dkr.ecr.${registry.region}.amazonaws.com` },
    });
  }
  return { ...registry, account };
}

/** As written on a command line of this program. */
export function targetText(hostname: string, { kind, name }: Target): string {
  if (kind === 'repository') return `${hostname}/${name}`;
  return name === '' ? hostname : `${hostname}/${name}*`;
}

/** The repository that has the policy; undefined for the registry's policy. */
export function repositoryOf({ target: { kind, name } }: Pick<PolicyTarget, 'target'>): string | undefined {
  return kind === 'repository' ? name : undefined;
}
