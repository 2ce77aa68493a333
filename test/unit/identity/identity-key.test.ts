// Tests that callers share a token exactly if AWS would give them the same one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WholeEnvironmentNeeded } from '../../../src/caller-environment.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { identityKey } from '../../../src/identity/identity-key.ts';
import type { Environment } from '../../../src/invocation.ts';
import { resolveFirst } from '../../support/unit/resolve.ts';
import { FILE, profilesFrom } from '../../support/unit/user-files.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const ROLE = 'arn:aws:iam::111122223333:role/Pull';

const before = {
  hostname: ECR,
  config: `registries: { "*.*.*.*": { role_arn: "${ROLE}", source_profile: dev }, images.corp.example: { registry: ${ECR}, role_arn: "${ROLE}", source_profile: dev } }`,
  aws: `[profile dev]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = Dev
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.example
[profile other]
region = us-east-1
`,
  credentials: '',
  env: { HOME: '/home/dev' } as Environment,
};
type Situation = typeof before;

function keyOf(change: Partial<Situation> = {}): string {
  const { hostname, config, aws, credentials, env } = { ...before, ...change };
  const profiles = profilesFrom(aws, credentials);
  const resolution = resolveFirst(hostname, parseConfig(config, FILE), profiles, env);
  assert.ok(resolution !== undefined);
  return identityKey(resolution, { config: parseConfig(config, FILE), profiles, env });
}

const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'canary-secret',
  AWS_SESSION_TOKEN: 'canary-token',
};
const withKeys = { config: '', env: { ...before.env, ...KEYS } };
const staticProfile = (secret: string) => ({
  config: '',
  env: { ...before.env, AWS_PROFILE: 'me' },
  credentials: `[me]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = ${secret}\n`,
});
const processProfile = (env: Environment) => ({
  config: '',
  aws: '[profile p]\ncredential_process = /bin/vend\n',
  env: { ...before.env, '@all': '1', AWS_PROFILE: 'p', ...env },
});

describe('the key is the same', () => {
  const rows: readonly [string, Partial<Situation>, Partial<Situation>?][] = [
    ['a second time', {}],
    ['for another account of the region', { hostname: '444455556666.dkr.ecr.us-east-1.amazonaws.com' }],
    ['for a name of one’s own in front of the registry', { hostname: 'images.corp.example' }],
    [
      'after an edit of a profile that has nothing to do with it',
      { aws: before.aws.replace('region = us-east-1', 'region = us-west-2') },
    ],
    ['after an edit of comments', { config: `# ours\n${before.config}`, aws: `# mine\n${before.aws}` }],
    ...[
      'AWS_PAGER',
      'AWS_REGION',
      'COLUMNS',
      'PATH',
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_EXECUTION_ENV',
      'TERM',
    ].map((name): [string, Partial<Situation>] => [
      `whatever ${name} is, if a rule names the identity`,
      { env: { ...before.env, [name]: 'us-east-1' } },
    ]),
    ...[
      ...['TMUX_PANE', 'SSH_AUTH_SOCK', 'SSH_CONNECTION', 'SSH_TTY', 'XDG_SESSION_ID', 'XDG_RUNTIME_DIR'],
      ...['GITHUB_RUN_ID', 'CI_JOB_TOKEN', 'DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'TERM', 'PWD', 'LANG'],
      ...['WINDOWID', 'GPG_TTY', 'BUILD_NUMBER', 'OUR_VAULT'],
    ].map((name): [string, Partial<Situation>, Partial<Situation>] => [
      `whatever ${name} is, for a credential_process`,
      processProfile({ [name]: '/other' }),
      processProfile({}),
    ]),
    [
      'for keys, whatever AWS_PROFILE is',
      { ...withKeys, env: { ...withKeys.env, AWS_PROFILE: 'other' } },
      withKeys,
    ],
  ];
  for (const [title, after, than = {}] of rows) {
    test(title, () => assert.equal(keyOf(after), keyOf(than)));
  }
});

describe('the key is another one', () => {
  const edit = (from: string, to: string) => ({ aws: before.aws.replace(from, to) });
  const rows: readonly [string, Partial<Situation>, Partial<Situation>?][] = [
    ['for another region', { hostname: ECR.replace('us-east-1', 'us-west-2') }],
    ['for the FIPS endpoint', { hostname: ECR.replace('.ecr.', '.ecr-fips.') }],
    ['for the dual-stack endpoint', { hostname: '111122223333.dkr-ecr.us-east-1.on.aws' }],
    ['for another role', { config: before.config.replaceAll('Pull', 'Push') }],
    ['for another external ID', { config: before.config.replaceAll('dev }', 'dev, external_id: abcd }') }],
    [
      'for a session of another length',
      { config: before.config.replaceAll('dev }', 'dev, duration_seconds: 900 }') },
    ],
    [
      'for another session name',
      { config: before.config.replaceAll('dev }', 'dev, role_session_name: me }') },
    ],
    ['after an edit of the source profile', edit('Dev', 'Admin')],
    ['after an edit of its SSO session', edit('https://corp', 'https://other')],
    ['with ECR_XACCT_PROFILE', { env: { ...before.env, ECR_XACCT_PROFILE: 'dev' } }],
    ['with another endpoint', { env: { ...before.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }],
    ['with another endpoint of STS', { env: { ...before.env, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' } }],
    ['with another HOME, where the SSO session is kept', { env: { HOME: '/home/other' } }],
    ['after an edit of a secret key', staticProfile('canary-two'), staticProfile('canary-one')],
    ...Object.keys(KEYS).map((name): [string, Partial<Situation>, Partial<Situation>] => [
      `with another ${name}`,
      { ...withKeys, env: { ...withKeys.env, [name]: 'other' } },
      withKeys,
    ]),
    ...[
      ...['AWS_VAULT', 'VAULT_ADDR', 'VAULT_TOKEN', 'OP_ACCOUNT', 'OKTA_ORG_NAME', 'SAML2AWS_USERNAME'],
      ...['KRB5CCNAME', 'AZURE_TENANT_ID', 'GOOGLE_USERNAME', 'PASSWORD_STORE_DIR', 'XDG_CONFIG_HOME'],
      ...['GNUPGHOME', 'PATH', 'HOME'],
    ].map((name): [string, Partial<Situation>, Partial<Situation>] => [
      `with another ${name}, for a credential_process`,
      processProfile({ [name]: '/other' }),
      processProfile({}),
    ]),
    [
      'with another variable that process_env names, for a credential_process',
      { ...processProfile({ OUR_VAULT: 'x' }), config: 'process_env: [OUR_VAULT]' },
      { ...processProfile({ OUR_VAULT: 'y' }), config: 'process_env: [OUR_VAULT]' },
    ],
  ];
  for (const [title, after, than = {}] of rows) {
    test(title, () => assert.notEqual(keyOf(after), keyOf(than)));
  }
});

test('the key of a credential_process needs all of its caller’s environment', () => {
  assert.throws(() => keyOf(processProfile({ '@all': undefined })), WholeEnvironmentNeeded);
});

test('the key has no variable of a credential_process in it', () => {
  const key = keyOf(processProfile({ VAULT_TOKEN: 'canary-vault', PATH: '/canary/bin' }));
  assert.doesNotMatch(key, /canary/);
});

test('the key has no secret in it', () => {
  const key = keyOf(withKeys);
  for (const name of ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const) {
    assert.ok(key.includes(name));
    assert.ok(!key.includes(KEYS[name]), name);
  }
});
