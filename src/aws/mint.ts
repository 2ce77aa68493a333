// Mints one ECR authorization token: credentials of the identity, then GetAuthorizationToken in the registry's region.
import { userInfo } from 'node:os';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Environment } from '../config/paths.ts';
import { XacctError } from '../errors.ts';
import { type Identity, profileOf } from '../identity/identity.ts';
import { createProfileReader, type Profiles } from '../identity/profiles.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Registry } from '../registry/registry.ts';
import type { Token } from '../token/token.ts';
import { type Connection, createConnection } from './connection.ts';
import { type CredentialDeps, resolveCredentials } from './credentials.ts';
import { createEndpoints, type Endpoints, type EndpointVariant, PLAIN_ENDPOINT } from './endpoints.ts';
import { explainFailure, timeoutFailure } from './failure.ts';
import { sourceOf } from './failure-context.ts';
import { createRoleAssumer } from './role-assumer.ts';
import { withRenewedSession } from './session-renewal.ts';

/** Left to the minter to say what it waited for, before it is killed. Milliseconds. */
const FAREWELL_MS = 250;

/**
 * Mints in this process, whose environment is the caller's. `timeoutMs` began at `givenAt` (epoch ms).
 * @throws XacctError with the command that mends it; never an error of the SDK.
 */
export async function mintToken(
  resolution: Resolution,
  env: Environment,
  timeoutMs: number,
  givenAt: number,
): Promise<Token> {
  const { identity, registry } = resolution;
  const profiles = createProfileReader()(env);
  const profile = followedProfile(identity, env);
  const endpoints = createEndpoints(env, profiles, profile);
  nameFilesInFull(profiles);
  // A credential_process is run with the caller's AWS_PROFILE: one that calls `aws` would else call itself.
  const source = sourceOf(identity, profiles);
  if (source?.kind !== 'process') followProfile(profile);
  const connection = createConnection(env, profiles.profile(profile));
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(timeoutFailure(connection.lastExchange(), resolution, profiles, timeoutMs)),
    Math.max(givenAt + timeoutMs - FAREWELL_MS - Date.now(), 1),
  );
  let stage: 'credentials' | 'token' = 'credentials';
  const mint = async () => {
    const deps = credentialDeps(resolution, { env, profile, endpoints, connection });
    const resolve = () => resolveCredentials(identity, deps);
    const credentials = await withRenewedSession(source, resolve, connection.lastExchange);
    if (!isKeyPair(credentials)) throw new Error('returned invalid credentials');
    stage = 'token';
    followProfile(profile);
    return await requestToken(registry, credentials, {
      requestHandler: connection.requestHandler,
      ...endpointVariant(registry, endpoints),
    });
  };
  try {
    return await Promise.race([mint(), deadline]);
  } catch (error) {
    throw explainFailure(error, { resolution, profiles, env, stage, exchange: connection.lastExchange() });
  } finally {
    clearTimeout(timer);
  }
}

interface MintContext {
  env: Environment;
  /** The one that is followed. */
  profile: string;
  endpoints: Endpoints;
  connection: Connection;
}

function credentialDeps(
  { stsRegion }: Resolution,
  { env, profile, endpoints, connection: { requestHandler } }: MintContext,
): CredentialDeps {
  const stsConfig = { region: stsRegion, requestHandler, ...endpoints.variantFor('sts') };
  const roles = createRoleAssumer(stsConfig, sessionName(env));
  return {
    clientConfig: { requestHandler, ...endpoints.variantFor('sso', 'sso_oidc', 'signin') },
    roles: {
      ...roles,
      assumeRole: (keys, parameters) => {
        // A credential_process that gave the keys has ended.
        followProfile(profile);
        return roles.assumeRole(keys, parameters);
      },
    },
    region: stsRegion,
  };
}

/** The SDK takes whatever a credential_process prints for keys, and fails later and elsewhere. */
function isKeyPair({ accessKeyId, secretAccessKey }: { accessKeyId: unknown; secretAccessKey: unknown }) {
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}

/** Says it in the environment, because not all of the SDK takes `~/` for the home folder: where it looks for an sso-session. */
function nameFilesInFull({ configFile, credentialsFile }: Profiles): void {
  if (process.env.AWS_CONFIG_FILE) process.env.AWS_CONFIG_FILE = configFile;
  if (process.env.AWS_SHARED_CREDENTIALS_FILE) process.env.AWS_SHARED_CREDENTIALS_FILE = credentialsFile;
}

/** Whose endpoint_url, services, use_fips_endpoint, max_attempts and ca_bundle count: as in the AWS CLI, the active profile's. */
function followedProfile(identity: Identity, env: Environment): string {
  // Keys in the environment go with whatever profile stands beside them.
  const active = identity.kind === 'environment' ? env.AWS_PROFILE : profileOf(identity);
  return active || 'default';
}

/** The SDK follows AWS_PROFILE, and not the profile a provider was made for. This process mints once, so it may say so. */
function followProfile(profile: string): void {
  process.env.AWS_PROFILE = profile;
}

/** Names the person in CloudTrail where no role_session_name is given. */
function sessionName(env: Environment): string {
  const user = env.USER || userName();
  const name = user.replace(/[^\w+=,.@-]/g, '-');
  return `ecr-xacct-${name}`.slice(0, 64);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

type ClientConfig = EndpointVariant & Pick<Connection, 'requestHandler'>;

async function requestToken(
  registry: Registry,
  credentials: AwsCredentialIdentity,
  client: ClientConfig,
): Promise<Token> {
  const config = { region: registry.region, credentials, ...client };
  if (registry.service === 'ecr-public') {
    const { getPublicAuthorizationToken } = await import('./ecr-public-call.ts');
    return readAuthorization(await getPublicAuthorizationToken(config));
  }
  const { getAuthorizationToken } = await import('./ecr-call.ts');
  return readAuthorization(await getAuthorizationToken(config));
}

/** The hostname says which endpoint of the API is meant; `use_fips_endpoint` of the user adds to it. */
function endpointVariant(registry: Registry, endpoints: Endpoints): EndpointVariant {
  if (registry.service === 'ecr-public' || endpoints.isCustom('ecr')) return PLAIN_ENDPOINT;
  return {
    ...(registry.fips ? { useFipsEndpoint: true } : {}),
    ...(registry.dualStack ? { useDualstackEndpoint: true } : {}),
  };
}

function readAuthorization(
  data: { authorizationToken?: string | undefined; expiresAt?: Date | undefined } | undefined,
): Token {
  const [username, password] = splitOnce(
    Buffer.from(data?.authorizationToken ?? '', 'base64').toString(),
    ':',
  );
  if (!username || !password) {
    throw new XacctError('service', 'ECR answered without an authorization token', { hint: 'try again' });
  }
  // Without an expiry the token serves this once.
  return { username, password, expiresAt: data?.expiresAt?.getTime() ?? 0 };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
