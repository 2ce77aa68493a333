// GetAuthorizationToken in the registry's region, at the endpoint that its hostname means.
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Environment } from '../config/paths.ts';
import { XacctError } from '../errors.ts';
import type { Profiles } from '../identity/profiles.ts';
import type { Registry } from '../registry/registry.ts';
import type { Token } from '../token/token.ts';
import type { Connection } from './connection.ts';

/** The surroundings of one call. */
export interface TokenContext {
  connection: Connection;
  env: Environment;
  profiles: Profiles;
  profile: string | undefined;
}

/** @throws XacctError `service`; the SDK's errors. */
export async function requestToken(
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
export function checkEndpoints(env: Environment): void {
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
