// Tests which profiles of ~/.aws/config are tried for an account, and in which order.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { profileOf } from '../../../src/identity/identity.ts';
import { chooseIdentity, resolutionInput } from '../../../src/identity/resolve.ts';
import type { Environment } from '../../../src/invocation.ts';
import { declaredAccount } from '../../../src/profiles/profile-accounts.ts';
import { FILE, profilesFrom } from '../../support/unit/user-files.ts';

const ACCOUNT = '111122223333';
const ECR = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const ROLE = `role_arn = arn:aws:iam::${ACCOUNT}:role/Pull\n`;

const OF_THE_ACCOUNT: Readonly<Record<string, string>> = {
  sso: `sso_session = corp\nsso_account_id = ${ACCOUNT}\nsso_role_name = Dev\n`,
  legacy: `sso_start_url = https://corp.example\nsso_account_id = ${ACCOUNT}\n`,
  granted: `credential_process = /bin/true\ngranted_sso_account_id = ${ACCOUNT}\n`,
  'sso-beside-process': `credential_process = /bin/true\nsso_account_id = ${ACCOUNT}\n`,
  'keys-beside-sso': `${KEYS}sso_account_id = ${ACCOUNT}\nsso_session = corp\n`,
  'keys-with-account': `${KEYS}aws_account_id = ${ACCOUNT}\n`,
  role: `${ROLE}source_profile = dev\n`,
  keyed: `${ROLE}source_profile = keyed\n${KEYS}`,
  instance: `${ROLE}credential_source = Ec2InstanceMetadata\n`,
  pod: `${ROLE}web_identity_token_file = /token\n`,
  login: `login_session = arn:aws:iam::${ACCOUNT}:user/dev\n`,
  // The profile is broken, but of the account: an error, not a reason to use another identity.
  'role-without-source': `${ROLE}${KEYS}`,
};
const OF_AN_UNKNOWN: Readonly<Record<string, string>> = {
  dev: KEYS,
  process: 'credential_process = /bin/true\n',
  'other-keys': KEYS,
};

interface Situation {
  config?: string;
  credentials?: string;
  env?: Environment;
  learnt?: Readonly<Record<string, string>>;
  hostname?: string;
}

function choose(aws: string, { config, credentials, env = {}, learnt = {}, hostname = ECR }: Situation = {}) {
  const surroundings = resolutionInput(
    hostname,
    config === undefined ? emptyConfig(FILE) : parseConfig(config, FILE),
    profilesFrom(aws, credentials),
    env,
    (profile) => learnt[profile],
  );
  assert.ok(surroundings !== undefined);
  const { resolutions, unknown } = chooseIdentity(hostname, surroundings);
  return { names: resolutions.map(({ identity }) => profileOf(identity)), resolutions, unknown };
}

function sections(profiles: Readonly<Record<string, string>>): string {
  return Object.entries(profiles)
    .map(([name, settings]) => `[profile ${name}]\n${settings}`)
    .join('');
}

describe('the account of a profile', () => {
  for (const [name, settings] of Object.entries(OF_THE_ACCOUNT)) {
    test(`is what its settings say: ${name}`, () => {
      assert.equal(declaredAccount(profilesFrom(sections({ [name]: settings })), name), ACCOUNT);
    });
  }
  for (const [name, settings] of Object.entries(OF_AN_UNKNOWN)) {
    test(`is known to AWS alone: ${name}`, () => {
      assert.equal(declaredAccount(profilesFrom(sections({ [name]: settings })), name), undefined);
    });
  }
});

describe('discovery', () => {
  test('finds every profile of the account, in the order of the files', () => {
    const other = 'sso_account_id = 999988887777\nsso_session = corp\n';
    const { names, resolutions } = choose(sections({ other, ...OF_THE_ACCOUNT, dev: KEYS }));
    assert.deepEqual(names, Object.keys(OF_THE_ACCOUNT));
    const [first] = resolutions;
    assert.deepEqual([first?.step, first?.reason], ['discovery', `profile sso is of account ${ACCOUNT}`]);
  });

  test('finds one in the credentials file, after those of the config file', () => {
    const credentials = `[later]\n${ROLE}source_profile = dev\n[dev]\n${KEYS}`;
    assert.deepEqual(choose(sections({ sso: OF_THE_ACCOUNT.sso ?? '' }), { credentials }).names, [
      'sso',
      'later',
    ]);
  });

  test('puts what was learnt from AWS after what the files say, and in their order', () => {
    const learnt = { process: ACCOUNT, dev: ACCOUNT, 'other-keys': '999988887777' };
    const { names } = choose(sections({ ...OF_AN_UNKNOWN, sso: OF_THE_ACCOUNT.sso ?? '' }), { learnt });
    assert.deepEqual(names, ['sso', 'dev', 'process']);
  });

  test('comes after the rules and the environment, and before the default chain', () => {
    const aws = `[default]\n${KEYS}${sections({ sso: OF_THE_ACCOUNT.sso ?? '', dev: KEYS })}`;
    assert.deepEqual(choose(aws, { config: `registries: { "${ECR}": { profile: dev } }` }).names, ['dev']);
    assert.deepEqual(choose(aws, { env: { AWS_PROFILE: 'dev' } }).names, ['dev']);
    assert.deepEqual(choose(aws).names, ['sso']);
    assert.deepEqual(choose(aws, { hostname: ECR.replace(ACCOUNT, '999988887777') }).names, ['default']);
  });

  test('passes over a profile that says no credentials, and not over one that is broken', () => {
    const CONTAINER = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/' };
    const keyless = `${sections({ role: `${ROLE}source_profile = dev\n`, bare: ROLE })}[profile dev]\nregion = us-east-1\n`;
    assert.deepEqual(
      choose(keyless, { env: CONTAINER }).resolutions.map(({ identity }) => identity),
      [{ kind: 'container' }],
    );
    const broken = sections({ broken: `${ROLE}source_profile = gone\n` });
    assert.deepEqual(choose(broken, { env: CONTAINER }).names, ['broken']);
  });

  test('is turned off by discover: false', () => {
    const aws = `[default]\n${KEYS}${sections({ ...OF_THE_ACCOUNT, dev: KEYS })}`;
    const { names, unknown } = choose(aws, { config: 'discover: false' });
    assert.deepEqual({ names, unknown }, { names: ['default'], unknown: [] });
  });

  test('has nothing to go by for ECR Public', () => {
    const aws = `[default]\n${KEYS}${sections({ ...OF_THE_ACCOUNT, dev: KEYS })}`;
    const { names, unknown } = choose(aws, { hostname: 'public.ecr.aws' });
    assert.deepEqual({ names, unknown }, { names: ['default'], unknown: [] });
  });
});

describe('profiles whose account only AWS knows', () => {
  test('are asked for if no other profile is of the account', () => {
    assert.deepEqual(choose(sections(OF_AN_UNKNOWN)).unknown, Object.keys(OF_AN_UNKNOWN));
    assert.deepEqual(choose(sections({ ...OF_AN_UNKNOWN, ...OF_THE_ACCOUNT })).unknown, []);
  });

  test('are not asked for again', () => {
    const learnt = { dev: '999988887777', process: '999988887777' };
    assert.deepEqual(choose(sections(OF_AN_UNKNOWN), { learnt }).unknown, ['other-keys']);
  });

  test('are not asked for where it is the default profile alone, which comes next anyway', () => {
    assert.deepEqual(choose(`[default]\n${KEYS}`).unknown, []);
    assert.deepEqual(choose(`[default]\n${KEYS}${sections({ dev: KEYS })}`).unknown, ['default', 'dev']);
  });
});

test('Of thousands of profiles the first thirty-two of the account are looked at, and the first five hundred of none.', () => {
  const many = (count: number, settings: string) =>
    Array.from({ length: count }, (_, index) => `[profile p${index}]\n${settings}`).join('');
  const { names } = choose(
    many(3_000, `sso_session = corp\nsso_account_id = ${ACCOUNT}\nsso_role_name = Dev\n`),
  );
  assert.deepEqual([names.length, names.at(-1)], [32, 'p31']);
  assert.equal(choose(many(3_000, 'credential_process = /bin/true\n')).unknown.length, 500);
});
