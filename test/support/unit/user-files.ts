// A user's files for tests, from texts: config.yaml with rules on known lines, and the AWS CLI's profiles.
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import type { CallerWorld } from '../../../src/identity/identity.ts';
import { createProfileReader, type Profiles } from '../../../src/profiles/profiles.ts';

/** The path that config.yaml claims to have. */
export const FILE = '/home/dev/.config/ecr-xacct/config.yaml';

/** A config with one rule, whose lines follow from line 3 on, indented by four columns. */
export function oneRule(...lines: string[]): string {
  return [
    'registries:',
    '  111122223333.dkr.ecr.us-east-1.amazonaws.com:',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}

/** A config with a rule for each key, one per line, from line 2 on. */
export function rulesFor(...keys: string[]): string {
  return ['registries:', ...keys.map((key) => `  "${key}": { profile: dev }`)].join('\n');
}

/** The keys of a role rule, for `oneRule`: lines 3 and 4. */
export const role = ['role_arn: arn:aws:iam::111122223333:role/EcrPull', 'source_profile: dev'];

/** Profiles from the text of an AWS config file (and a credentials file), in a temporary folder. */
export function profilesFrom(config: string, credentials = ''): Profiles {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
  const [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE] = ['config', 'credentials'].map((name) =>
    join(folder.path, name),
  ) as [string, string];
  writeFileSync(AWS_CONFIG_FILE, config);
  writeFileSync(AWS_SHARED_CREDENTIALS_FILE, credentials);
  const profiles = createProfileReader()({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE });
  const where: Profiles['where'] = (...asked) => profiles.where(...asked).replace(folder.path, '~/.aws');
  return { ...profiles, where, configFile: '~/.aws/config', credentialsFile: '~/.aws/credentials' };
}

/** A caller with these profiles and no config.yaml, whose whole environment is known. */
export function worldOf(profiles: Profiles, env: CallerWorld['env'] = {}): CallerWorld {
  return { config: emptyConfig(FILE), profiles, env: { '@all': '1', ...env } };
}
