// What is set up already: the accounts that Docker asks ecr-xacct for, their profiles, and the accounts left out.
import type { Config, RegistryRule } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { type Account, hostsOf } from './accounts.ts';
import { HELPER, type SetupTarget } from './targets.ts';

export interface Standing {
  /** Hostnames in Docker's config. */
  known: readonly string[];
  /** Accounts that the user has left out. */
  declined: readonly string[];
  isServed: (account: Account) => boolean;
  /**
   * The profile of the rules for its registries; if these differ, of the rule for all its regions. Undefined if there
   * is none.
   */
  profileOf: (account: Account) => string | undefined;
}

/** @param isDropIn podman already asks for all registries, because of a drop-in. */
export function standingOf(
  config: Config,
  targets: readonly SetupTarget[],
  isDropIn: boolean,
  declined: readonly string[],
): Standing {
  const helpers = targets.flatMap((target) => [...target.config.credHelpers]);
  const logins = targets.flatMap((target) => [...target.config.auths.keys()]);
  const hostname = (url: string) => parseServerURL(url)?.hostname ?? [];
  const ours = helpers.filter(([, helper]) => helper === HELPER).flatMap(([url]) => hostname(url));
  const known = [...logins, ...helpers.map(([url]) => url)].flatMap(hostname);
  const isStore = isDropIn || targets.some((target) => target.config.credsStore === HELPER);
  return {
    known,
    declined,
    isServed: ({ id }) =>
      ours.some((host) => parseRegistry(host)?.account === id) || (isStore && rulesOf(config, id).length > 0),
    profileOf: (account) => {
      const rules = [
        ...rulesOf(config, account.id),
        ...hostsOf(account, [], known).flatMap((host) => matchRule(config, host) ?? []),
      ];
      const profiles = new Set(rules.map(({ rule }) => rule.profile));
      if (profiles.size === 1) return [...profiles][0];
      return rules.find(({ pattern }) => pattern.rank === 'account')?.rule.profile;
    },
  };
}

/** The rules for this account alone. */
export function rulesOf({ rules }: Config, id: string): RegistryRule[] {
  return rules.filter(({ pattern }) =>
    pattern.rank === 'exact' ? parseRegistry(pattern.hostname)?.account === id : pattern.account === id,
  );
}
