// Cases of an AWS machine's credentials: a container's endpoint, an instance's metadata.
import {
  A,
  B,
  C,
  type Case,
  type Kind,
  NEWER,
  ONE,
  PAST,
  roleOf,
  T,
  WEB_FILE,
} from '../differential-case.ts';

const DEV = `[profile dev]\n${B.lines}`;
const DEFAULT = `[default]\n${C.lines}`;

const token = { AWS_WEB_IDENTITY_TOKEN_FILE: '{HOME}/web-token' };
const ambient = { ...token, AWS_ROLE_ARN: ONE };

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
    newer: NEWER.tokenFile,
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '{HOME}/auth' },
    container: { authorization: 'Bearer x' },
    files: { auth: 'Bearer x' },
  },
  {
    name: 'with a file that ends in a line break',
    newer: NEWER.tokenFile,
    env: { ...full, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '{HOME}/auth' },
    container: { authorization: 'Bearer x' },
    files: { auth: 'Bearer x\n' },
  },
  {
    name: 'with a file and a variable',
    newer: NEWER.tokenFile,
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
    newer: NEWER.tokenFile,
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

export const machines: readonly Kind[] = [
  { title: 'A container’s endpoint comes late.', cases: ofContainers },
  { title: 'An instance’s metadata comes last.', cases: ofInstances },
];
