// The key of a token in memory: everything that its identity was resolved from, with digests instead of secrets.
import { childEnvironment } from '../caller-environment.ts';
import type { Environment } from '../invocation.ts';
import { digest } from '../profiles/digest.ts';
import { chainOf, followedSettings } from './chain.ts';
import type { CallerWorld, Identity } from './identity.ts';
import type { Resolution } from './resolve.ts';
import { serviceAccountToken } from './service-account.ts';
import type { Source } from './source.ts';
import { variablesOfToken, type WebIdentityToken } from './web-identity-token.ts';

/** Where to call AWS and where sessions are stored, for every identity. */
const PLACE_VARIABLES = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_ECR',
  'AWS_ENDPOINT_URL_ECR_PUBLIC',
  'AWS_ENDPOINT_URL_STS',
  'AWS_ENDPOINT_URL_SSO',
  'AWS_ENDPOINT_URL_SSO_OIDC',
  'AWS_ENDPOINT_URL_SIGNIN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_LOGIN_CACHE_DIRECTORY',
  'HOME',
];
const KEY_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
];
const CONTAINER_VARIABLES = [
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];
/** The variables that must not be kept after the answer. */
const SECRET_VARIABLES = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];
const INSTANCE_VARIABLES = [
  'AWS_EC2_METADATA_DISABLED',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_EC2_METADATA_V1_DISABLED',
];

/**
 * The variables of a credential_process that decide whose keys it returns: the search path, and those of the usual
 * vaults, sign-in tools and key stores. None of them differs between terminals, SSH logins or CI jobs.
 */
const PROCESS_VARIABLE =
  /^(?:PATH$|HOME$|XDG_(?:CONFIG|DATA)_HOME$|GNUPGHOME$|PASSWORD_STORE_|KRB5|(?:AWS|VAULT|OP|OKTA|GIMME_AWS_CREDS|SAML2AWS|ONELOGIN|AZURE|ARM|GOOGLE|CLOUDSDK|BW|LPASS|CONJUR|BOUNDARY|TELEPORT|TSH|GRANTED|LEAPP|INFISICAL|DOPPLER|KEEPASSXC|GOPASS|SOPS)_)/;

/**
 * One token serves every registry with this key: same identity, service, region and endpoint variant. The key contains
 * what the identity was resolved FROM (rule, settings of the profile and its sources, variables), never the result: an
 * assumed role has new keys each time. So an edit of any of them makes another key, and takes effect on the next `get`.
 */
export function identityKey(resolution: Resolution, world: CallerWorld): string {
  const { registry, identity } = resolution;
  const place = [registry.service, registry.region, registry.partition, registry.fips, registry.dualStack];
  return `${JSON.stringify(place)}${credentialKey(identity, world)}`;
}

/**
 * What the AWS credentials of an identity are resolved from, for any use.
 * @throws XacctError as `chainOf` does; WholeEnvironmentNeeded if a process gives them.
 */
export function credentialKey(identity: Identity, world: CallerWorld): string {
  const { profiles, env } = world;
  const chain = chainOf(identity, profiles, env);
  const followed = followedSettings(identity, profiles, env);
  return JSON.stringify([
    chain.links.map(({ name, settings }) => [name, settings]),
    chain.roles,
    followed,
    followed.services === undefined ? undefined : profiles.section('services', followed.services),
    ...sourceParts(chain.source, world),
  ]);
}

/** What the first credentials come from. @throws WholeEnvironmentNeeded */
export function sourceParts(source: Source, world: CallerWorld): unknown[] {
  const { env } = world;
  const names = [...PLACE_VARIABLES, ...variablesOf(source)].sort();
  const parts = [source, names.map((name) => [name, withoutSecret(name, env[name])])];
  if (source.kind === 'process') return [...parts, processDigest(world)];
  return source.kind === 'web-identity' ? [...parts, ...tokenDigests(source.token, env)] : parts;
}

/** A caller may have hundreds of profiles with a process. */
const processDigests = new WeakMap<CallerWorld, string>();

/**
 * A digest of all variables that a process may use, as any of them may be secret. It uses OpenSSL: `digest` would take
 * a millisecond for this much. Only a caller with such a profile loads OpenSSL.
 */
function processDigest(world: CallerWorld): string {
  const known = processDigests.get(world);
  if (known !== undefined) return known;
  const env = childEnvironment(world.env);
  const { processEnv } = world.config;
  const names = Object.keys(env).filter((name) => PROCESS_VARIABLE.test(name) || processEnv.includes(name));
  const parts = JSON.stringify(names.sort().map((name) => [name, env[name]]));
  const made = process.getBuiltinModule('node:crypto').hash('sha256', parts, 'base64url');
  processDigests.set(world, made);
  return made;
}

/** Digests of the variables that contain the token or are used to request it. Clients do not always send these. */
function tokenDigests(token: WebIdentityToken, env: Environment): unknown[] {
  const names = variablesOfToken(token);
  if (names.length === 0) return [];
  const whole = childEnvironment(env);
  return names.map((name) => digest(whole[name] ?? ''));
}

/** A digest of each secret only: a digest of everything would be most of the work of a `get`. */
function withoutSecret(name: string, value: string | undefined): string | undefined {
  return SECRET_VARIABLES.includes(name) && value ? digest(value) : value;
}

function variablesOf({ kind }: Source): readonly string[] {
  switch (kind) {
    case 'environment':
      return KEY_VARIABLES;
    case 'container':
      return CONTAINER_VARIABLES;
    case 'instance':
      return INSTANCE_VARIABLES;
    case 'process':
    case 'static':
    case 'web-identity':
    case 'sso':
    case 'login':
      return [];
  }
}

/**
 * Whether the credentials depend on more of the environment than is always sent: a credential_process may use any
 * variable, and a CI job's token is in one. @throws XacctError as `chainOf` does.
 */
export function needsWhole(identity: Identity, { profiles, env }: CallerWorld): boolean {
  const { source } = chainOf(identity, profiles, env);
  if (source.kind === 'web-identity') return variablesOfToken(source.token).length > 0;
  return source.kind === 'process';
}

/** Whether the environment has a secret in it: AWS keys, a container's or a pod's token, a proxy's password. */
export function holdsSecret(env: Environment): boolean {
  if (serviceAccountToken(env) !== undefined) return true;
  return Object.entries(env).some(
    ([name, value]) =>
      (SECRET_VARIABLES.includes(name) && value) || (/_proxy$/i.test(name) && value?.includes('@')),
  );
}
