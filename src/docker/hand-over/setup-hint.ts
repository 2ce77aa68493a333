// How Docker comes to ask ecr-xacct for a registry: a setup of its account alone, or an entry by hand where setup knows none.
import { type Command, command } from '../../hint.ts';
import type { ProfileAccounts } from '../../profiles/profile-accounts.ts';
import { parseRegistry } from '../../registry/ecr-hostname.ts';

export interface SetupHint {
  run: Command;
  /** What goes by hand into `credHelpers`: `say` as in `Put into it`, `entry` as in `"HOST": "ecr-xacct"`. */
  byHand?: { say: string; entry: string };
}

/** In one line, as in `Put into it: "credHelpers": { "HOST": "ecr-xacct" }`. */
export function byHandText({ byHand }: SetupHint): string[] {
  return byHand === undefined ? [] : [`${byHand.say}: "credHelpers": { ${byHand.entry} }`];
}

/** What decides it; `rule` is the one that leads to the registry. */
export interface HandedOver {
  /** Docker's config.json. */
  file: string;
  rule: { profile?: string | undefined } | undefined;
  /** Undefined where the files of profiles, or config.yaml, are broken: that has a fix of its own. */
  accounts: ProfileAccounts | undefined;
}

/** Setup goes by the accounts of profiles: for a registry of another account it has nothing to do, whatever rule leads there. */
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
  // Only AWS knows whose account they are of: setup asks.
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
