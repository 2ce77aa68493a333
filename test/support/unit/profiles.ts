// Profiles for tests, from the text of an AWS config file (and credentials file) in a folder that is gone afterwards.
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProfileReader, type Profiles } from '../../../src/profiles/profiles.ts';

export function profilesFrom(config: string, credentials = ''): Profiles {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
  const [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE] = ['config', 'credentials'].map((name) =>
    join(folder.path, name),
  ) as [string, string];
  writeFileSync(AWS_CONFIG_FILE, config);
  writeFileSync(AWS_SHARED_CREDENTIALS_FILE, credentials);
  const profiles = createProfileReader()({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE });
  return { ...profiles, configFile: '~/.aws/config', credentialsFile: '~/.aws/credentials' };
}
