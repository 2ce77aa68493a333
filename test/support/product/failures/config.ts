// The failures without AWS: configs and profiles that are empty, invalid, or contradict each other.
import { appendFile } from 'node:fs/promises';
import { devFiles, HOST, keysOf, mfaRole, roleArn } from '../stage.ts';
import type { Failure } from './failure.ts';

const CONFIG = '~/.config/ecr-xacct/config.yaml';

/** A rule that names a profile, and the content of ~/.aws/config. */
function profile(
  name: string,
  config: Record<string, Record<string, string>>,
): NonNullable<Failure['files']> {
  return ({ cast }) => ({ ...devFiles(cast), config, registries: { [HOST]: { profile: name } } });
}

export const configFailures: readonly Failure[] = [
  {
    what: 'No rule, no profile, no keys',
    files: () => ({}),
    identity: 'no AWS identity',
    says: /no rule in ~\/\.config\/ecr-xacct\/config\.yaml covers it, and neither AWS_PROFILE nor/,
    hint: 'add a rule to ~/.config/ecr-xacct/config.yaml, or with a profile that may use account 111122223333, run: export AWS_PROFILE=NAME',
  },
  {
    what: 'A config with an unknown key',
    files: ({ cast }) => ({ ...devFiles(cast), registries: { [HOST]: { profiel: 'dev' } } }),
    identity: `${CONFIG}:2:52`,
    says: /unknown key "profiel"; did you mean profile\? known keys: profile, role_arn/,
    hint: `run: \${EDITOR:-vi} ${CONFIG}`,
  },
  {
    what: 'A config that is not there',
    env: ({ product }) => ({ ECR_XACCT_CONFIG: `${product.home}/nothing.yaml` }),
    identity: '~/nothing.yaml',
    says: /does not exist/,
    hint: 'run: unset ECR_XACCT_CONFIG',
  },
  {
    what: 'A profile that does not exist',
    files: profile('missing', {}),
    identity: 'profile missing',
    says: /there is no profile missing in ~\/\.aws\/config or ~\/\.aws\/credentials/,
    hint: 'to list them, run: aws configure list-profiles',
  },
  {
    what: 'A profile with a typing error',
    files: profile('depoly', { 'profile deploy': { region: 'us-east-1' } }),
    identity: 'profile depoly',
    says: /there is no profile depoly /,
    hint: 'did you mean deploy?',
  },
  {
    what: 'A source_profile that does not exist',
    files: profile('puller', {
      'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'missing' },
    }),
    identity: 'profile missing',
    says: /there is no profile missing \(the source_profile of profile puller\)/,
    hint: 'to list them, run: aws configure list-profiles',
  },
  {
    what: 'Profiles that name each other',
    files: profile('one', {
      'profile one': { role_arn: roleArn('EcrPull'), source_profile: 'two' },
      'profile two': { role_arn: roleArn('EcrPush'), source_profile: 'one' },
    }),
    identity: 'profile two',
    says: /leads back to it: one → two → one/,
    hint: 'change the source: aws configure set source_profile NAME --profile two',
  },
  {
    what: 'A profile with nothing but a region',
    files: profile('region-only', { 'profile region-only': { region: 'us-east-1' } }),
    identity: 'profile region-only',
    says: /has no credentials \(~\/\.aws\/config:1\)/,
    hint: 'run: aws configure --profile region-only',
  },
  {
    what: 'A file of profiles that the AWS CLI refuses',
    files: profile('dev', { 'profile prod': { region: 'us-east-1' } }),
    prepare: ({ product }) =>
      appendFile(`${product.home}/.aws/config`, '[profile more\nregion = eu-west-1\n'),
    identity: '~/.aws/config:3',
    says: /~\/\.aws\/config:3: a section header has no closing bracket/,
    hint: `end it with ]: \${EDITOR:-vi} ~/.aws/config`,
  },
  {
    what: 'An access key in the environment without its secret',
    files: () => ({}),
    env: () => ({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE' }),
    identity: 'AWS_ACCESS_KEY_ID',
    says: /AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY/,
    hint: 'run: unset AWS_ACCESS_KEY_ID',
  },
  {
    what: 'A duration that is no number',
    files: profile('puller', {
      'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev', duration_seconds: '1h' },
    }),
    identity: 'profile puller',
    says: /has duration_seconds = 1h, which is not a number of seconds \(~\/\.aws\/config:4\)/,
    hint: 'run: aws configure set duration_seconds 3600 --profile puller',
  },
  {
    what: 'A profile with a role and no identity to assume it',
    files: profile('puller', { 'profile puller': { role_arn: roleArn('EcrPull') } }),
    identity: 'profile puller',
    says: /has a role_arn without a source_profile, credential_source or web_identity_token_file \(~\/\.aws\/config:2\)/,
    hint: 'name the profile that may assume it, run: aws configure set source_profile NAME --profile puller',
  },
  {
    what: 'A profile with a role and two who are to assume it',
    files: profile('puller', {
      'profile puller': {
        role_arn: roleArn('EcrPull'),
        source_profile: 'dev',
        credential_source: 'Environment',
      },
    }),
    identity: 'profile puller',
    says: /has both source_profile and credential_source for its role_arn \(~\/\.aws\/config:4\)/,
    hint: `delete one of the two lines: \${EDITOR:-vi} ~/.aws/config`,
  },
  {
    what: 'A profile with half of a pair of keys',
    files: profile('half', { 'profile half': { aws_access_key_id: 'AKIAUNKNOWN000000000' } }),
    identity: 'profile half',
    says: /has aws_access_key_id without aws_secret_access_key beside it \(~\/\.aws\/config:2\)/,
    hint: 'run: aws configure --profile half',
  },
  {
    what: 'A session token of the old name with a comment behind it',
    files: ({ cast }) => ({
      ...devFiles(cast),
      credentials: {
        dev: { ...keysOf(cast.dev), aws_session_token: 'fine', aws_security_token: 'token # work' },
      },
    }),
    identity: 'profile dev',
    says: /has a blank or a comment within its aws_security_token \(~\/\.aws\/credentials:5\)/,
    hint: 'run: aws configure --profile dev',
  },
  {
    what: 'A services section that does not exist',
    files: profile('dev', { 'profile dev': { services: 'local' } }),
    identity: 'profile dev',
    says: /names \[services local\], which is not in ~\/\.aws\/config/,
    hint: 'run: aws configure get services --profile dev',
  },
  {
    what: 'An endpoint_url that is no URL',
    files: profile('dev', { 'profile dev': { endpoint_url: 'localhost:4566' } }),
    identity: 'profile dev',
    says: /has endpoint_url = localhost:4566, which is not a URL such as/,
    hint: 'run: aws configure set endpoint_url URL --profile dev',
  },
  {
    what: 'An endpoint in the environment that is no URL',
    env: () => ({ AWS_ENDPOINT_URL: 'localhost:4566' }),
    identity: 'AWS_ENDPOINT_URL=localhost:4566',
    says: /is not a URL such as/,
    hint: 'run: unset AWS_ENDPOINT_URL',
  },
  {
    what: 'A timeout that is no number',
    env: () => ({ ECR_XACCT_TIMEOUT: 'soon' }),
    identity: 'ECR_XACCT_TIMEOUT=soon',
    says: /is not a whole number of seconds from 1 to 600/,
    hint: 'run: unset ECR_XACCT_TIMEOUT',
  },
  {
    what: 'A profile that asks for an MFA code',
    files: ({ cast }) => ({
      credentials: { dev: keysOf(cast.dev) },
      config: {
        'profile careful': mfaRole(cast),
      },
      registries: { [HOST]: { profile: 'careful' } },
    }),
    identity: 'profile careful',
    says: /an MFA code of arn:aws:iam::444455556666:mfa\/dev is required/,
    hint: `run: ecr-xacct login ${HOST}`,
  },
  {
    what: 'A rule that asks for an MFA code',
    files: ({ cast }) => ({
      ...devFiles(cast),
      registries: {
        [HOST]: { ...mfaRole(cast), mfa_serial: 'GAHT12345678' },
      },
    }),
    identity: `role ${roleArn('MfaOnly')} (source profile dev)`,
    says: /an MFA code of GAHT12345678 is required/,
    hint: `run: ecr-xacct login ${HOST}`,
  },
];
