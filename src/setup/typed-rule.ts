// The arguments of `ecr-xacct rule`: the hostname or pattern, the rule, and the command as it was typed.

import type { WrittenRule } from '../config/edit-rule.ts';
import { inspectConfig } from '../config/load.ts';
import { parsePattern } from '../config/pattern.ts';
import { parseRegistryOrImage } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { profileChain } from '../identity/profile-chain.ts';
import { refuseMistyped } from '../identity/profile-failure.ts';
import type { Run } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { nearMiss, nearMissText } from '../registry/near-miss.ts';

export interface WriteOptions {
  yes?: true;
  dryRun?: true;
}

/** As on the command line. */
export interface RuleOptions extends WriteOptions {
  profile?: string;
  roleArn?: string;
  sourceProfile?: string;
  credentialSource?: string;
  webIdentityTokenFile?: string;
  webIdentityTokenEnv?: string;
  /** The audience, if one is given. */
  githubOidc?: string | true;
  serviceAccount?: true;
  externalId?: string;
  roleSessionName?: string;
  durationSeconds?: string;
  mfaSerial?: string;
  region?: string;
  registry?: string;
}

/** In the order in which they are written. */
const SETTINGS = [
  ['registry', 'registry'],
  ['profile', 'profile'],
  ['role_arn', 'roleArn'],
  ['source_profile', 'sourceProfile'],
  ['credential_source', 'credentialSource'],
  ['web_identity_token_file', 'webIdentityTokenFile'],
  ['web_identity_token_env', 'webIdentityTokenEnv'],
  ['github_oidc', 'githubOidc'],
  ['service_account', 'serviceAccount'],
  ['external_id', 'externalId'],
  ['role_session_name', 'roleSessionName'],
  ['duration_seconds', 'durationSeconds'],
  ['mfa_serial', 'mfaSerial'],
  ['region', 'region'],
] as const;

/** A rule without any of these has no identity. */
const WHO = [
  ...(['profile', 'roleArn', 'sourceProfile', 'credentialSource'] as const),
  ...(['webIdentityTokenFile', 'webIdentityTokenEnv', 'githubOidc', 'serviceAccount'] as const),
];

/**
 * `words`: the command without its options. @throws XacctError `usage`; `profile-missing` and the like for a profile
 * that cannot be used.
 */
export function typedRule(
  words: readonly string[],
  registry: string,
  options: RuleOptions,
  run: Run,
): { key: string; rule: WrittenRule } {
  const key = ruleKey(registry, options.registry);
  if (!WHO.some((option) => options[option] !== undefined)) {
    const run = typedCommand(words, { ...options, profile: 'NAME' });
    throw new XacctError('usage', 'which profile? Name it, or a role with --role-arn', {
      hint: { say: 'as in:', run },
    });
  }
  const rule = ruleOf(key, options);
  checkProfile(rule, { words, options, run });
  return { key, rule };
}

/** A hostname or a pattern, in lower case. The text may also be an image or a URL. */
export function keyTyped(registry: string): string {
  const text = registry.toLowerCase();
  return (text.includes('*') ? undefined : parseRegistryOrImage(registry)?.hostname) ?? text;
}

function ruleKey(registry: string, mapped: string | undefined): string {
  const key = keyTyped(registry);
  const pattern = parsePattern(key);
  const near = nearMiss(key);
  if (near !== undefined && mapped === undefined)
    throw usage(`${key} is no registry of ECR: ${nearMissText(near)}`);
  if (pattern === undefined) {
    throw usage(
      `'${registry}' is neither a hostname nor a pattern such as 111122223333.dkr.ecr.*.amazonaws.com`,
    );
  }
  if (pattern.rank === 'exact' && parseRegistry(pattern.hostname) === undefined && mapped === undefined) {
    throw usage(`${key} is not an ECR hostname; add --registry, the ECR hostname that it is a name for`);
  }
  return key;
}

/** With a role, the profile is the source profile of the role. */
function ruleOf(key: string, { profile, sourceProfile, ...options }: RuleOptions): WrittenRule {
  const isRole = options.roleArn !== undefined;
  if (isRole && profile !== undefined && sourceProfile !== undefined) {
    throw usage('--profile and --source-profile are the same with --role-arn; keep one of them');
  }
  const given: Record<string, string | true | undefined> = {
    ...options,
    profile: isRole ? undefined : profile,
    sourceProfile: isRole ? (sourceProfile ?? profile) : sourceProfile,
  };
  const rule = Object.fromEntries(
    SETTINGS.flatMap(([setting, option]) => {
      const value = given[option];
      if (value === undefined) return [];
      return [[setting, setting === 'duration_seconds' && /^\d+$/.test(`${value}`) ? Number(value) : value]];
    }),
  );
  // JSON is valid YAML. A rule that the file could not have is wrong usage here.
  const { faults: [fault] = [] } = inspectConfig(JSON.stringify({ registries: { [key]: rule } }), 'rule');
  if (fault !== undefined) throw usage(fault.message.replace(/^rule:\d+:\d+: /, ''));
  return rule;
}

/** @throws XacctError if the profile does not exist, with the whole intended command if it is known. */
function checkProfile(
  rule: WrittenRule,
  { words, options, run }: { words: readonly string[]; options: RuleOptions; run: Run },
): void {
  const name = rule.profile ?? rule.source_profile;
  if (typeof name !== 'string') return;
  const { env } = run.invocation;
  const profiles = createProfileReader()(env);
  const isSource = rule.profile === undefined;
  refuseMistyped(name, profiles, (meant) => {
    const right = options.profile === undefined ? { sourceProfile: meant } : { profile: meant };
    return typedCommand(words, { ...options, ...right });
  });
  profileChain(profiles, name, { env, ambient: 'none', isSource });
}

/** The command that was run, with every option. */
export function typedCommand(words: readonly string[], options: RuleOptions): Command {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : typeof value === 'string' ? [flag, value] : [];
  });
  return ['ecr-xacct', ...words, ...flags];
}

function usage(message: string): XacctError {
  return new XacctError('usage', message);
}
