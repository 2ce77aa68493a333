// Tests the source of a profile's credentials, and the error if there is none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { command } from '../../../src/hint.ts';
import { profileChain } from '../../../src/identity/profile-chain.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const ROLE = 'role_arn = arn:aws:iam::111122223333:role/Pull\n';

function chainOf(config: string, name: string, credentials = '') {
  const { links, source } = profileChain(profilesFrom(config, credentials), name, {
    env: {},
    ambient: 'none',
  });
  return [...links.filter(({ kind }) => kind === 'role'), { ...links.at(-1), kind: source.kind }].map(
    (link) => `${link.name}: ${link.kind}`,
  );
}

const SSO =
  'sso_start_url = https://corp.example\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Dev\n';
const WEB = `${ROLE}web_identity_token_file = /token\n`;
const LOGIN = 'login_session = arn:aws:iam::111122223333:user/me\n';
const PROCESS = 'credential_process = /bin/true\n';

describe('what gives the credentials of a profile', () => {
  const rows: readonly [string, string, string, string?][] = [
    ['keys', KEYS, 'static'],
    ['a role with a credential_source', `${ROLE}credential_source = EcsContainer\n`, 'container'],
    ['a web identity', WEB, 'web-identity'],
    ['a web identity before SSO', WEB + SSO, 'web-identity'],
    ['SSO', SSO, 'sso'],
    ['SSO before keys of the credentials file', SSO, 'sso', KEYS],
    ['SSO before a process', SSO + PROCESS, 'sso'],
    ['keys of the credentials file before aws login and a process', LOGIN + PROCESS, 'static', KEYS],
    ['aws login', LOGIN, 'login'],
    ['aws login before a process', LOGIN + PROCESS, 'login'],
    ['a process before keys of the config file', KEYS + PROCESS, 'process'],
  ];
  for (const [what, settings, kind, credentials] of rows) {
    test(`${what}: ${kind}`, () => {
      const [last] = chainOf(
        `[profile dev]\n${settings}`,
        'dev',
        credentials && `[dev]\n${credentials}`,
      ).slice(-1);
      assert.equal(last, `dev: ${kind}`);
    });
  }

  test('never keys of two sections', () => {
    const config =
      '[profile dev]\naws_access_key_id = AKIACONFIG\naws_secret_access_key = one\naws_session_token = two\n';
    const profiles = profilesFrom(config, `[dev]\n${KEYS}`);
    const { source } = profileChain(profiles, 'dev', { env: {}, ambient: 'none' });
    assert.ok(source.kind === 'static');
    assert.deepEqual([source.aws_access_key_id, source.aws_session_token], ['AKIAEXAMPLE', undefined]);
    assert.throws(() => chainOf(config, 'dev', '[dev]\naws_access_key_id = AKIAEXAMPLE\n'), {
      code: 'profile-incomplete',
      message:
        'profile dev has aws_access_key_id without aws_secret_access_key beside it (~/.aws/credentials:2)',
    });
  });

  test('is around the caller, where the profile says nothing and was named', () => {
    const profiles = profilesFrom('[profile dev]\nregion = eu-west-1\n');
    const ambient = (env: Record<string, string>) =>
      profileChain(profiles, 'dev', { env, ambient: 'named' }).source.kind;
    assert.equal(ambient({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }), 'container');
    assert.equal(ambient({}), 'instance');
    assert.throws(() => ambient({ AWS_EC2_METADATA_DISABLED: 'true' }), { code: 'profile-empty' });
  });
});

describe('the web identity of the environment', () => {
  const POD = { AWS_WEB_IDENTITY_TOKEN_FILE: '/pod', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/Pod' };
  const sourceOf = (settings: string, env: Record<string, string>, ambient: 'in-force' | 'named') =>
    profileChain(profilesFrom(`[profile dev]\n${settings}[profile base]\n${KEYS}`), 'dev', { env, ambient });

  test('comes after the role of the profile in force, and before all else of it', () => {
    for (const settings of [SSO, KEYS, PROCESS, LOGIN]) {
      assert.equal(sourceOf(settings, POD, 'in-force').source.kind, 'web-identity');
      assert.notEqual(sourceOf(settings, POD, 'named').source.kind, 'web-identity');
    }
    assert.equal(sourceOf(`${ROLE}source_profile = base\n`, POD, 'in-force').source.kind, 'static');
  });

  test('is put over what the profile says of its own, each variable for itself', () => {
    const { source } = sourceOf(WEB, { AWS_ROLE_ARN: POD.AWS_ROLE_ARN }, 'in-force');
    assert.deepEqual(source, {
      kind: 'web-identity',
      profile: 'dev',
      token: { file: '/token' },
      role_arn: POD.AWS_ROLE_ARN,
    });
  });
});

describe('an empty AWS_WEB_IDENTITY_TOKEN_FILE', () => {
  const kindOf = (settings: string, ambient: 'in-force' | 'named', name = 'dev') => {
    const role = `[profile role]\n${ROLE}source_profile = dev\n`;
    return profileChain(profilesFrom(`[profile dev]\n${settings}${role}`), name, {
      env: { AWS_WEB_IDENTITY_TOKEN_FILE: '', AWS_EC2_METADATA_DISABLED: 'true' },
      ambient,
    }).source.kind;
  };

  test('turns off the web identity of the profile in force, and the rest of it counts', () => {
    assert.equal(kindOf(WEB + KEYS, 'in-force'), 'static');
    assert.equal(kindOf(WEB + SSO + KEYS, 'in-force'), 'sso');
    assert.equal(kindOf(WEB + KEYS + PROCESS, 'in-force'), 'process');
    assert.equal(kindOf(WEB, 'named'), 'web-identity');
    assert.equal(kindOf(WEB, 'in-force', 'role'), 'web-identity');
  });

  test('is named where the profile says nothing else', () => {
    assert.throws(() => kindOf(WEB, 'in-force'), {
      code: 'profile-empty',
      message:
        'AWS_WEB_IDENTITY_TOKEN_FILE is empty and turns off the web identity of profile dev, which has no other credentials (~/.aws/config:1)',
      hint: { run: command`unset AWS_WEB_IDENTITY_TOKEN_FILE` },
    });
  });
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
  test('takes an empty duration_seconds for none', () => {
    const [role] = profileChain(
      profilesFrom(
        `[profile dev]\n${ROLE}source_profile = base\nduration_seconds =\n[profile base]\n${KEYS}`,
      ),
      'dev',
      { env: {}, ambient: 'none' },
    ).roles;
    assert.ok(role !== undefined && !('duration_seconds' in role));
  });

  test('may be long', () => assert.equal(chainOf(links(60), 'p0').length, 61));

  test('may not be so long that it holds up others', () => {
    assert.throws(() => chainOf(links(65), 'p0'), {
      code: 'profile-incomplete',
      message: /^profile p0 leads through more than 64 source profiles \(~\/\.aws\/config:\d+\)$/,
    });
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
        hint: { say: 'to list them', run: command`aws configure list-profiles` },
      },
    ],
    [
      'is missing, and another is one letter away',
      `[profile dex]\n${KEYS}[profile other]\n${KEYS}`,
      {
        code: 'profile-missing',
        hint: { say: 'did you mean dex?' },
      },
    ],
    [
      'is missing, and another differs in case',
      `[profile DEV]\n${KEYS}`,
      {
        code: 'profile-missing',
        hint: { say: 'did you mean DEV?' },
      },
    ],
    [
      'is missing, and two are one letter away',
      `[profile dex]\n${KEYS}[profile de]\n${KEYS}`,
      {
        code: 'profile-missing',
        hint: { say: 'to list them', run: command`aws configure list-profiles` },
      },
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
        code: 'profile-empty',
        message: 'profile dev has no credentials (~/.aws/config:1)',
        hint: { run: command`aws configure --profile dev` },
      },
    ],
    ['has a role without a source', `[profile dev]\n${ROLE}`, { code: 'profile-empty' }],
    [
      'has a role without a source, and keys',
      `[profile dev]\n${ROLE}${KEYS}`,
      {
        code: 'profile-incomplete',
        message:
          'profile dev has a role_arn without a source_profile, credential_source or web_identity_token_file (~/.aws/config:2)',
        hint: {
          say: 'to assume the role with its own keys',
          run: command`aws configure set source_profile dev --profile dev`,
        },
      },
    ],
    [
      'has a duration that is no number',
      `[profile dev]\n${ROLE}source_profile = base\nduration_seconds = 1h\n[profile base]\n${KEYS}`,
      {
        code: 'profile-incomplete',
        message: 'profile dev has duration_seconds = 1h, which is not a number of seconds (~/.aws/config:4)',
        hint: { run: command`aws configure set duration_seconds 3600 --profile dev` },
      },
    ],
    [
      'has a comment behind a key',
      '[profile dev]\naws_access_key_id = AKIAEXAMPLE # work\naws_secret_access_key = secret\n',
      {
        code: 'profile-incomplete',
        message: 'profile dev has a blank or a comment within its aws_access_key_id (~/.aws/config:2)',
      },
    ],
    [
      'names an sso-session that is not there',
      '[profile dev]\nsso_session = gone\nsso_account_id = 111122223333\nsso_role_name = Dev\n',
      {
        code: 'profile-incomplete',
        message: 'profile dev names the sso-session gone, which is not in ~/.aws/config (~/.aws/config:2)',
        hint: { run: command`aws configure sso-session` },
      },
    ],
    [
      'has half of the SSO settings',
      '[profile dev]\nsso_account_id = 111122223333\nsso_start_url = https://corp.example\n',
      {
        code: 'profile-incomplete',
        message:
          'the SSO settings of profile dev are incomplete: there is no sso_region, no sso_role_name (~/.aws/config:1)',
      },
    ],
    [
      'has another region than its sso-session',
      '[profile dev]\nsso_session = corp\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Dev\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example\n',
      {
        code: 'profile-incomplete',
        message: 'profile dev has another sso_region than its sso-session corp (~/.aws/config:3)',
      },
    ],
    [
      'was written in a way that the AWS CLI takes for none',
      '[dev]\nregion = eu-west-1\n',
      {
        code: 'profile-missing',
        message:
          'there is no profile dev in ~/.aws/config or ~/.aws/credentials: the AWS CLI reads no profile from [dev] (~/.aws/config:1)',
        hint: { say: 'write it as [profile dev]:', run: command`$EDITOR ~/.aws/config` },
      },
    ],
    [
      'has half a pair of keys',
      '[profile dev]\naws_access_key_id = AKIAEXAMPLE\n',
      { code: 'profile-incomplete' },
    ],
    [
      'has a source that has nothing',
      `[profile dev]\n${source('base')}[profile base]\nregion = eu-west-1\n`,
      {
        code: 'profile-empty',
        message: 'profile base, the source_profile of profile dev, has no credentials (~/.aws/config:4)',
      },
    ],
    [
      'leads back to itself',
      `[profile dev]\n${source('a')}[profile a]\n${source('b')}[profile b]\n${source('a')}`,
      {
        code: 'profile-cycle',
        message: 'profile b has source_profile a, which leads back to it: dev → a → b → a (~/.aws/config:9)',
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
        message: 'profile dev has source_profile dev, which leads back to it: dev → dev (~/.aws/config:3)',
      },
    ],
  ];
  for (const [what, config, expected] of rows) {
    test(what, () => assert.throws(() => chainOf(config, 'dev'), expected));
  }

  for (const [said, meant] of Object.entries({
    ec2instancemetadata: 'Ec2InstanceMetadata',
    'EC2 Instance': 'Ec2InstanceMetadata',
    InstanceMetadata: 'Ec2InstanceMetadata',
    E2InstanceMetadata: 'Ec2InstanceMetadata',
    Ecs: 'EcsContainer',
    container: 'EcsContainer',
    enviroment: 'Environment',
    Lambda: 'NAME',
    ec: 'NAME',
    '': 'NAME',
  })) {
    test(`has credential_source = ${said}: ${meant} is meant`, () => {
      assert.throws(() => chainOf(`[profile dev]\n${ROLE}credential_source = ${said}\n`, 'dev'), {
        code: 'profile-incomplete',
        message: `credential_source ${said} of profile dev is none of Environment, Ec2InstanceMetadata and EcsContainer (~/.aws/config:3)`,
        hint: { run: command`aws configure set credential_source ${meant} --profile dev` },
      });
    });
  }

  test('is named in the hint as one word', () => {
    assert.throws(() => chainOf(`[profile "d'ev"]\nregion = eu-west-1\n`, "d'ev"), {
      hint: { run: command`aws configure --profile ${"d'ev"}` },
    });
  });
});
