// Setup's description of a profile: its kind and whether it is ready, or why it cannot be used.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { commandText } from '../../../src/hint.ts';
import { loginFile, ssoFile } from '../../../src/profiles/session-file.ts';
import { profileState } from '../../../src/setup/profile-state.ts';
import { ssoProfile } from '../../support/unit/setup-home.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

const NOW = new Date(2026, 5, 1, 12, 0).getTime();
const KEYS = '[keys]\naws_access_key_id = AKIA\naws_secret_access_key = x\n';
const role = (name: string, ...more: string[]) =>
  `[profile ${name}]\nrole_arn = arn:aws:iam::111122223333:role/Pull\n${more.join('\n')}\n`;

function stateOf(config: string, name: string, env: Record<string, string> = { HOME: '/nowhere' }) {
  return profileState(profilesFrom(config, KEYS), name, env, NOW);
}

describe('a profile is', () => {
  const rows: [name: string, config: string, text: string, signIn?: string][] = [
    ['keys', '', 'access key'],
    ['tool', '[profile tool]\ncredential_process = /bin/tool\n', 'credential_process'],
    ['sso', ssoProfile('sso', '111122223333'), 'SSO, not signed in', 'aws sso login --profile sso'],
    ['r', role('r', 'source_profile = keys'), 'role by keys (access key)'],
    [
      'r',
      role('r', 'source_profile = keys', 'mfa_serial = arn:aws:iam::111122223333:mfa/me'),
      'role by keys (access key), needs an MFA code',
    ],
    [
      'r',
      role('r', 'source_profile = sso') + ssoProfile('sso', '111122223333'),
      'role by sso (SSO), not signed in',
      'aws sso login --profile sso',
    ],
    [
      'r',
      role('r', 'source_profile = between') + role('between', 'source_profile = keys'),
      'role by between, keys (access key)',
    ],
    ['r', role('r', 'credential_source = Ec2InstanceMetadata'), "role by the EC2 instance's role"],
    ['w', role('w', 'web_identity_token_file = /token'), 'web identity token'],
    [
      'l',
      '[profile l]\nlogin_session = arn:aws:sts::111122223333:assumed-role/A/b\n',
      'aws login, not signed in',
      'aws login --profile l',
    ],
  ];
  for (const [name, config, text, signIn] of rows) {
    test(`${text}.`, () => {
      const state = stateOf(config, name);
      assert.equal(state?.text, text);
      assert.equal(state.signIn?.run && commandText(state.signIn.run), signIn);
      assert.equal(state.signIn !== undefined, /not signed in|MFA/.test(text));
    });
  }

  test('not spoken of where it is for a region alone.', () => {
    assert.equal(stateOf('[profile plain]\nregion = us-east-1\noutput = json\n', 'plain'), undefined);
  });
});

describe('a profile is of no use', () => {
  const rows: [string, string, RegExp, string][] = [
    [
      'a source_profile that is not there',
      role('r', 'source_profile = gone'),
      /^there is no profile gone \(the source_profile of profile r\)/,
      'aws configure list-profiles',
    ],
    [
      'a role without a source',
      role('r'),
      /^profile r has a role_arn without a source_profile/,
      'aws configure set source_profile NAME --profile r',
    ],
    [
      'a circle',
      role('r', 'source_profile = s') + role('s', 'source_profile = r'),
      /leads back to it: r → s → r/,
      'aws configure set source_profile NAME --profile s',
    ],
    [
      'half a pair of keys',
      '[profile r]\naws_secret_access_key = x\n',
      /^profile r is half-written: there is no aws_access_key_id \(~\/\.aws\/config:1\)$/,
      'aws configure --profile r',
    ],
    [
      'an access key without its secret',
      '[profile r]\naws_access_key_id = AKIA\n',
      /aws_access_key_id without aws_secret_access_key/,
      'aws configure --profile r',
    ],
    [
      'an SSO session without an account',
      '[profile r]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://a.example\nsso_region = us-east-1\n',
      /^profile r is half-written: there is no sso_account_id/,
      'aws configure sso --profile r',
    ],
    [
      'an SSO session that is not there',
      '[profile r]\nsso_session = gone\nsso_account_id = 111122223333\nsso_role_name = A\n',
      /names the sso-session gone, which is not in/,
      'aws configure sso-session',
    ],
    [
      'a source without a role',
      '[profile r]\nsource_profile = keys\n',
      /^profile r is half-written: there is no role_arn/,
      'aws configure set role_arn ARN --profile r',
    ],
  ];
  for (const [what, config, message, run] of rows) {
    test(`with ${what}, and it is said why, with the command.`, () => {
      const fault = stateOf(config, 'r')?.fault;
      assert.match(fault?.message ?? '', message);
      assert.equal(commandText(fault?.hint?.run ?? []), run);
    });
  }
});

describe('an SSO profile', () => {
  const session = `[profile sso]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = A
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
`;
  const in2h = new Date(NOW + 2 * 3_600_000).toISOString();
  const gone = new Date(NOW - 60_000).toISOString();
  const renewable = { refreshToken: 'r', clientId: 'c', clientSecret: 's' };
  const rows: [string, string, object | string][] = [
    ['is signed in', 'SSO, signed in until 14:00', { accessToken: 't', expiresAt: in2h }],
    [
      'is signed in until another day',
      'SSO, signed in until 2026-06-02 11:00',
      { accessToken: 't', expiresAt: new Date(NOW + 23 * 3_600_000).toISOString() },
    ],
    ['has to sign in again', 'SSO, expired', { accessToken: 't', expiresAt: gone }],
    [
      'renews its session itself',
      'SSO, signed in, renewed when needed',
      { accessToken: 't', expiresAt: gone, ...renewable, registrationExpiresAt: in2h },
    ],
    [
      'renews it no longer',
      'SSO, expired',
      { accessToken: 't', expiresAt: gone, ...renewable, registrationExpiresAt: gone },
    ],
    ['has a file that is no session', 'SSO, unreadable', '{'],
    ['has a date that is none', 'SSO, unreadable', { accessToken: 't', expiresAt: 'tomorrow' }],
  ];
  for (const [what, text, token] of rows) {
    test(`${what}: ${text}.`, () => {
      using home = mkdtempDisposableSync(join(tmpdir(), 'sso-'));
      const env = { HOME: home.path };
      const file = ssoFile({ sso_session: 'corp', sso_start_url: 'https://corp.example/start' }, env);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof token === 'string' ? token : JSON.stringify(token));
      const signIn = { session: file, run: ['aws', 'sso', 'login', '--profile', 'sso'] };
      assert.deepEqual(stateOf(session, 'sso', env), {
        text,
        ...(/not signed in|expired|unreadable/.test(text) && { signIn }),
      });
    });
  }
});

test('A profile of aws login is told with what its session is, as one of SSO.', () => {
  using home = mkdtempDisposableSync(join(tmpdir(), 'login-'));
  const env = { HOME: home.path };
  const session = 'arn:aws:sts::111122223333:assumed-role/A/b';
  const file = loginFile(session, env);
  mkdirSync(dirname(file), { recursive: true });
  const state = (hours: number) => {
    const expiresAt = new Date(NOW + hours * 3_600_000).toISOString();
    writeFileSync(file, JSON.stringify({ accessToken: { expiresAt } }));
    return stateOf(`[profile l]\nlogin_session = ${session}\n`, 'l', env)?.text;
  };
  assert.deepEqual([state(2), state(-2)], ['aws login, signed in until 14:00', 'aws login, expired']);
});
