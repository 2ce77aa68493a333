// GetAuthorizationToken in the registry's region, at the endpoint that its hostname selects.
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../../errors.ts';
import type { Token } from '../../questions.ts';
import type { Registry } from '../../registry/ecr-hostname.ts';
import type { Connection } from '../connection/connection.ts';
import { type Endpoints, type EndpointVariant, PLAIN_ENDPOINT } from '../connection/endpoints.ts';
import type { TokenCall, TokenClientConfig } from './token-call.ts';
import { refuseIfTooLong } from './too-long.ts';

/** Loads only the client that this mint needs. */
async function callOf({ service }: Registry): Promise<TokenCall> {
  if (service === 'ecr-public') return (await import('./ecr-public-call.ts')).ecrPublicToken;
  return (await import('./ecr-call.ts')).ecrToken;
}

/** `answeredAt`: the clock that the token's expiry is compared with. @throws XacctError `service`; the SDK's errors. */
export async function requestToken(
  registry: Registry,
  config: TokenClientConfig & { credentials: AwsCredentialIdentity },
  answeredAt: Connection['answeredAt'],
): Promise<Token> {
  const call = await callOf(registry);
  const data = await call.get(config);
  return { ...readAuthorization(data), awsNow: answeredAt() };
}

/** The origin of the URL that the SDK calls, unless there is a custom endpoint. */
export async function tokenOrigin(registry: Registry, config: TokenClientConfig): Promise<string> {
  const call = await callOf(registry);
  return (await call.endpoint(config)).origin;
}

/** The hostname selects the endpoint of the API. The user's `use_fips_endpoint` adds to it. */
export function endpointVariant(registry: Registry, endpoints: Endpoints): EndpointVariant {
  if (registry.service === 'ecr-public' || endpoints.isCustom('ecr')) return PLAIN_ENDPOINT;
  return {
    ...(registry.fips ? { useFipsEndpoint: true } : {}),
    ...(registry.dualStack ? { useDualstackEndpoint: true } : {}),
  };
}

function readAuthorization(
  data: { authorizationToken?: string | undefined; expiresAt?: Date | undefined } | undefined,
): Omit<Token, 'awsNow'> {
  const { authorizationToken = '' } = data ?? {};
  refuseIfTooLong('ECR', authorizationToken);
  const [username, password] = splitOnce(Buffer.from(authorizationToken, 'base64').toString(), ':');
  if (!username || !password) {
    throw new XacctError('service', 'ECR answered without an authorization token', {
      hint: { say: 'try again' },
    });
  }
  // A token without an expiry is used once.
  return { username, password, expiresAt: data?.expiresAt?.getTime() ?? 0 };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
