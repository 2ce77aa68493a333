// Tests what config.yaml may contain, and how it is read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { FILE, oneRule, role, rulesFor } from '../../support/unit/user-files.ts';

const HOUR = 3_600_000;

describe('a config', () => {
  test('is read with every kind of key and rule', () => {
    const config = parseConfig(
      `registries:
  "111122223333.dkr.ecr.us-east-1.amazonaws.com":     # exact hostname
    role_arn: arn:aws:iam::111122223333:role/EcrPull
    source_profile: dev
    external_id: 7f3c
    role_session_name: me@corp
    duration_seconds: 900
    mfa_serial: arn:aws:iam::444455556666:mfa/me
    region: eu-central-1
  "444455556666.dkr.ecr.*.amazonaws.com":
    profile: platform-readonly
  "*.dkr.ecr.us-gov-west-1.amazonaws.com":
    profile: gov
  public.ecr.aws:
    profile: dev
  Images.Corp.example:
    registry: 111122223333.DKR.ecr.us-east-1.amazonaws.com
    profile: dev
refresh_margin: 10m
max_token_age: 1h
`,
      FILE,
    );
    assert.equal(config.file, FILE);
    assert.equal(config.refreshMargin, 600_000);
    assert.equal(config.maxTokenAge, HOUR);
    assert.deepEqual(
      config.rules.map(({ key, line, pattern, rule }) => [line, pattern.rank, key, rule]),
      [
        [
          2,
          'exact',
          '111122223333.dkr.ecr.us-east-1.amazonaws.com',
          {
            role_arn: 'arn:aws:iam::111122223333:role/EcrPull',
            source_profile: 'dev',
            external_id: '7f3c',
            role_session_name: 'me@corp',
            duration_seconds: 900,
            mfa_serial: 'arn:aws:iam::444455556666:mfa/me',
            region: 'eu-central-1',
          },
        ],
        [10, 'account', '444455556666.dkr.ecr.*.amazonaws.com', { profile: 'platform-readonly' }],
        [12, 'region', '*.dkr.ecr.us-gov-west-1.amazonaws.com', { profile: 'gov' }],
        [14, 'exact', 'public.ecr.aws', { profile: 'dev' }],
        [
          16,
          'exact',
          'Images.Corp.example',
          { registry: '111122223333.dkr.ecr.us-east-1.amazonaws.com', profile: 'dev' },
        ],
      ],
    );
  });

  for (const [what, text] of Object.entries({
    'an empty file': '',
    'a file of comments': '# registries:\n\n# nothing yet\n',
    'a file of one document marker': '---\n',
    'registries: with nothing below it': 'registries:\n',
    'registries: with an empty map': 'registries: {}\n',
  })) {
    test(`is every default for ${what}`, () => {
      assert.deepEqual(parseConfig(text, FILE), {
        file: FILE,
        exists: true,
        files: [FILE],
        rules: [],
        groups: [new Map()],
        saidBy: {},
        refreshMargin: 15 * 60_000,
        maxTokenAge: 12 * HOUR,
        discover: true,
        mfaProcess: undefined,
        fallbackHelper: undefined,
        processEnv: [],
      });
    });
  }

  test('of a user who has none is that of an empty file, but that it is not there', () => {
    const isNotThere = { exists: false, files: [], groups: [] };
    assert.deepEqual(emptyConfig(FILE), { ...parseConfig('', FILE), ...isNotThere });
  });

  test('may use the anchors of YAML', () => {
    const { rules } = parseConfig(
      'registries:\n  public.ecr.aws: &dev { profile: dev }\n  "*.dkr.ecr.*.*": *dev\n',
      FILE,
    );
    assert.deepEqual(
      rules.map(({ rule }) => rule.profile),
      ['dev', 'dev'],
    );
  });

  const sources = {
    source_profile: 'source_profile: dev',
    credential_source: 'credential_source: Ec2InstanceMetadata',
    web_identity_token_file: 'web_identity_token_file: /var/run/token',
    web_identity_token_env: 'web_identity_token_env: AWS_OIDC_TOKEN',
    'github_oidc of the usual audience': 'github_oidc: true',
    'github_oidc of another one': 'github_oidc: https://github.com/team',
    service_account: 'service_account: true',
  };
  for (const [name, line] of Object.entries(sources)) {
    test(`takes role_arn with ${name}`, () => {
      assert.equal(
        parseConfig(oneRule('role_arn: arn:aws:iam::111122223333:role/a/b/C', line), FILE).rules.length,
        1,
      );
    });
  }

  test('takes service_account by itself', () => {
    assert.equal(parseConfig(oneRule('service_account: true'), FILE).rules[0]?.rule.service_account, true);
  });

  test('takes the extremes of each range', () => {
    for (const text of [
      'refresh_margin: 0s',
      'refresh_margin: 6h',
      'max_token_age: 1m',
      'max_token_age: 12h',
      oneRule(...role, 'duration_seconds: 900'),
      oneRule(...role, 'duration_seconds: 43200'),
      oneRule(...role, 'external_id: "12"'),
      oneRule(...role, `role_session_name: ${'x'.repeat(64)}`),
      oneRule('profile: "123"'),
      oneRule('profile: "two words"'),
    ]) {
      assert.doesNotThrow(() => parseConfig(text, FILE), text);
    }
  });
});

describe('patterns that share no hostname are allowed together', () => {
  for (const keys of [
    ['111122223333.dkr.ecr.*.amazonaws.com', '444455556666.dkr.ecr.*.amazonaws.com'],
    ['111122223333.dkr.ecr.*.amazonaws.com', '111122223333.dkr.ecr-fips.*.amazonaws.com'],
    ['111122223333.dkr.ecr.*.amazonaws.com', '111122223333.dkr.ecr.*.amazonaws.com.cn'],
    ['*.dkr.ecr.us-east-1.amazonaws.com', '*.dkr.ecr.us-west-2.amazonaws.com'],
    ['111122223333.dkr.ecr.*.*', '111122223333.dkr-ecr.*.*'],
    ['111122223333.dkr-ecr.*.*', '111122223333.*.*.amazonaws.com'],
    ['*.*.us-east-1.on.aws', '*.dkr.ecr.us-east-1.*'],
  ]) {
    test(keys.join(' and '), () => assert.equal(parseConfig(rulesFor(...keys), FILE).rules.length, 2));
  }
});

test('patterns of different ranks are allowed together', () => {
  const keys = [
    '*.*.*.*',
    '*.*.us-east-1.*',
    '111122223333.*.*.*',
    '111122223333.*.us-east-1.*',
    '111122223333.dkr.ecr.us-east-1.amazonaws.com',
  ];
  const ranks = ['wildcard', 'region', 'account', 'account+region', 'exact'];
  assert.deepEqual(
    parseConfig(rulesFor(...keys), FILE).rules.map(({ pattern }) => pattern.rank),
    ranks,
  );
});
