// `setup --system`, for every user of the machine: its files, and its rules, which must make sense for each user.

import { statSync } from 'node:fs';
import { readConfigAt } from '../config/config-reader.ts';
import type { WrittenRule } from '../config/edit-rule.ts';
import { inspectConfig } from '../config/load.ts';
import { systemConfigPath } from '../config/paths.ts';
import { XacctError } from '../errors.ts';
import { type Command, command, type Hint } from '../hint.ts';
import type { Invocation } from '../invocation.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { ServedAccount } from './choose-registries.ts';
import { type ConfigFile, readConfigFile } from './config-change.ts';

/**
 * The path of the machine's config. `words`: the command as root. @throws XacctError `usage` if this user may not write
 * it.
 */
export function machineConfigPath({ env, uid }: Pick<Invocation, 'env' | 'uid'>, words: Command): string {
  const path = systemConfigPath({ ...env, ECR_XACCT_CONFIG: undefined });
  if (path === undefined) {
    const why = env.ECR_XACCT_SYSTEM_CONFIG === '' ? 'ECR_XACCT_SYSTEM_CONFIG is empty' : 'Windows has none';
    throw new XacctError('usage', `--system: there is no machine config: ${why}`, {
      hint: { say: 'to set up this user', run: command`ecr-xacct setup` },
    });
  }
  if (uid === 0) return path;
  throw new XacctError('usage', `--system changes root's files (${path}): run it as root`, {
    hint: { run: words },
  });
}

/** @throws XacctError `config-invalid`, also if other users than root may write it; `file-access` */
export function readMachineConfig(path: string): ConfigFile {
  readConfigAt(path, 'system-config');
  return readConfigFile(path);
}

/** Settings of a profile with a role that a rule may have, too. */
const ROLE_SETTINGS = [
  'role_arn',
  'credential_source',
  'web_identity_token_file',
  'external_id',
  'role_session_name',
  'duration_seconds',
  'mfa_serial',
  'region',
];

/**
 * A rule that needs no profile: for a role that is assumed with credentials of the machine (the identity of its
 * instance or container, or a token in a file). Undefined for other profiles.
 */
export function ruleWithoutProfile(profiles: Profiles, name: string): WrittenRule | undefined {
  const settings = profiles.profile(name) ?? {};
  const { role_arn, source_profile, credential_source, web_identity_token_file } = settings;
  const hasSource = credential_source !== undefined || web_identity_token_file !== undefined;
  if (role_arn === undefined || source_profile !== undefined || !hasSource) return undefined;
  const rule = Object.fromEntries(
    ROLE_SETTINGS.flatMap((setting) => {
      const value = settings[setting];
      if (value === undefined) return [];
      return [[setting, setting === 'duration_seconds' ? Number(value) : value]];
    }),
  );
  const { config } = inspectConfig(JSON.stringify({ registries: { [SAMPLE_HOST]: rule } }), 'rule', 1);
  return config === undefined ? undefined : rule;
}

const SAMPLE_HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

/** Notes on profiles and files in the rules that other users may not have. */
export function machineNotes(
  accounts: readonly ServedAccount[],
  profiles: Profiles,
  words: Command,
): (string | Hint)[] {
  if (accounts.length === 0) return [noRules(words)];
  return accounts.flatMap(({ id, profile, rule }): (string | Hint)[] => {
    if (rule !== undefined) return tokenFileNote(id, rule.web_identity_token_file);
    const where = profiles.where(profile).replace(/:\d+$/, '');
    return [
      `${id}: the rule names profile ${profile}, which is in ${where}; each user needs a profile of that name in their own files, or gets an error`,
    ];
  });
}

function tokenFileNote(id: string, file: WrittenRule[string] | undefined): Hint[] {
  const mode = typeof file === 'string' ? statSync(file, { throwIfNoEntry: false })?.mode : undefined;
  if (mode === undefined || (mode & 0o004) !== 0) return [];
  return [
    { say: `${id}: not every user may read ${file}; to see who may`, run: command`ls -l ${`${file}`}` },
  ];
}

function noRules([sudo = 'sudo', ...words]: Command): Hint {
  return {
    say: "root has no profile, so there is no rule: each user's own profiles apply, else the machine's role; to use your profiles",
    run: [sudo, '--preserve-env=HOME', ...words],
  };
}
