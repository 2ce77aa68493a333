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
import { resolveCredentials } from './credentials.ts';
import { explainFailure, timeoutFailure } from './failure.ts';
import { sourceOf } from './failure-context.ts';
import { createRoleAssumer } from './role-assumer.ts';

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
  const profiles = createProfileReader()(env);
  const profile = profileOf(resolution.identity);
  checkEndpoints(env);
  // A credential_process is run with the caller's AWS_PROFILE: one that calls `aws` would else call itself.
  const followsLater = sourceOf(resolution.identity, profiles)?.kind === 'process';
  if (!followsLater) followProfile(resolution.identity);
  const connection = createConnection(env, profile === undefined ? undefined : profiles.profile(profile));
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(timeoutFailure(connection.lastExchange(), resolution, profiles, timeoutMs)),
    Math.max(givenAt + timeoutMs - FAREWELL_MS - Date.now(), 1),
  );
  let stage: 'credentials' | 'token' = 'credentials';
  const mint = async () => {
    const credentials = await resolveCredentials(resolution.identity, {
      connection,
      roles: createRoleAssumer(
        { region: resolution.stsRegion, requestHandler: connection.requestHandler },
        sessionName(env),
      ),
      region: resolution.stsRegion,
    });
    stage = 'token';
    if (followsLater) followProfile(resolution.identity);
    return await requestToken(resolution.registry, credentials, { connection, env, profiles, profile });
  };
  try {
    return await Promise.race([mint(), deadline]);
  } catch (error) {
    throw explainFailure(error, { resolution, profiles, stage, exchange: connection.lastExchange() });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What else the SDK takes from a profile (endpoint_url, services, use_fips_endpoint, max_attempts) follows AWS_PROFILE and
 * not the profile a provider was made for. This process mints once, so it may say so.
 */
function followProfile(identity: Identity): void {
  // Keys in the environment go with whatever profile stands beside them, as in the AWS CLI.
  if (identity.kind === 'environment') return;
  const profile = profileOf(identity);
  if (profile === undefined) delete process.env.AWS_PROFILE;
  else process.env.AWS_PROFILE = profile;
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

interface TokenContext {
  connection: Connection;
  env: Environment;
  profiles: Profiles;
  profile: string | undefined;
}

async function requestToken(
  registry: Registry,
  credentials: AwsCredentialIdentity,
  context: TokenContext,
): Promise<Token> {
  const config = {
    region: registry.region,
    credentials,
    requestHandler: context.connection.requestHandler,
    ...endpointFlags(registry, context),
  };
  if (registry.service === 'ecr-public') {
    const { getPublicAuthorizationToken } = await import('./ecr-public-call.ts');
    return readAuthorization(await getPublicAuthorizationToken(config));
  }
  const { getAuthorizationToken } = await import('./ecr-call.ts');
  return readAuthorization(await getAuthorizationToken(config));
}

/** The hostname says which endpoint of the API is meant; `use_fips_endpoint` of the user adds to it. */
function endpointFlags(
  registry: Registry,
  context: TokenContext,
): { useFipsEndpoint?: boolean; useDualstackEndpoint?: boolean } {
  if (registry.service === 'ecr-public') return { useFipsEndpoint: false, useDualstackEndpoint: false };
  // The SDK refuses flags beside an endpoint_url, which says more than they do.
  if (hasCustomEndpoint(context)) return { useFipsEndpoint: false, useDualstackEndpoint: false };
  return {
    ...(registry.fips ? { useFipsEndpoint: true } : {}),
    ...(registry.dualStack ? { useDualstackEndpoint: true } : {}),
  };
}

/** The SDK's own error for these is a bare `Invalid URL`. @throws XacctError `usage`. */
function checkEndpoints(env: Environment): void {
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('AWS_ENDPOINT_URL') || !value || /^https?:\/\/[^/]/.test(value)) continue;
    throw new XacctError(
      'usage',
      `${name}=${value} is not a URL such as https://sts.us-east-1.amazonaws.com`,
      {
        hint: `run: unset ${name}`,
      },
    );
  }
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function hasCustomEndpoint({ env, profiles, profile }: TokenContext): boolean {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return false;
  const settings = profile === undefined ? undefined : profiles.profile(profile);
  if (settings?.ignore_configured_endpoint_urls?.toLowerCase() === 'true') return false;
  const services =
    settings?.services === undefined ? undefined : profiles.section('services', settings.services);
  return Boolean(
    env.AWS_ENDPOINT_URL_ECR ||
      env.AWS_ENDPOINT_URL ||
      services?.['ecr.endpoint_url'] ||
      settings?.endpoint_url,
  );
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
