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

/** What the hint depends on. `rule`: the one for the registry. */
export interface HandedOver {
  /** Docker's config.json. */
  file: string;
  rule: { profile?: string | undefined } | undefined;
  /** Undefined if the files of profiles, or config.yaml, are broken: another error reports the fix. */
  accounts: ProfileAccounts | undefined;
}

/**
 * Setup uses the accounts of profiles. It does nothing for a registry of another account, even if a rule matches it.
 */
export function setupHint(hostname: string, { file, rule, accounts }: HandedOver): SetupHint {
  const registry = parseRegistry(hostname);
  const entry = `"${hostname}": "ecr-xacct"`;
  const byHand = { run: command`$EDITOR ${file}`, byHand: { say: 'Put into it', entry } };
  if (registry?.service !== 'ecr' || registry.account === undefined || accounts === undefined) return byHand;
  const { account, region } = registry;
  const own = accounts.declared.get(account) ?? [];
  const profile = own.find((name) => name === rule?.profile) ?? own[0];
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
  if (rule === undefined && accounts.undeclared.length > 0) {
    return { run: command`ecr-xacct setup --region ${account}=${region}` };
  }
  return byHand;
}
