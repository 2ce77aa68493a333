// Owns the proof of where a profile's credentials come from, and of what is said when they come from nowhere.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { profileChain } from '../../../src/profiles/profile-chain.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const ROLE = 'role_arn = arn:aws:iam::111122223333:role/Pull\n';

function chainOf(config: string, name: string) {
  return profileChain(profilesFrom(config), name).map((link) => `${link.name}: ${link.kind}`);
}

describe('the kind of a profile', () => {
  const rows: readonly [string, string, string][] = [
    ['static keys', KEYS, 'static'],
    ['a role with a credential_source', `${ROLE}credential_source = Environment\n`, 'credential-source'],
    ['a role with a web identity', `${ROLE}web_identity_token_file = /token\n`, 'web-identity'],
    ['a process', 'credential_process = /bin/true\n', 'process'],
    ['an SSO session', 'sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev\n', 'sso'],
    ['SSO in the old form', 'sso_start_url = https://corp.example\n', 'sso'],
    ['aws login', 'login_session = arn:aws:iam::111122223333:user/me\n', 'login'],
    ['keys before a process', `${KEYS}credential_process = /bin/true\n`, 'static'],
  ];
  for (const [what, settings, kind] of rows) {
    test(`of ${what} is ${kind}`, () => {
      assert.deepEqual(chainOf(`[profile dev]\n${settings}`, 'dev'), [`dev: ${kind}`]);
    });
  }
});

describe('the chain of a profile', () => {
  test('follows source_profile to its end', () => {
    const config = `[profile a]\n${ROLE}source_profile = b\n[profile b]\n${ROLE}source_profile = c\n[profile c]\n${KEYS}`;
    assert.deepEqual(chainOf(config, 'a'), ['a: role', 'b: role', 'c: static']);
  });

  test('ends at a source with static keys, even where it has a role', () => {
    const config = `[profile a]\n${ROLE}source_profile = b\n[profile b]\n${KEYS}${ROLE}source_profile = a\n`;
    assert.deepEqual(chainOf(config, 'a'), ['a: role', 'b: static']);
  });

  test('may come back to the profile itself for its static keys', () => {
    assert.deepEqual(chainOf(`[profile a]\n${KEYS}${ROLE}source_profile = a\n`, 'a'), [
      'a: role',
      'a: static',
    ]);
  });

  const links = (count: number) =>
    `${Array.from({ length: count }, (_, i) => `[profile p${i}]\n${ROLE}source_profile = p${i + 1}\n`).join('')}[profile p${count}]\n${KEYS}`;
  test('may be long', () => assert.equal(chainOf(links(40), 'p0').length, 41));
  test('has an end, by name, where it is 60 long', () => {
    assert.throws(
      () => chainOf(links(60), 'p0'),
      (error) =>
        error instanceof XacctError && error.code === 'profile-cycle' && /p0 → p1 → /.test(error.message),
    );
  });
});

describe('a profile that cannot be resolved', () => {
  const source = (name: string) => `${ROLE}source_profile = ${name}\n`;
  const rows: readonly [string, string, object][] = [
    [
      'is missing',
      '[profile other]\nregion = eu-west-1\n',
      {
        code: 'profile-missing',
        message: 'there is no profile dev in ~/.aws/config or ~/.aws/credentials',
        hint: { run: command`aws configure list-profiles` },
      },
    ],
    [
      'is missing, and another is one letter away',
      `[profile dex]\n${KEYS}[profile other]\n${KEYS}`,
      {
        code: 'profile-missing',
        hint: { say: 'did you mean dex?', run: command`aws configure list-profiles` },
      },
    ],
    [
      'is missing, and another differs in case',
      `[profile DEV]\n${KEYS}`,
      {
        code: 'profile-missing',
        hint: { say: 'did you mean DEV?', run: command`aws configure list-profiles` },
      },
    ],
    [
      'is missing, and two are one letter away',
      `[profile dex]\n${KEYS}[profile de]\n${KEYS}`,
      { code: 'profile-missing', hint: { run: command`aws configure list-profiles` } },
    ],
    [
      'has a source that is missing',
      `[profile dev]\n${source('base')}`,
      {
        code: 'profile-missing',
        message:
          'there is no profile base (the source_profile of profile dev) in ~/.aws/config or ~/.aws/credentials',
      },
    ],
    [
      'has nothing but a region',
      '[profile dev]\nregion = eu-west-1\n',
      {
        code: 'profile-incomplete',
        message: 'profile dev in ~/.aws/config says no way to get credentials',
        hint: { run: command`aws configure --profile dev` },
      },
    ],
    ['has a role without a source', `[profile dev]\n${ROLE}`, { code: 'profile-incomplete' }],
    [
      'has half a pair of keys',
      '[profile dev]\naws_access_key_id = AKIAEXAMPLE\n',
      { code: 'profile-incomplete' },
    ],
    [
      'has a source that has nothing',
      `[profile dev]\n${source('base')}[profile base]\nregion = eu-west-1\n`,
      { code: 'profile-incomplete', message: 'profile base in ~/.aws/config says no way to get credentials' },
    ],
    [
      'leads back to itself',
      `[profile dev]\n${source('a')}[profile a]\n${source('b')}[profile b]\n${source('a')}`,
      {
        code: 'profile-cycle',
        message: 'profile b has source_profile a, which leads back to it: dev → a → b → a',
        hint: {
          say: 'change the source:',
          run: command`aws configure set source_profile NAME --profile b`,
        },
      },
    ],
    [
      'names itself without static keys',
      `[profile dev]\n${source('dev')}`,
      {
        code: 'profile-cycle',
        message: 'profile dev has source_profile dev, which leads back to it: dev → dev',
      },
    ],
  ];
  for (const [what, config, expected] of rows) {
    test(what, () => assert.throws(() => chainOf(config, 'dev'), expected));
  }

  test('is named in the hint as one word', () => {
    const profiles = { ...profilesFrom(''), names: ["d'ev"], profile: () => ({}) };
    assert.throws(() => profileChain(profiles, "d'ev"), {
      hint: { run: command`aws configure --profile d'ev` },
    });
  });
});
