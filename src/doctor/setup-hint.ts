// How Docker comes to ask ecr-xacct for a registry: a setup of its account alone, or an entry by hand where setup knows none.
import { createConfigReader } from '../config/config-reader.ts';
import { matchRule } from '../config/match.ts';
import { orError, XacctError } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import type { Environment } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';

export interface SetupHint {
  command: string;
  notes?: readonly string[];
}

/**
 * Setup goes by the accounts of profiles: for a registry of another account it has nothing to do, whatever rule leads there.
 * @param file Docker's config.json.
 */
export async function setupHint(hostname: string, file: string, env: Environment): Promise<SetupHint> {
  const registry = parseRegistry(hostname);
  const entry = `"credHelpers": { "${hostname}": "ecr-xacct" }`;
  const byHand = { command: commandText(command`$EDITOR ${file}`), notes: [`Put into it: ${entry}`] };
  if (registry?.service !== 'ecr' || registry.account === undefined) return byHand;
  const { account, region } = registry;
  // What is broken there has a step of its own.
  const accounts = await orError(() => createProfileReader()(env).accounts());
  const config = await orError(() => createConfigReader()(env));
  if (accounts instanceof XacctError || config instanceof XacctError) return byHand;
  const rule = matchRule(config, hostname)?.rule;
  const own = accounts.declared.get(account) ?? [];
  const profile = own.find((name) => name === rule?.profile) ?? own[0];
  if (profile !== undefined) {
    return { command: commandText(command`ecr-xacct setup --profile ${profile} --region ${region}`) };
  }
  // Only AWS knows whose account they are of: setup asks.
  const named = accounts.undeclared.find((name) => name === rule?.profile);
  if (named !== undefined) {
    const setup = commandText(command`ecr-xacct setup --profile ${named} --region ${region}`);
    return {
      command: setup,
      notes: [`If profile ${named} is of another account, put into ${file}: ${entry}`],
    };
  }
  if (rule === undefined && accounts.undeclared.length > 0) {
    return { command: commandText(command`ecr-xacct setup --region ${region}`) };
  }
  return byHand;
}
