// Cases of the environment: keys, profiles, web identity, where the files are, containers and instances.
import {
  A,
  B,
  C,
  type Case,
  type Kind,
  ONE,
  PAST,
  roleOf,
  SSO_SESSION,
  sso,
  ssoCache,
  T,
  TWO,
  WEB_FILE,
  web,
} from '../differential-case.ts';

const DEV = `[profile dev]\n${B.lines}`;
const DEFAULT = `[default]\n${C.lines}`;

/** Beside `dev` and `default` of keys. */
function keys(name: string, env: Case['env'], rest: Partial<Case> = {}): Case {
  return { name, config: `${DEV}${DEFAULT}`, ...(env === undefined ? {} : { env }), ...rest };
}

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = A.env;
const session = { AWS_ACCESS_KEY_ID: T.id, AWS_SECRET_ACCESS_KEY: T.secret };

const ofKeys: Case[] = [
  keys('an ID and a secret', A.env),
  keys('a session', T.env),
  keys('a session by AWS_SECURITY_TOKEN', { ...session, AWS_SECURITY_TOKEN: `${T.token}` }),
  keys('both tokens, the older one right', {
    ...session,
    AWS_SECURITY_TOKEN: `${T.token}`,
    AWS_SESSION_TOKEN: 'stale',
  }),
  keys('both tokens, the newer one right', {
    ...session,
    AWS_SECURITY_TOKEN: 'stale',
    AWS_SESSION_TOKEN: `${T.token}`,
  }),
  keys('an empty AWS_SECURITY_TOKEN beside a token', { ...T.env, AWS_SECURITY_TOKEN: '' }),
  keys('an empty token', { ...A.env, AWS_SESSION_TOKEN: '' }),
  keys('a stale token', { ...A.env, AWS_SESSION_TOKEN: 'stale' }),
  keys('a stale AWS_SECURITY_TOKEN', { ...A.env, AWS_SECURITY_TOKEN: 'stale' }),
  keys('an ID alone', { AWS_ACCESS_KEY_ID }),
  keys('an ID with an empty secret', { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: '' }),
  keys('a secret alone', { AWS_SECRET_ACCESS_KEY }),
  keys('a secret with an empty ID', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY }),
  keys('both empty', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }),
  keys('a token alone', { AWS_SESSION_TOKEN: `${T.token}` }),
  keys('an ID alone, beside AWS_PROFILE', { AWS_ACCESS_KEY_ID, AWS_PROFILE: 'dev' }),
  keys('a secret alone, beside AWS_PROFILE', { AWS_SECRET_ACCESS_KEY, AWS_PROFILE: 'dev' }),
  keys('a token alone, beside AWS_PROFILE', { AWS_SESSION_TOKEN: 'stale', AWS_PROFILE: 'dev' }),
  keys('an ID alone, beside --profile', { AWS_ACCESS_KEY_ID }, { profile: 'dev' }),
  keys('keys beside AWS_PROFILE', { ...A.env, AWS_PROFILE: 'dev' }),
  keys('keys beside --profile', A.env, { profile: 'dev' }),
  keys('keys beside an AWS_PROFILE that does not exist', { ...A.env, AWS_PROFILE: 'missing' }),
  keys('keys beside a broken config file', A.env, { config: '[profile dev]\nword\n' }),
  keys('keys beside a broken credentials file', A.env, { credentials: 'word\n' }),
  keys('keys with blanks', { AWS_ACCESS_KEY_ID: ` ${A.id}`, AWS_SECRET_ACCESS_KEY: `${A.secret} ` }),
  keys('keys with a line break', { ...A.env, AWS_SECRET_ACCESS_KEY: `${A.secret}\n` }),
  keys('another secret', { ...A.env, AWS_SECRET_ACCESS_KEY: B.secret }),
  keys('an AWS_CREDENTIAL_EXPIRATION of the past', { ...T.env, AWS_CREDENTIAL_EXPIRATION: PAST }),
  keys('an AWS_CREDENTIAL_EXPIRATION in words', { ...T.env, AWS_CREDENTIAL_EXPIRATION: 'tomorrow' }),
  keys('AWS_ACCESS_KEY and AWS_SECRET_KEY', { AWS_ACCESS_KEY: A.id, AWS_SECRET_KEY: A.secret }),
  keys('keys beside a role of [default]', A.env, { config: `[default]\n${roleOf(ONE, 'dev')}${DEV}` }),
];

const ofProfiles: Case[] = [
  keys('AWS_PROFILE', { AWS_PROFILE: 'dev' }),
  keys('AWS_DEFAULT_PROFILE', { AWS_DEFAULT_PROFILE: 'dev' }),
  keys('both', { AWS_PROFILE: 'default', AWS_DEFAULT_PROFILE: 'dev' }),
  keys('both, the other way', { AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: 'default' }),
  keys('AWS_PROFILE beside an empty AWS_DEFAULT_PROFILE', { AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: '' }),
  keys('an empty AWS_PROFILE beside AWS_DEFAULT_PROFILE', { AWS_PROFILE: '', AWS_DEFAULT_PROFILE: 'dev' }),
  keys('an empty AWS_PROFILE', { AWS_PROFILE: '' }),
  keys('an empty AWS_DEFAULT_PROFILE', { AWS_DEFAULT_PROFILE: '' }),
  keys('one that does not exist', { AWS_PROFILE: 'missing' }),
  keys('one that does not exist beside AWS_DEFAULT_PROFILE', {
    AWS_PROFILE: 'missing',
    AWS_DEFAULT_PROFILE: 'dev',
  }),
  keys('one that does not exist in AWS_DEFAULT_PROFILE', {
    AWS_PROFILE: 'dev',
    AWS_DEFAULT_PROFILE: 'missing',
  }),
  keys('default, which does not exist', { AWS_PROFILE: 'default' }, { config: DEV }),
  keys('with a blank behind it', { AWS_PROFILE: 'dev ' }),
  keys('none', {}),
  keys('none, and no [default]', {}, { config: DEV }),
  keys('--profile beside AWS_PROFILE', { AWS_PROFILE: 'default' }, { profile: 'dev' }),
  keys('--profile beside AWS_DEFAULT_PROFILE', { AWS_DEFAULT_PROFILE: 'default' }, { profile: 'dev' }),
  keys('--profile that does not exist', { AWS_PROFILE: 'dev' }, { profile: 'missing' }),
  keys('no files at all', {}, { config: '' }),
];

const token = { AWS_WEB_IDENTITY_TOKEN_FILE: '{HOME}/web-token' };
const ambient = { ...token, AWS_ROLE_ARN: ONE };

/** With the token's file. */
function webbed(name: string, env: Case['env'], rest: Partial<Case> = {}): Case {
  return { name, files: WEB_FILE, ...(env === undefined ? {} : { env }), ...rest };
}

const ofWebIdentity: Case[] = [
  webbed('alone', ambient),
  webbed('with a session name', { ...ambient, AWS_ROLE_SESSION_NAME: 'job-1' }),
  webbed('with an empty session name', { ...ambient, AWS_ROLE_SESSION_NAME: '' }),
  webbed('without AWS_ROLE_ARN', token),
  webbed('with an empty AWS_ROLE_ARN', { ...token, AWS_ROLE_ARN: '' }),
  webbed('an empty file name', { AWS_WEB_IDENTITY_TOKEN_FILE: '', AWS_ROLE_ARN: ONE }, { config: DEFAULT }),
  webbed('AWS_ROLE_ARN alone', { AWS_ROLE_ARN: ONE }, { config: DEFAULT }),
  webbed('AWS_ROLE_ARN alone, beside keys', { AWS_ROLE_ARN: ONE, ...A.env }),
  webbed('beside keys in the environment', { ...ambient, ...A.env }),
  webbed('beside keys of [default]', ambient, { config: DEFAULT }),
  webbed('beside keys of [default] in credentials', ambient, { credentials: DEFAULT }),
  webbed('beside a role of [default]', ambient, { config: `[default]\n${roleOf(TWO, 'dev')}${DEV}` }),
  webbed('beside a web identity of [default]', ambient, { config: `[default]\n${web(TWO)}` }),
  webbed('beside SSO of [default]', ambient, {
    config: `[default]\n${sso('Dev')}${SSO_SESSION}`,
    files: { ...WEB_FILE, ...ssoCache('corp') },
  }),
  webbed('beside AWS_PROFILE of keys', { ...ambient, AWS_PROFILE: 'dev' }, { config: DEV }),
  webbed(
    'beside AWS_PROFILE of a role',
    { ...ambient, AWS_PROFILE: 'r' },
    { config: `[profile r]\n${roleOf(TWO, 'dev')}${DEV}` },
  ),
  webbed(
    'beside AWS_PROFILE of a web identity',
    { ...ambient, AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'beside AWS_PROFILE of SSO',
    { ...ambient, AWS_PROFILE: 's' },
    { config: `[profile s]\n${sso('Dev')}${SSO_SESSION}`, files: { ...WEB_FILE, ...ssoCache('corp') } },
  ),
  webbed('beside AWS_PROFILE that does not exist', { ...ambient, AWS_PROFILE: 'missing' }, { config: DEV }),
  webbed('beside --profile of keys', ambient, { config: DEV, profile: 'dev' }),
  webbed('beside --profile of a web identity', ambient, { config: `[profile w]\n${web(TWO)}`, profile: 'w' }),
  webbed(
    'AWS_ROLE_ARN over a web identity of AWS_PROFILE',
    { AWS_ROLE_ARN: ONE, AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'AWS_ROLE_ARN beside a web identity of --profile',
    { AWS_ROLE_ARN: ONE },
    { config: `[profile w]\n${web(TWO)}`, profile: 'w' },
  ),
  webbed(
    'an empty AWS_ROLE_ARN over a web identity of AWS_PROFILE',
    { AWS_ROLE_ARN: '', AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'AWS_ROLE_SESSION_NAME over a web identity of AWS_PROFILE',
    { AWS_ROLE_SESSION_NAME: 'job-2', AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}role_session_name = job-3\n` },
  ),
  webbed(
    'AWS_ROLE_SESSION_NAME beside a web identity of --profile',
    { AWS_ROLE_SESSION_NAME: 'job-2' },
    { config: `[profile w]\n${web(TWO)}role_session_name = job-3\n`, profile: 'w' },
  ),
  webbed(
    'the token’s file of the environment, the role of the profile',
    { ...token, AWS_PROFILE: 'w' },
    { config: `[profile w]\nrole_arn = ${TWO}\n` },
  ),
  webbed(
    'a file that is not there',
    { ...ambient, AWS_WEB_IDENTITY_TOKEN_FILE: '{HOME}/missing' },
    { config: DEFAULT },
  ),
  webbed('a token that AWS refuses', ambient, { config: DEFAULT, files: { 'web-token': 'other' } }),
  webbed('a path with ~', { AWS_WEB_IDENTITY_TOKEN_FILE: '~/web-token', AWS_ROLE_ARN: ONE }),
  webbed(
    'with AWS_DEFAULT_PROFILE',
    { AWS_ROLE_ARN: ONE, AWS_DEFAULT_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'for a role whose source is a profile without credentials',
    { ...ambient, AWS_PROFILE: 'r' },
    { config: `[profile r]\n${roleOf(TWO, 'empty')}[profile empty]\nregion = us-east-1\n` },
  ),
];

const full = { AWS_CONTAINER_CREDENTIALS_FULL_URI: '{container}/c' };

const ofContainers: Case[] = [
  { name: 'alone', env: full },
  {
    name: 'with an authorization',
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer x' },
    container: { authorization: 'Bearer x' },
  },
  {
    name: 'with another authorization',
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer y' },
    container: { authorization: 'Bearer x' },
  },
  {
    name: 'with a file of an authorization',
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '{HOME}/auth' },
    container: { authorization: 'Bearer x' },
    files: { auth: 'Bearer x' },
  },
  {
    name: 'with a file that ends in a line break',
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '{HOME}/auth' },
    container: { authorization: 'Bearer x' },
    files: { auth: 'Bearer x\n' },
  },
  {
    name: 'with a file and a variable',
    env: {
      ...full,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '{HOME}/auth',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer y',
    },
    container: { authorization: 'Bearer x' },
    files: { auth: 'Bearer x' },
  },
  {
    name: 'with a file that is not there',
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '{HOME}/auth' },
  },
  { name: 'beside keys in the environment', env: { ...full, ...A.env } },
  { name: 'beside [default] of keys', env: full, config: DEFAULT },
  { name: 'beside [default] without keys', env: full, config: '[default]\nregion = us-east-1\n' },
  { name: 'beside AWS_PROFILE of keys', env: { ...full, AWS_PROFILE: 'dev' }, config: DEV },
  {
    name: 'beside AWS_PROFILE without keys',
    env: { ...full, AWS_PROFILE: 'x' },
    config: '[profile x]\nregion = us-east-1\n',
  },
  {
    name: 'beside --profile without keys',
    env: full,
    config: '[profile x]\nregion = us-east-1\n',
    profile: 'x',
  },
  { name: 'beside AWS_PROFILE that does not exist', env: { ...full, AWS_PROFILE: 'missing' }, config: DEV },
  {
    name: 'beside a source_profile without keys',
    env: { ...full, AWS_PROFILE: 'r' },
    config: `[profile r]\n${roleOf(ONE, 'x')}[profile x]\nregion = us-east-1\n`,
  },
  { name: 'beside a web identity', env: { ...full, ...ambient }, files: WEB_FILE },
  { name: 'that answers 500 once', env: full, container: { statuses: [500] } },
  { name: 'that answers 404', env: full, container: { statuses: Array(9).fill(404) } },
  { name: 'that answers no JSON', env: full, container: { body: 'hello' } },
  { name: 'that answers without keys', env: full, container: { body: '{}' } },
  {
    name: 'that answers without a token',
    env: full,
    container: {
      body: JSON.stringify({
        AccessKeyId: A.id,
        SecretAccessKey: A.secret,
        Expiration: '2099-01-01T00:00:00Z',
      }),
    },
  },
  {
    name: 'that answers without an Expiration',
    env: full,
    container: { body: JSON.stringify({ AccessKeyId: T.id, SecretAccessKey: T.secret, Token: T.token }) },
  },
  {
    name: 'of a host that is not allowed',
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/c' },
    config: '',
  },
  { name: 'of an empty URI', env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: '' } },
  { name: 'of localhost', env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: '{container}/c?x=y' } },
];

const instance = { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: '{instance}/' };

const ofInstances: Case[] = [
  { name: 'alone', env: instance },
  {
    name: 'without a slash behind the endpoint',
    env: { ...instance, AWS_EC2_METADATA_SERVICE_ENDPOINT: '{instance}' },
    newer: 'Debian’s CLI puts no slash between the endpoint and the path.',
  },
  { name: 'switched off', env: { ...instance, AWS_EC2_METADATA_DISABLED: 'true' } },
  { name: 'switched off in capitals', env: { ...instance, AWS_EC2_METADATA_DISABLED: 'TRUE' } },
  { name: 'switched off by 1', env: { ...instance, AWS_EC2_METADATA_DISABLED: '1' } },
  { name: 'beside keys of [default]', env: instance, config: DEFAULT },
  {
    name: 'beside AWS_PROFILE without keys',
    env: { ...instance, AWS_PROFILE: 'x' },
    config: '[profile x]\nregion = us-east-1\n',
  },
  {
    name: 'beside --profile without keys',
    env: instance,
    config: '[profile x]\nregion = us-east-1\n',
    profile: 'x',
  },
  { name: 'beside a container', env: { ...instance, ...full } },
  {
    name: 'beside a container that fails',
    env: { ...instance, ...full },
    container: { statuses: Array(9).fill(404) },
  },
  {
    name: 'endpoint of the profile',
    env: { AWS_EC2_METADATA_DISABLED: undefined, AWS_PROFILE: 'x' },
    config: '[profile x]\nec2_metadata_service_endpoint = {instance}/\n',
  },
  { name: 'without tokens', env: instance, instance: { tokenless: true } },
  { name: 'that answers 500 once, one attempt', env: instance, instance: { statuses: [500] } },
  {
    name: 'that answers 500 once, two attempts',
    env: { ...instance, AWS_METADATA_SERVICE_NUM_ATTEMPTS: '2' },
    instance: { statuses: [500] },
  },
  {
    name: 'that answers 429 once, two attempts',
    env: { ...instance, AWS_METADATA_SERVICE_NUM_ATTEMPTS: '2' },
    instance: { statuses: [429] },
  },
  {
    name: 'that answers 500 once, two attempts of the profile',
    env: { ...instance, AWS_PROFILE: 'x' },
    config: '[profile x]\nmetadata_service_num_attempts = 2\n',
    instance: { statuses: [500] },
  },
  { name: 'that never answers', env: instance, instance: { hangs: true } },
  {
    name: 'that never answers, a timeout of the profile',
    env: { ...instance, AWS_METADATA_SERVICE_TIMEOUT: undefined, AWS_PROFILE: 'x' },
    config: '[profile x]\nmetadata_service_timeout = 1\n',
    instance: { hangs: true },
  },
  { name: 'that answers no JSON', env: instance, instance: { body: 'hello' } },
  {
    name: 'that answers a failure',
    env: instance,
    instance: { body: JSON.stringify({ Code: 'AssumeRoleUnauthorizedAccess', Message: 'x' }) },
  },
  {
    name: 'that answers expired keys',
    env: instance,
    instance: {
      body: JSON.stringify({
        Code: 'Success',
        AccessKeyId: T.id,
        SecretAccessKey: T.secret,
        Token: T.token,
        Expiration: PAST,
      }),
    },
  },
  {
    name: 'version 1 switched off',
    env: { ...instance, AWS_EC2_METADATA_V1_DISABLED: 'true' },
    instance: { tokenless: true },
  },
];

const keysFile = `[dev]\n${A.lines}`;
const unreadable = '/proc/sys/vm/compact_memory';

const ofFiles: Case[] = [
  {
    name: 'AWS_CONFIG_FILE',
    env: { AWS_CONFIG_FILE: '{HOME}/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
    config: DEV,
  },
  {
    name: 'AWS_SHARED_CREDENTIALS_FILE',
    env: { AWS_SHARED_CREDENTIALS_FILE: '{HOME}/c', AWS_PROFILE: 'dev' },
    files: { c: keysFile },
    credentials: `[dev]\n${B.lines}`,
  },
  {
    name: 'AWS_CONFIG_FILE with ~',
    env: { AWS_CONFIG_FILE: '~/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_CONFIG_FILE with $HOME',
    env: { AWS_CONFIG_FILE: '$HOME/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_CONFIG_FILE with a variable in braces',
    env: { AWS_CONFIG_FILE: `\${TMPDIR}/home/c`, AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_SHARED_CREDENTIALS_FILE with ~',
    env: { AWS_SHARED_CREDENTIALS_FILE: '~/c', AWS_PROFILE: 'dev' },
    files: { c: keysFile },
  },
  {
    name: 'AWS_SHARED_CREDENTIALS_FILE with $HOME',
    env: { AWS_SHARED_CREDENTIALS_FILE: '$HOME/c', AWS_PROFILE: 'dev' },
    files: { c: keysFile },
  },
  {
    name: 'a relative AWS_CONFIG_FILE',
    env: { AWS_CONFIG_FILE: 'c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'AWS_CONFIG_FILE of a variable that is not set',
    env: { AWS_CONFIG_FILE: '{HOME}/$NOTHING', AWS_PROFILE: 'dev' },
    credentials: keysFile,
    files: { $NOTHING: `[profile dev]\nregion = us-east-1\n` },
  },
  {
    name: 'an AWS_CONFIG_FILE that is not there',
    env: { AWS_CONFIG_FILE: '{HOME}/missing', AWS_PROFILE: 'dev' },
    credentials: keysFile,
    config: DEV,
  },
  {
    name: 'an AWS_CONFIG_FILE that is not there, keys of the standard one',
    env: { AWS_CONFIG_FILE: '{HOME}/missing', AWS_PROFILE: 'dev' },
    config: DEV,
  },
  { name: 'an empty AWS_CONFIG_FILE', env: { AWS_CONFIG_FILE: '', AWS_PROFILE: 'dev' }, config: DEV },
  {
    name: 'an empty AWS_SHARED_CREDENTIALS_FILE',
    env: { AWS_SHARED_CREDENTIALS_FILE: '', AWS_PROFILE: 'dev' },
    credentials: keysFile,
  },
  {
    name: '/dev/null as the config file',
    env: { AWS_CONFIG_FILE: '/dev/null', AWS_PROFILE: 'dev' },
    credentials: keysFile,
    config: DEV,
  },
  {
    name: '/dev/null as the credentials file',
    env: { AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_PROFILE: 'dev' },
    config: DEV,
    credentials: keysFile,
  },
  {
    name: '/dev/null as both, beside keys',
    env: { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', ...A.env },
  },
  {
    name: 'a folder as the config file',
    env: { AWS_CONFIG_FILE: '{HOME}', AWS_PROFILE: 'dev' },
    credentials: keysFile,
  },
  {
    name: 'a folder as the credentials file',
    env: { AWS_SHARED_CREDENTIALS_FILE: '{HOME}', AWS_PROFILE: 'dev' },
    config: DEV,
  },
  { name: 'a folder as the config file, beside keys', env: { AWS_CONFIG_FILE: '{HOME}', ...A.env } },
  {
    name: 'a link that leads nowhere',
    env: { AWS_PROFILE: 'dev' },
    links: { '.aws/config': 'missing' },
    credentials: keysFile,
  },
  {
    name: 'a link to itself',
    env: { AWS_PROFILE: 'dev' },
    links: { '.aws/config': 'config' },
    credentials: keysFile,
    difference: 'unreadable-file',
  },
  {
    name: 'a link to a file',
    env: { AWS_PROFILE: 'dev' },
    links: { '.aws/config': '{HOME}/c' },
    files: { c: `[profile dev]\n${A.lines}` },
  },
  {
    name: 'a config file that may not be read, beside keys',
    env: A.env,
    links: { '.aws/config': unreadable },
  },
  {
    name: 'a credentials file that may not be read, beside keys',
    env: A.env,
    links: { '.aws/credentials': unreadable },
  },
  {
    name: 'one file in both variables',
    env: { AWS_CONFIG_FILE: '{HOME}/c', AWS_SHARED_CREDENTIALS_FILE: '{HOME}/c', AWS_PROFILE: 'dev' },
    files: { c: `[profile dev]\nregion = us-east-1\n${keysFile}` },
  },
];

export const environments: readonly Kind[] = [
  { title: 'Keys in the environment come before all, or are an error.', cases: ofKeys },
  { title: 'AWS_DEFAULT_PROFILE and AWS_PROFILE name the profile.', cases: ofProfiles },
  { title: 'A web identity of the environment has its place in the order.', cases: ofWebIdentity },
  { title: 'A container’s endpoint comes late.', cases: ofContainers },
  { title: 'An instance’s metadata comes last.', cases: ofInstances },
  { title: 'The files are where the variables say.', cases: ofFiles },
];
