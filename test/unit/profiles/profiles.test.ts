// Owns the proof that we see the profiles that the AWS SDK sees, and keep none of their secrets.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { loadSharedConfigFiles, parseKnownFiles } from '@smithy/shared-ini-file-loader';
import fc from 'fast-check';
import { createProfileReader } from '../../../src/profiles/profiles.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

const SECRETS = ['aws_secret_access_key', 'aws_session_token'];

/** A text of sections and settings as people write them, and worse. */
const iniText = () => {
  const name = fc.constantFrom(
    'default',
    'dev',
    'a.b',
    'x@y',
    'two words',
    '7',
    '"dev"',
    "'dev'",
    `"dev'`,
    '',
    'ü',
  );
  const type = fc.constantFrom(
    '',
    '',
    'profile ',
    'profile ',
    'profile  ',
    'profile\t',
    'profile.',
    'Profile ',
    'sso-session ',
    'services ',
    'plugins ',
  );
  const header = fc
    .tuple(
      fc.constantFrom('', ' ', '\t'),
      fc.constantFrom('[', '[', '[ '),
      type,
      name,
      fc.constantFrom(']', ']', ' ]', ']]', ''),
    )
    .map((parts) => parts.join(''));
  const key = fc.constantFrom(
    'region',
    'role_arn',
    'source_profile',
    's3',
    'sso_session',
    ...SECRETS,
    'aws_access_key_id',
    '__proto__',
  );
  const value = fc.constantFrom(
    'eu-west-1',
    'x=y',
    'a b',
    '"quoted"',
    'a#b',
    'a;b',
    '',
    ' ',
    'dev # comment',
    'dev ;comment',
    'ü',
  );
  const setting = fc
    .tuple(
      fc.constantFrom('', '', '', '  ', '\t'),
      key,
      fc.constantFrom('=', ' = ', '= ', '\t=', ' ', ''),
      value,
    )
    .map((parts) => parts.join(''));
  const other = fc.constantFrom('', '# comment', '; comment', '  # comment', '=x', '[]', '[', ']', '\uFEFF');
  const line = fc.oneof({ weight: 3, arbitrary: header }, { weight: 6, arbitrary: setting }, other);
  return fc
    .tuple(fc.array(line, { maxLength: 16 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, end]) => lines.join(end));
};

function withoutSecrets(settings: Readonly<Record<string, string | undefined>> | undefined) {
  const isOpen = ([name]: [string, unknown]) => !SECRETS.includes(name.split('.').at(-1) ?? '');
  return Object.fromEntries(Object.entries(settings ?? {}).filter(isOpen));
}

describe('the AWS files', () => {
  test('have the profiles, settings and sections that the SDK reads in them', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
    const [configFilepath, filepath] = [join(folder.path, 'config'), join(folder.path, 'credentials')];
    const readProfiles = createProfileReader();
    await fc.assert(
      fc.asyncProperty(iniText(), iniText(), async (config, credentials) => {
        // Removed first: two files of one size within one tick of the clock could look the same.
        for (const [path, text] of [[configFilepath, config] as const, [filepath, credentials] as const]) {
          rmSync(path, { force: true });
          writeFileSync(path, text);
        }
        const init = { configFilepath, filepath, ignoreCache: true };
        const [merged, files] = [await parseKnownFiles(init), await loadSharedConfigFiles(init)];
        const ours = createProfileReader()({
          AWS_CONFIG_FILE: configFilepath,
          AWS_SHARED_CREDENTIALS_FILE: filepath,
        });

        const isSection = (name: string) =>
          /^(?:sso-session|services)\./.test(name) && !Object.hasOwn(files.credentialsFile, name);
        const names = Object.keys(merged).filter((name) => !isSection(name));
        assert.deepEqual(ours.names.toSorted(), names.toSorted());
        for (const name of names) {
          // A section of the config file is no profile even where the credentials file has one of its name.
          if (/^(?:sso-session|services)\./.test(name)) continue;
          assert.deepEqual(withoutSecrets(ours.profile(name)), withoutSecrets(merged[name]), name);
          assert.deepEqual(
            Object.keys(ours.profile(name) ?? {}).toSorted(),
            Object.keys(merged[name] ?? {}).toSorted(),
          );
        }
        for (const [key, settings] of Object.entries(files.configFile)) {
          const [, type, name] = /^(sso-session|services)\.(.*)$/.exec(key) ?? [];
          if ((type !== 'sso-session' && type !== 'services') || name === undefined) continue;
          assert.deepEqual(withoutSecrets(ours.section(type, name)), withoutSecrets(settings), key);
        }
        assert.deepEqual(
          readProfiles({ AWS_CONFIG_FILE: configFilepath, AWS_SHARED_CREDENTIALS_FILE: filepath }).names,
          ours.names,
        );
      }),
      { numRuns: 400 },
    );
  });

  test('are read without their secrets, and an edit of a secret still shows', () => {
    const keys = (secret: string, token: string) =>
      `[dev]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = ${secret}\naws_session_token = ${token}\n`;
    const profiles = profilesFrom('', keys('canary-one', 'canary-two'));
    const settings = profiles.profile('dev');
    assert.equal(settings?.aws_access_key_id, 'AKIAEXAMPLE');
    assert.doesNotMatch(inspect([profiles, settings], { depth: null }), /canary/);
    for (const other of [keys('canary-3', 'canary-two'), keys('canary-one', 'canary-3')]) {
      assert.notDeepEqual(profilesFrom('', other).profile('dev'), settings);
    }
  });

  test('have no profile that only the prototype of an object has', () => {
    const profiles = profilesFrom('[profile dev]\nregion = eu-west-1\n');
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.equal(profiles.profile(name), undefined);
      assert.equal(profiles.section('sso-session', name), undefined);
    }
  });

  for (const header of ['[__proto__]', '[profile __proto__]']) {
    test(`have no profile at all beside ${header}, as the SDK has it`, () => {
      assert.deepEqual(
        profilesFrom(`[profile dev]\nregion = eu-west-1\n${header}\nregion = us-east-1\n`).names,
        [],
      );
      assert.equal(Object.hasOwn(Object.prototype, 'region'), false);
    });
  }

  test('have the settings of the credentials file on top', () => {
    const profiles = profilesFrom(
      '[profile dev]\nregion = eu-west-1\noutput = json\n',
      '[dev]\nregion = us-east-1\n',
    );
    assert.deepEqual(profiles.profile('dev'), { region: 'us-east-1', output: 'json' });
  });

  test('have [profile default] before [default]', () => {
    assert.deepEqual(
      profilesFrom('[default]\nregion = a\n[profile default]\noutput = json\n').profile('default'),
      {
        output: 'json',
      },
    );
  });

  test('are empty where there are none', () => {
    const profiles = createProfileReader()({ HOME: '/nowhere' });
    assert.deepEqual([profiles.names, profiles.profile('default')], [[], undefined]);
    assert.deepEqual(
      [profiles.configFile, profiles.credentialsFile],
      ['/nowhere/.aws/config', '/nowhere/.aws/credentials'],
    );
  });

  test('are those that the caller names, with ~ for the caller’s HOME', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
    mkdirSync(join(folder.path, 'aws'));
    writeFileSync(join(folder.path, 'aws', 'mine'), '[profile mine]\nregion = eu-west-1\n');
    const { names, configFile } = createProfileReader()({ HOME: folder.path, AWS_CONFIG_FILE: '~/aws/mine' });
    assert.deepEqual([names, configFile], [['mine'], join(folder.path, 'aws', 'mine')]);
  });
});
