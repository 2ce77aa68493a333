// GetAuthorizationToken in the registry's region, at the endpoint that its hostname means.
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../../errors.ts';
import type { Token } from '../../questions.ts';
import type { Registry } from '../../registry/ecr-hostname.ts';
import type { Connection } from '../connection/connection.ts';
import { type Endpoints, type EndpointVariant, PLAIN_ENDPOINT } from '../connection/endpoints.ts';
import type { TokenCall, TokenClientConfig } from './token-call.ts';
import { refuseIfTooLong } from './too-long.ts';

/** Apart: a mint loads only the client that it needs. */
async function callOf({ service }: Registry): Promise<TokenCall> {
  if (service === 'ecr-public') return (await import('./ecr-public-call.ts')).ecrPublicToken;
  return (await import('./ecr-call.ts')).ecrToken;
}

/** `answeredAt`: by whose clock the token expires. @throws XacctError `service`; the SDK's errors. */
export async function requestToken(
  registry: Registry,
  config: TokenClientConfig & { credentials: AwsCredentialIdentity },
  answeredAt: Connection['answeredAt'],
): Promise<Token> {
  const call = await callOf(registry);
  const data = await call.get(config);
  return { ...readAuthorization(data), awsNow: answeredAt() };
}

/** Of the URL that the SDK will call, unless it is a custom endpoint. */
export async function tokenOrigin(registry: Registry, config: TokenClientConfig): Promise<string> {
  const call = await callOf(registry);
  return (await call.endpoint(config)).origin;
}

/** The hostname says which endpoint of the API is meant; `use_fips_endpoint` of the user adds to it. */
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
  // Without an expiry the token serves this once.
  return { username, password, expiresAt: data?.expiresAt?.getTime() ?? 0 };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
