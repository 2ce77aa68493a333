// Tests the place and the message of each fault in config.yaml.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../../src/config/load.ts';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { FILE, oneRule, role, rulesFor } from '../../support/unit/user-files.ts';

const RULE_KEYS =
  'profile, role_arn, source_profile, credential_source, web_identity_token_file, web_identity_token_env, github_oidc, service_account, external_id, role_session_name, duration_seconds, mfa_serial, region, registry';

/** Title → text, place, message. */
type Faults = Readonly<Record<string, readonly [text: string, place: string, message: string]>>;

const faults: Readonly<Record<string, Faults>> = {
  keys: {
    'an unknown key at the top': [
      'registries: {}\nregistry: {}\n',
      '2:1',
      'unknown key "registry"; known keys: registries, refresh_margin, max_token_age, discover, mfa_process, process_env, fallback_helper',
    ],
    'an unknown key in a rule': [
      oneRule('profile: dev', 'sourceprofile: dev'),
      '4:5',
      `unknown key "sourceprofile"; did you mean source_profile? known keys: ${RULE_KEYS}`,
    ],
    'a key of every object': [
      oneRule('profile: dev', 'constructor: x'),
      '4:5',
      `unknown key "constructor"; known keys: ${RULE_KEYS}`,
    ],
    '__proto__ at the top': ['__proto__: { refresh_margin: 1h }\n', '1:1', 'unknown key "__proto__"'],
    '__proto__ in a rule': [oneRule('__proto__: { profile: dev }'), '3:5', 'unknown key "__proto__"'],
    '__proto__ as a registry': [rulesFor('__proto__'), '2:3', 'unknown key "__proto__"'],
    'a key that is there twice': [
      oneRule('profile: dev', 'profile: other'),
      '4:5',
      'this key is there twice; keep one of them',
    ],
    'a registry that is there twice': [
      rulesFor('public.ecr.aws', 'public.ecr.aws'),
      '3:3',
      'this key is there twice; keep one of them',
    ],
    'a registry that is there twice, in other letters': [
      rulesFor('public.ecr.aws', 'Public.ECR.aws'),
      '3:3',
      `"Public.ECR.aws" is there twice; the first is at ${FILE}:2`,
    ],
  },
  values: {
    'a profile that is a number': [
      oneRule('profile: 123'),
      '3:5',
      '"profile" must be the name of a profile; quote it if it looks like a number',
    ],
    'a profile that is empty': [
      oneRule('profile: ""'),
      '3:5',
      '"profile" must be the name of a profile in ~/.aws/config',
    ],
    'a profile with a control character': [
      oneRule('profile: "a\\nb"'),
      '3:5',
      '"profile" must be the name of a profile in ~/.aws/config',
    ],
    'a profile with a bracket': [
      oneRule('profile: "a]b"'),
      '3:5',
      '"profile" must be the name of a profile in ~/.aws/config',
    ],
    'the ARN of a user': [
      oneRule('role_arn: arn:aws:iam::111122223333:user/me', 'source_profile: dev'),
      '3:5',
      '"role_arn" must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/EcrPull',
    ],
    'an ARN with a short account': [
      oneRule('role_arn: arn:aws:iam::11112222333:role/EcrPull', 'source_profile: dev'),
      '3:5',
      '"role_arn" must be the ARN of an IAM role: its account 11112222333 has 11 digits, not 12',
    ],
    'an external ID that YAML reads as a number': [
      oneRule(...role, 'external_id: 7000'),
      '5:5',
      '"external_id" must be a string; quote it if it looks like a number',
    ],
    'an external ID with a space': [
      oneRule(...role, 'external_id: a b'),
      '5:5',
      '"external_id" must be 2 to 1224 characters out of A-Z a-z 0-9 _+=,.@:/-',
    ],
    'a session name that is too long': [
      oneRule(...role, `role_session_name: ${'x'.repeat(65)}`),
      '5:5',
      '"role_session_name" must be 2 to 64 characters out of A-Z a-z 0-9 _+=,.@-',
    ],
    'an MFA device that is a number': [
      oneRule(...role, 'mfa_serial: 123456789012'),
      '5:5',
      '"mfa_serial" must be the ARN or serial number of an MFA device, in quotes',
    ],
    'a session too short': [
      oneRule(...role, 'duration_seconds: 899'),
      '5:5',
      '"duration_seconds" must be at least 900 seconds',
    ],
    'a session too long': [
      oneRule(...role, 'duration_seconds: 43201'),
      '5:5',
      '"duration_seconds" must be at most 43200 seconds (12 hours)',
    ],
    'a session in text': [
      oneRule(...role, 'duration_seconds: 1h'),
      '5:5',
      '"duration_seconds" must be a whole number of seconds',
    ],
    'a fraction of a second': [
      oneRule(...role, 'duration_seconds: 900.5'),
      '5:5',
      '"duration_seconds" must be a whole number of seconds',
    ],
    'an unknown credential_source': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull', 'credential_source: environment'),
      '4:5',
      '"credential_source" must be Environment, Ec2InstanceMetadata or EcsContainer',
    ],
    'a relative token file': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull', 'web_identity_token_file: token'),
      '4:5',
      '"web_identity_token_file" must be an absolute path',
    ],
    'a region that is none': [
      oneRule('profile: dev', 'region: europe'),
      '4:5',
      '"region" must be an AWS region, such as eu-central-1',
    ],
    'a refresh_margin without a unit': [
      'refresh_margin: 15\n',
      '1:1',
      '"refresh_margin" must be a duration such as 15m (0s to 6h)',
    ],
    'a refresh_margin out of range': [
      'registries: {}\nrefresh_margin: 7h\n',
      '2:1',
      '"refresh_margin" must be a duration such as 15m (0s to 6h)',
    ],
    'a max_token_age out of range': [
      'max_token_age: 59s\n',
      '1:1',
      '"max_token_age" must be a duration such as 15m (1m to 12h)',
    ],
    'a max_token_age in words': [
      'max_token_age: 1 hour\n',
      '1:1',
      '"max_token_age" must be a duration such as 15m (1m to 12h)',
    ],
  },
  rules: {
    'nothing below a registry': [
      'registries:\n  public.ecr.aws:\n',
      '2:3',
      '"public.ecr.aws" must be a rule, such as { profile: dev }',
    ],
    'a text instead of a rule': [
      'registries:\n  public.ecr.aws: dev\n',
      '2:3',
      '"public.ecr.aws" must be a rule, such as { profile: dev }',
    ],
    'a rule without an identity': [
      oneRule('region: us-east-1'),
      '2:3',
      '"111122223333.dkr.ecr.us-east-1.amazonaws.com" needs profile, or role_arn with source_profile',
    ],
    'role_arn without a source': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull'),
      '3:5',
      '"role_arn" needs source_profile, the profile whose credentials assume the role (or credential_source, web_identity_token_file, web_identity_token_env, github_oidc or service_account)',
    ],
    'profile beside role_arn': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull', 'profile: dev'),
      '4:5',
      '"profile" cannot be used with role_arn; write source_profile instead',
    ],
    'two sources': [
      oneRule(...role, 'credential_source: Environment'),
      '5:5',
      '"credential_source" contradicts source_profile; keep one of them',
    ],
    'a key of a role without role_arn': [
      oneRule('profile: dev', 'external_id: abcd'),
      '4:5',
      '"external_id" has no effect without role_arn; add role_arn or remove external_id',
    ],
    'a source without role_arn': [
      oneRule('source_profile: dev'),
      '3:5',
      '"source_profile" has no effect without role_arn; add role_arn or remove source_profile',
    ],
    'an external ID with a web identity': [
      oneRule(
        'role_arn: arn:aws:iam::111122223333:role/EcrPull',
        'web_identity_token_file: /token',
        'external_id: abcd',
      ),
      '5:5',
      '"external_id" has no effect with web_identity_token_file; remove it',
    ],
    'an external ID with a job of GitHub': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull', 'github_oidc: true', 'external_id: abcd'),
      '5:5',
      '"external_id" has no effect with github_oidc; remove it',
    ],
    "a job's variable without role_arn": [
      oneRule('profile: dev', 'web_identity_token_env: TOKEN'),
      '4:5',
      '"web_identity_token_env" has no effect without role_arn; add role_arn or remove web_identity_token_env',
    ],
    'a variable that no shell can set': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull', 'web_identity_token_env: a-b'),
      '4:5',
      '"web_identity_token_env" must be the name of a variable, such as AWS_OIDC_TOKEN',
    ],
    'no audience of GitHub': [
      oneRule('role_arn: arn:aws:iam::111122223333:role/EcrPull', 'github_oidc: false'),
      '4:5',
      '"github_oidc" must be true, or the audience that the role trusts',
    ],
    'no service account': [
      oneRule('service_account: false'),
      '3:5',
      '"service_account" must be true; leave it out otherwise',
    ],
    'a profile beside a service account': [
      oneRule('profile: dev', 'service_account: true'),
      '3:5',
      '"profile" has no effect with service_account; remove it',
    ],
    'two sources, one of them a service account': [
      oneRule('service_account: true', 'source_profile: dev'),
      '4:5',
      '"source_profile" contradicts service_account; keep one of them',
    ],
    'a code for a service account': [
      oneRule(
        'role_arn: arn:aws:iam::111122223333:role/EcrPull',
        'service_account: true',
        'mfa_serial: "123456789012"',
      ),
      '5:5',
      '"mfa_serial" has no effect with service_account; remove it',
    ],
    'a name of one’s own without registry': [
      rulesFor('images.corp.example'),
      '2:3',
      '"images.corp.example" is not an ECR hostname; add registry: the ECR hostname behind it',
    ],
    'registry on an ECR hostname': [
      oneRule('profile: dev', 'registry: public.ecr.aws'),
      '2:3',
      '"111122223333.dkr.ecr.us-east-1.amazonaws.com" is an ECR hostname itself; remove registry',
    ],
    'registry that is no ECR hostname': [
      'registries:\n  images.corp.example:\n    profile: dev\n    registry: docker.io\n',
      '4:5',
      '"registry" must be an ECR hostname, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com',
    ],
  },
  patterns: Object.fromEntries(
    [
      '*',
      '*.amazonaws.com',
      '1111*.dkr.ecr.us-east-1.amazonaws.com',
      '*.dkr.ecr.us-*.amazonaws.com',
      '*.dkr.ecr.*.amazonaws.com.evil.example',
      '111122223333.dkr-ecr.*.amazonaws.com',
      '111122223333.dkr.ecr.*.on.aws',
      '*.public.ecr.aws',
      '*.corp.example',
      'https://public.ecr.aws',
      'public.ecr.aws:443',
      'public.ecr.aws/',
      'localhost',
      '',
    ].map((key) => [
      `${JSON.stringify(key)}, which can match nothing`,
      [
        rulesFor(key),
        '2:3',
        `"${key}" is neither a bare hostname (no https://, no path) nor a pattern: write \`*\` for the whole account, region or suffix, such as "*.dkr.ecr.us-east-1.amazonaws.com" or "111122223333.dkr.ecr.*.amazonaws.com"`,
      ],
    ]),
  ),
  'patterns that are nearly right': Object.fromEntries(
    [
      [
        '*.dkr.ecr.us-east-1.amazonaws.com.cn',
        '"amazonaws.com.cn" is not "amazonaws.com"; did you mean *.dkr.ecr.us-east-1.amazonaws.com?',
      ],
      ['*.dkr.ecr.nowhere.amazonaws.com', '"nowhere" is not a region'],
      ['11112222333.dkr.ecr.*.amazonaws.com', 'its account 11112222333 has 11 digits, not 12'],
      [
        '111122223333.drk.ecr.*.amazonaws.com',
        '"drk.ecr" is not "dkr.ecr"; did you mean 111122223333.dkr.ecr.*.amazonaws.com?',
      ],
      [
        '*.dkr.ecr.us-east1.amazonaws.com',
        '"us-east1" is not a region, but us-east-1 is; did you mean *.dkr.ecr.us-east-1.amazonaws.com?',
      ],
    ].map(([key = '', said]) => [
      key,
      [rulesFor(key), '2:3', `"${key}" matches no registry of ECR: ${said}`],
    ]),
  ),
  'hostnames that are nearly right': {
    'a short account': [
      rulesFor('11112222333.dkr.ecr.us-east-1.amazonaws.com'),
      '2:3',
      '"11112222333.dkr.ecr.us-east-1.amazonaws.com" is not an ECR hostname: its account 11112222333 has 11 digits, not 12',
    ],
    'another region': [
      rulesFor('111122223333.dkr.ecr.us-east1.amazonaws.com'),
      '2:3',
      '"111122223333.dkr.ecr.us-east1.amazonaws.com" is not an ECR hostname: "us-east1" is not a region, but us-east-1 is; did you mean 111122223333.dkr.ecr.us-east-1.amazonaws.com?',
    ],
    registry: [
      'registries:\n  images.corp.example:\n    profile: dev\n    registry: 111122223333.drk.ecr.us-east-1.amazonaws.com\n',
      '4:5',
      '"registry" must be an ECR hostname: "drk.ecr" is not "dkr.ecr"; did you mean 111122223333.dkr.ecr.us-east-1.amazonaws.com?',
    ],
    region: [
      oneRule('profile: dev', 'region: useast1'),
      '4:5',
      '"region" must be an AWS region: "useast1" is none; did you mean us-east-1?',
    ],
  },
  'equally specific patterns': Object.fromEntries(
    [
      ['111122223333.dkr.ecr.*.amazonaws.com', '111122223333.*.*.*'],
      ['*.dkr.ecr.us-east-1.amazonaws.com', '*.*.us-east-1.amazonaws.com'],
      ['*.*.*.*', '*.dkr-ecr.*.*'],
      ['111122223333.dkr.ecr.us-east-1.*', '111122223333.*.us-east-1.amazonaws.com'],
      ['111122223333.dkr.ecr.*.*', '111122223333.DKR.ecr.*.amazonaws.com'],
    ].map(([one = '', other = '']) => [
      `${one} and ${other}`,
      [
        rulesFor(one, other),
        '3:3',
        `"${other}" is as specific as "${one}" (${FILE}:2) and both cover the same hostnames; name an account or a region in one of them, or write the exact hostnames`,
      ],
    ]),
  ),
  shapes: {
    'a list at the top': [
      '# ours\n- registries\n',
      '2:1',
      'the file must be keys with values, such as registries: with hostnames below it',
    ],
    'a text at the top': [
      'registries\n',
      '1:1',
      'the file must be keys with values, such as registries: with hostnames below it',
    ],
    'a list of registries': [
      'registries:\n  - public.ecr.aws\n',
      '1:1',
      '"registries" must be hostnames and patterns, each with a rule below it',
    ],
  },
  YAML: {
    'a tab': ['registries:\n\tpublic.ecr.aws:\n', '2:1', 'a tab: indent with spaces'],
    'a quote that is not closed': [
      'registries:\n  "public.ecr.aws',
      '2:18',
      'not valid YAML: Missing closing "quote',
    ],
    'a wrong indentation': [
      'registries:\n    public.ecr.aws: {profile: dev}\n  x: y\n',
      '3:1',
      'not valid YAML: All mapping items must start at the same column',
    ],
  },
};

describe('a fault in a config is named with its place and what to write instead', () => {
  for (const [kind, table] of Object.entries(faults)) {
    describe(kind, () => {
      for (const [title, [text, place, message]] of Object.entries(table)) {
        test(title, () => {
          assert.throws(() => parseConfig(text, FILE), {
            code: 'config-invalid',
            message: `${FILE}:${place}: ${message}`,
            hint: { run: command`$EDITOR ${FILE}` },
          });
        });
      }
    });
  }

  test('whether lines end in LF or CR LF, and after a byte order mark', () => {
    const text = `\uFEFF${oneRule('profil: dev').replaceAll('\n', '\r\n')}`;
    assert.throws(() => parseConfig(text, FILE), {
      message: `${FILE}:3:5: unknown key "profil"; did you mean profile? known keys: ${RULE_KEYS}`,
    });
  });

  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed'].map(([name, of]) => [name, of])) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`);
  }
  const elsewhere = {
    'aliases that multiply': bomb.join('\n'),
    'an alias without an anchor': 'registries:\n  public.ecr.aws: *dev\n',
    'two documents': 'registries: {}\n---\nregistries: {}\n',
    'a tag that YAML does not know': oneRule('profile: !secret dev'),
    'a list as a key': 'registries:\n  ? [public.ecr.aws]\n  : { profile: dev }\n',
  };
  for (const [title, text] of Object.entries(elsewhere)) {
    test(`with line and column: ${title}`, () => {
      assert.throws(
        () => parseConfig(text, FILE),
        (error) => {
          assert.ok(error instanceof XacctError);
          assert.match(error.message, /^\/home\/dev\/\.config\/ecr-xacct\/config\.yaml:\d+:\d+: /);
          assert.deepEqual(error.hint, { run: command`$EDITOR ${FILE}` });
          return true;
        },
      );
    });
  }

  test('an alias without an anchor is not called too many aliases', () => {
    assert.throws(
      () => parseConfig('registries: *dev\n', FILE),
      (error) => error instanceof XacctError && !error.message.includes('too many'),
    );
  });

  test('with the path in its hint as one word', () => {
    assert.throws(() => parseConfig('- x', "/home/d'ev/my config.yaml"), {
      hint: { run: command`$EDITOR ${"/home/d'ev/my config.yaml"}` },
    });
  });
});
