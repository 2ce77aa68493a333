// The table of identities: the user's configuration, and whose token it must give.
import { join } from 'node:path';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { asVariables, sessionOfDev } from './credential-endpoint.ts';
import type { Product, ProductEnvironment, ProductFiles, Sections } from './product.ts';
import { devFiles, HOST, keysOf, keyVariables, type ProductStage, roleArn } from './stage.ts';

/** Milliseconds. */
export const HOUR = 3_600_000;
/** The principal of the developer's keys. */
export const DEV = `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`;
/** A role between the accounts. */
const JUMP = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/Jump`;
/** A session of a role in the account with the images, with the user's name as CloudTrail shows it. */
export function session(role: string, name = 'ecr-xacct-dev'): string {
  return `arn:aws:sts::${PRIMARY_ACCOUNT}:assumed-role/${role}/${name}`;
}

export interface IdentityRow {
  readonly who: string;
  readonly files: (stage: ProductStage) => ProductFiles;
  readonly env?: (stage: ProductStage) => ProductEnvironment;
  /** The token's. */
  readonly principal: string;
  /** The calls before GetAuthorizationToken. */
  readonly calls: readonly string[];
}

/** The rule names profile `mine`, with these settings. */
export function mine(settings: Sections[string], more: Sections = {}): IdentityRow['files'] {
  return ({ cast }) => ({
    ...devFiles(cast),
    config: { 'profile mine': settings, ...more },
    registries: { [HOST]: { profile: 'mine' } },
  });
}

/** The rule has these settings itself. */
export function rule(settings: Sections[string]): IdentityRow['files'] {
  return ({ cast }) => ({ ...devFiles(cast), registries: { [HOST]: settings } });
}

const nothing = () => ({});

/** A command that prints the keys in its environment. */
const PRINTS_KEYS = `sh -c 'printf "{\\"Version\\":1,\\"AccessKeyId\\":\\"%s\\",\\"SecretAccessKey\\":\\"%s\\"}" "$AWS_TEST_KEY" "$AWS_TEST_SECRET"'`;

function testKeys({ cast: { dev } }: ProductStage): ProductEnvironment {
  return { AWS_TEST_KEY: dev.accessKeyId, AWS_TEST_SECRET: dev.secretAccessKey };
}

const withKeys: readonly IdentityRow[] = [
  { who: 'A profile with keys', files: ({ cast }) => devFiles(cast), principal: DEV, calls: [] },
  {
    who: 'A profile with temporary keys',
    files: (stage) => ({ ...devFiles(stage.cast), credentials: { dev: sessionOfDev(stage, HOUR) } }),
    principal: DEV,
    calls: [],
  },
  {
    who: 'The default profile, where there is no rule',
    files: ({ cast }) => ({ credentials: { default: keysOf(cast.dev) } }),
    principal: DEV,
    calls: [],
  },
  {
    who: 'The default profile with a role in it',
    files: ({ cast }) => ({
      credentials: { dev: keysOf(cast.dev) },
      config: { default: { role_arn: roleArn('EcrPull'), source_profile: 'dev' } },
    }),
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
  {
    who: 'AWS_DEFAULT_PROFILE, where there is no rule',
    files: ({ cast }) => ({ credentials: { default: keysOf(cast.denied), dev: keysOf(cast.dev) } }),
    env: () => ({ AWS_DEFAULT_PROFILE: 'dev' }),
    principal: DEV,
    calls: [],
  },
  {
    who: 'AWS_PROFILE, where there is no rule',
    files: ({ cast }) => ({ credentials: { default: keysOf(cast.denied), dev: keysOf(cast.dev) } }),
    env: () => ({ AWS_PROFILE: 'dev' }),
    principal: DEV,
    calls: [],
  },
  {
    who: 'The rule, whatever AWS_PROFILE and AWS_ACCESS_KEY_ID say',
    files: ({ cast }) => devFiles(cast),
    env: ({ cast }) => ({ AWS_PROFILE: 'default', ...keyVariables(cast.denied) }),
    principal: DEV,
    calls: [],
  },
  {
    who: 'ECR_XACCT_PROFILE, whatever the rule says',
    files: ({ cast }) => ({
      ...devFiles(cast),
      credentials: { dev: keysOf(cast.denied), other: keysOf(cast.dev) },
    }),
    env: () => ({ ECR_XACCT_PROFILE: 'other' }),
    principal: DEV,
    calls: [],
  },
  {
    who: 'Keys in the environment',
    files: nothing,
    env: ({ cast }) => keyVariables(cast.dev),
    principal: DEV,
    calls: [],
  },
  {
    who: 'Temporary keys in the environment',
    files: nothing,
    env: (stage) => asVariables(sessionOfDev(stage, HOUR)),
    principal: DEV,
    calls: [],
  },
  {
    who: 'A credential_process, which has the environment of the caller',
    files: mine({ credential_process: PRINTS_KEYS }),
    env: testKeys,
    principal: DEV,
    calls: [],
  },
];

const throughRoles: readonly IdentityRow[] = [
  {
    who: 'A profile with role_arn and source_profile',
    files: mine({ role_arn: roleArn('EcrPull'), source_profile: 'dev' }),
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
  {
    who: 'A role assumed by a role assumed by a profile',
    files: mine(
      { role_arn: roleArn('EcrPull'), source_profile: 'jump' },
      {
        'profile jump': { role_arn: JUMP, source_profile: 'dev' },
      },
    ),
    principal: session('EcrPull'),
    calls: ['AssumeRole', 'AssumeRole'],
  },
  {
    who: 'A role in the profile that has the keys for it',
    files: ({ cast }) => ({
      config: { 'profile mine': { role_arn: roleArn('EcrPull'), source_profile: 'mine' } },
      credentials: { mine: keysOf(cast.dev) },
      registries: { [HOST]: { profile: 'mine' } },
    }),
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
  {
    who: 'A role assumed with what a credential_process gives',
    files: mine(
      { role_arn: roleArn('EcrPull'), source_profile: 'prints' },
      { 'profile prints': { credential_process: PRINTS_KEYS } },
    ),
    env: testKeys,
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
  {
    who: 'A role assumed by a role assumed with the keys in the environment',
    files: mine(
      { role_arn: roleArn('EcrPull'), source_profile: 'jump' },
      { 'profile jump': { role_arn: JUMP, credential_source: 'Environment' } },
    ),
    env: ({ cast }) => keyVariables(cast.dev),
    principal: session('EcrPull'),
    calls: ['AssumeRole', 'AssumeRole'],
  },
  {
    who: 'A rule with role_arn and source_profile',
    files: rule({ role_arn: roleArn('EcrPull'), source_profile: 'dev' }),
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
  {
    who: 'A rule with a role whose source_profile assumes another role',
    files: ({ cast }) => ({
      ...devFiles(cast),
      config: { 'profile jump': { role_arn: JUMP, source_profile: 'dev' } },
      registries: { [HOST]: { role_arn: roleArn('EcrPull'), source_profile: 'jump' } },
    }),
    principal: session('EcrPull'),
    calls: ['AssumeRole', 'AssumeRole'],
  },
  {
    who: 'A rule with credential_source Environment',
    files: rule({ role_arn: roleArn('EcrPull'), credential_source: 'Environment' }),
    env: ({ cast }) => keyVariables(cast.dev),
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
  {
    who: 'A profile with credential_source Environment',
    files: mine({ role_arn: roleArn('EcrPull'), credential_source: 'Environment' }),
    env: ({ cast }) => keyVariables(cast.dev),
    principal: session('EcrPull'),
    calls: ['AssumeRole'],
  },
];

const withWebIdentity: readonly IdentityRow[] = [
  {
    who: 'A rule with a web identity token',
    files: ({ product }) => ({
      registries: {
        [HOST]: { role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: tokenFile(product) },
      },
    }),
    principal: session('EcrPullWebIdentity'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
  {
    who: 'A profile with a web identity token',
    files: (stage) =>
      mine({ role_arn: roleArn('EcrPullWebIdentity'), web_identity_token_file: tokenFile(stage.product) })(
        stage,
      ),
    principal: session('EcrPullWebIdentity'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
  {
    who: 'A role assumed by a role assumed with a web identity token',
    files: (stage) =>
      mine(
        { role_arn: roleArn('EcrPull'), source_profile: 'pod' },
        {
          'profile pod': {
            role_arn: `arn:aws:iam::${SECONDARY_ACCOUNT}:role/Pod`,
            web_identity_token_file: tokenFile(stage.product),
          },
        },
      )(stage),
    principal: session('EcrPull'),
    calls: ['AssumeRoleWithWebIdentity', 'AssumeRole'],
  },
  {
    who: 'A web identity token in the environment',
    files: nothing,
    env: ({ product }) => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile(product),
      AWS_ROLE_ARN: roleArn('EcrPullWebIdentity'),
    }),
    principal: session('EcrPullWebIdentity'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
  {
    who: 'A web identity token in the environment, with a session name',
    files: nothing,
    env: ({ product }) => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile(product),
      AWS_ROLE_ARN: roleArn('EcrPullWebIdentity'),
      AWS_ROLE_SESSION_NAME: 'job-7',
    }),
    principal: session('EcrPullWebIdentity', 'job-7'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
];

/** The file of the web identity token. */
export function tokenFile({ folder, holdsSecret }: Product): string {
  return holdsSecret(join(folder, 'web-identity-token'));
}

export const identityRows = [...withKeys, ...throughRoles, ...withWebIdentity];
