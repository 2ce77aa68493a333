// Says how to make Docker ask ecr-xacct for a registry: a setup of its account, or else a manual entry.
import { type Command, command } from '../../hint.ts';
import type { ProfileAccounts } from '../../profiles/profile-accounts.ts';
import { parseRegistry } from '../../registry/ecr-hostname.ts';

export interface SetupHint {
  run: Command;
  /** The manual entry in `credHelpers`: `say` as in `Put into it`, `entry` as in `"HOST": "ecr-xacct"`. */
  byHand?: { say: string; entry: string };
}

/** One line, as in `Put into it: "credHelpers": { "HOST": "ecr-xacct" }`. */
export function byHandText({ byHand }: SetupHint): string[] {
  return byHand === undefined ? [] : [`${byHand.say}: "credHelpers": { ${byHand.entry} }`];
}

/** What the hint depends on. */
export interface HandedOver {
  /** Docker's config.json. */
  file: string;
  /** The one for the registry. `setupServes`: setup needs no profile for it. */
  rule: { profile?: string | undefined; setupServes: boolean } | undefined;
  /** Undefined if the files of profiles, or config.yaml, are broken: another error reports the fix. */
  accounts: ProfileAccounts | undefined;
}

/** Setup serves the accounts of profiles, and the registries of rules that name a hostname or an account. */
export function setupHint(hostname: string, { file, rule, accounts }: HandedOver): SetupHint {
  const registry = parseRegistry(hostname);
  const entry = `"${hostname}": "ecr-xacct"`;
  const byHand = { run: command`$EDITOR ${file}`, byHand: { say: 'Put into it', entry } };
  if (accounts === undefined) return byHand;
  if (registry?.service !== 'ecr' || registry.account === undefined) {
    return rule?.setupServes ? { run: command`ecr-xacct setup` } : byHand;
  }
  const { account, region } = registry;
  const own = accounts.declared.get(account) ?? [];
  const profile = rule === undefined ? own[0] : own.find((name) => name === rule.profile);
  if (profile !== undefined) {
    return { run: command`ecr-xacct setup --profile ${profile} --region ${region}` };
  }
  // Only AWS knows the accounts of these profiles, so setup asks.
  const named = accounts.undeclared.find((name) => name === rule?.profile);
  if (named !== undefined) {
    return {
      run: command`ecr-xacct setup --profile ${named} --region ${region}`,
      byHand: { say: `If profile ${named} is of another account, put into ${file}`, entry },
    };
  }
  if (rule === undefined ? accounts.undeclared.length > 0 : rule.setupServes || own.length > 0) {
    return { run: command`ecr-xacct setup --region ${account}=${region}` };
  }
  return byHand;
}
