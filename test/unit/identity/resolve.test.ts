// Tests the identity for a hostname, step by step, and the reason that is given.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { command } from '../../../src/hint.ts';
import { describeIdentity } from '../../../src/identity/identity.ts';
import type { Environment } from '../../../src/invocation.ts';
import { resolveFirst } from '../../support/unit/resolve.ts';
import { FILE, profilesFrom } from '../../support/unit/user-files.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const config = parseConfig(`registries:\n  ${ECR}: { profile: ruled }\n`, FILE);
const noConfig = emptyConfig(FILE);
const profiles = profilesFrom(
  ['override', 'ruled', 'ambient'].map((name) => `[profile ${name}]\n${KEYS}`).join('') +
    `[default]\n${KEYS}`,
);
const noProfiles = profilesFrom('');

describe('the ladder', () => {
  const full: Environment = {
    ECR_XACCT_PROFILE: 'override',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_PROFILE: 'ambient',
    AWS_DEFAULT_PROFILE: 'ruled',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/Pod',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/',
  };
  /** Each step, and how to remove it so that the next one applies. */
  const rungs = [
    { gone: [], identity: 'profile override', step: 'override', reason: 'ECR_XACCT_PROFILE=override' },
    {
      gone: ['ECR_XACCT_PROFILE'],
      identity: 'profile ruled',
      step: 'rule',
      reason: `rule "${ECR}" (${FILE}:2)`,
    },
    {
      gone: ['rule'],
      identity: "the environment's AWS_ACCESS_KEY_ID",
      step: 'environment',
      reason: 'AWS_ACCESS_KEY_ID is set',
    },
    {
      gone: ['AWS_ACCESS_KEY_ID'],
      identity: 'profile ruled',
      step: 'environment',
      reason: 'AWS_DEFAULT_PROFILE=ruled, which comes before AWS_PROFILE=ambient',
    },
    {
      gone: ['AWS_DEFAULT_PROFILE'],
      identity: 'profile ambient',
      step: 'environment',
      reason: 'AWS_PROFILE=ambient',
    },
    {
      gone: ['AWS_PROFILE'],
      identity: 'role arn:aws:iam::111122223333:role/Pod (AWS_WEB_IDENTITY_TOKEN_FILE)',
      step: 'default',
      reason: 'AWS_WEB_IDENTITY_TOKEN_FILE is set',
    },
    {
      gone: ['AWS_WEB_IDENTITY_TOKEN_FILE'],
      identity: 'profile default',
      step: 'default',
      reason: 'the default profile',
    },
    {
      gone: ['default'],
      identity: "the container's role",
      step: 'default',
      reason: 'AWS_CONTAINER_CREDENTIALS_… is set',
    },
    {
      gone: ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
      identity: "the EC2 instance's role",
      step: 'default',
      reason: 'nothing else is configured',
    },
  ];
  for (const [index, { identity, step, reason }] of rungs.entries()) {
    test(`rung ${index + 1}: ${reason}`, () => {
      const gone = rungs.slice(0, index + 1).flatMap((rung) => rung.gone);
      const env = Object.fromEntries(Object.entries(full).filter(([name]) => !gone.includes(name)));
      const resolution = resolveFirst(
        ECR,
        gone.includes('rule') ? noConfig : config,
        gone.includes('default') ? noProfiles : profiles,
        env,
      );
      assert.ok(resolution !== undefined);
      assert.equal(describeIdentity(resolution.identity), identity);
      assert.deepEqual([resolution.step, resolution.reason], [step, reason]);
    });
  }

  test('passes over variables that are empty', () => {
    const empty = Object.fromEntries(Object.keys(full).map((name) => [name, '']));
    assert.equal(resolveFirst(ECR, noConfig, profiles, empty)?.reason, 'the default profile');
  });

  test('passes over a default profile with nothing but a region', () => {
    const region = profilesFrom('[default]\nregion = eu-west-1\n');
    assert.deepEqual(resolveFirst(ECR, noConfig, region, {})?.identity, { kind: 'instance' });
  });

  test('puts a role of the default profile before the web identity, and its keys after it', () => {
    const pod = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/Pod' };
    const role = profilesFrom(
      `[default]\nrole_arn = arn:aws:iam::444455556666:role/Pull\nsource_profile = dev\n[profile dev]\n${KEYS}`,
    );
    assert.equal(resolveFirst(ECR, noConfig, role, pod)?.reason, 'the default profile');
    assert.equal(resolveFirst(ECR, noConfig, profiles, pod)?.reason, 'AWS_WEB_IDENTITY_TOKEN_FILE is set');
  });

  test('does not pass over a web identity without its role', () => {
    assert.throws(() => resolveFirst(ECR, noConfig, profiles, { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }), {
      code: 'usage',
      message: 'AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN',
    });
  });

  test('does not pass over a default profile that is broken', () => {
    const broken = profilesFrom(
      '[default]\nrole_arn = arn:aws:iam::444455556666:role/Pull\nsource_profile = gone\n',
    );
    assert.throws(() => resolveFirst(ECR, noConfig, broken, {}), { code: 'profile-missing' });
  });

  test('never falls from a rung whose profile is missing', () => {
    const gone = { kind: 'profile', profile: 'gone' };
    assert.deepEqual(resolveFirst(ECR, noConfig, profiles, { ECR_XACCT_PROFILE: 'gone' })?.identity, gone);
    assert.deepEqual(resolveFirst(ECR, noConfig, profiles, { AWS_PROFILE: 'gone' })?.identity, {
      ...gone,
      isInForce: true,
    });
    assert.equal(resolveFirst(ECR, config, noProfiles, { AWS_PROFILE: 'gone' })?.step, 'rule');
  });

  test('ends in a failure that names the account, where there is no instance to ask', () => {
    assert.throws(() => resolveFirst(ECR, noConfig, noProfiles, { AWS_EC2_METADATA_DISABLED: 'True' }), {
      code: 'no-identity',
      message: `no AWS identity: there is no ${FILE}, and neither AWS_PROFILE nor AWS_ACCESS_KEY_ID is set, and no profile of account 111122223333 in ~/.aws/config, and there is no profile default`,
      hint: {
        say: `add a rule to ${FILE}, or with a profile that may use account 111122223333`,
        run: command`export AWS_PROFILE=NAME`,
      },
    });
  });
});

describe('a hostname', () => {
  test('that is neither ECR’s nor mapped has no identity, whatever is set', () => {
    for (const hostname of ['registry-1.docker.io', `${ECR}.evil.example`, '']) {
      assert.equal(resolveFirst(hostname, config, profiles, { ECR_XACCT_PROFILE: 'override' }), undefined);
    }
  });

  test('of one’s own stands for the registry that its rule names', () => {
    const mapped = parseConfig(
      `registries:\n  images.corp.example: { registry: ${ECR}, profile: ruled }\n`,
      FILE,
    );
    const resolution = resolveFirst('images.corp.example', mapped, profiles, {});
    assert.deepEqual([resolution?.hostname, resolution?.registry.hostname], ['images.corp.example', ECR]);
  });

  const rule = (...lines: string[]) =>
    parseConfig(
      [
        'registries:',
        `  ${ECR}:`,
        '    role_arn: arn:aws:iam::111122223333:role/Pull',
        ...lines.map((l) => `    ${l}`),
      ].join('\n'),
      FILE,
    );
  const sources: readonly [string, object, string][] = [
    ['source_profile: ruled', { source_profile: 'ruled' }, 'source profile ruled'],
    [
      'credential_source: EcsContainer',
      { credential_source: 'EcsContainer' },
      'credential source EcsContainer',
    ],
    ['web_identity_token_file: /t', { web_identity_token_file: '/t' }, 'web identity token /t'],
    ['web_identity_token_env: JOB', { web_identity_token_env: 'JOB' }, 'web identity token in JOB'],
    ['github_oidc: true', { github_audience: 'sts.amazonaws.com' }, "GitHub's OIDC token of the job"],
    ['github_oidc: team', { github_audience: 'team' }, "GitHub's OIDC token of the job"],
    ['service_account: true', { service_account: undefined }, "the pod's service account"],
  ];
  for (const [line, source, described] of sources) {
    test(`may have a role with ${line}`, () => {
      const identity = resolveFirst(ECR, rule(line, 'duration_seconds: 900'), profiles, {})?.identity;
      assert.ok(identity?.kind === 'role');
      assert.deepEqual([identity.source, identity.duration_seconds], [source, 900]);
      assert.equal(describeIdentity(identity), `role arn:aws:iam::111122223333:role/Pull (${described})`);
    });
  }
});

describe('the region of STS', () => {
  const regional = profilesFrom(`[profile ruled]\n${KEYS}region = eu-west-1\n`);
  const ruled = (region?: string) =>
    parseConfig(`registries:\n  ${ECR}: { profile: ruled${region ? `, region: ${region}` : ''} }\n`, FILE);
  const rows: readonly [string, ReturnType<typeof ruled>, Environment, string][] = [
    ['is the rule’s', ruled('eu-north-1'), { AWS_REGION: 'ap-south-1' }, 'eu-north-1'],
    ['else AWS_REGION', ruled(), { AWS_REGION: 'ap-south-1', AWS_DEFAULT_REGION: 'sa-east-1' }, 'ap-south-1'],
    ['else AWS_DEFAULT_REGION', ruled(), { AWS_DEFAULT_REGION: 'sa-east-1' }, 'sa-east-1'],
    ['else the profile’s', ruled(), {}, 'eu-west-1'],
    ['never one of another partition', ruled('cn-north-1'), { AWS_REGION: 'us-gov-west-1' }, 'eu-west-1'],
    ['never what is no region', ruled(), { AWS_REGION: 'evil.example/' }, 'eu-west-1'],
  ];
  for (const [title, config, env, region] of rows) {
    test(title, () => assert.equal(resolveFirst(ECR, config, regional, env)?.stsRegion, region));
  }

  test('else the registry’s', () => {
    assert.equal(resolveFirst(ECR, config, profiles, {})?.stsRegion, 'us-east-1');
  });
});
