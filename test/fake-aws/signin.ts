// AWS Sign-In, which renews the sessions of `aws login`: new AWS credentials for a refresh token and proof of a key.
import { createHash, createPublicKey, type JsonWebKeyInput, verify } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { restJson } from './protocol.ts';
import type { Parameters, Service, UnsignedCall } from './service.ts';
import type { World } from './world.ts';

const SESSION_MS = 900_000;

type Jwk = JsonWebKeyInput['key'];

/** The proof of the key (DPoP) is a header, so it is passed with the parameters. */
export const signin: Service = {
  name: 'signin',
  protocol: restJson,
  recognise({ method, url, headers, body }) {
    if (method !== 'POST' || url !== '/v1/token') return undefined;
    const parameters: Parameters = JSON.parse(body);
    return { action: 'CreateOAuth2Token', parameters: { ...parameters, proofToken: headers.dpop } };
  },
  signed: {},
  unsigned: { CreateOAuth2Token: createOAuth2Token },
};

/** The service's own names (LoginCredentialsFetcher reads them from `error`). */
function refusal(error: string, message: string): AwsError {
  return new AwsError('AccessDeniedException', 400, message, { error });
}

function createOAuth2Token({ world, parameters }: UnsignedCall): object {
  const refreshToken = String(parameters.refreshToken);
  const session = world.loginRefreshTokens.get(refreshToken);
  if (parameters.grantType !== 'refresh_token' || session === undefined) {
    throw refusal('TOKEN_EXPIRED', 'The refresh token has expired');
  }
  if (session.refusal !== undefined) throw refusal(session.refusal, 'The session cannot be renewed');
  if (parameters.clientId !== session.clientId || provenKey(world, parameters) !== session.keyThumbprint) {
    throw new AwsError('ValidationException', 400, 'Invalid DPoP proof', { error: 'INVALID_REQUEST' });
  }
  world.loginRefreshTokens.delete(refreshToken);
  const next = `${refreshToken}-next`;
  world.loginRefreshTokens.set(next, session);
  const credentials = world.issueSession(session.caller, world.now() + SESSION_MS);
  return {
    accessToken: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      sessionToken: credentials.session.token,
    },
    tokenType: 'aws_sigv4',
    expiresIn: SESSION_MS / 1000,
    refreshToken: next,
  };
}

/** RFC 9449: a token that is signed for this request by the key in its header. Undefined if it proves nothing. */
function provenKey(world: World, { proofToken }: Parameters): string | undefined {
  const [head = '', claims = '', signature = ''] = String(proofToken).split('.');
  const { typ, jwk }: { typ?: string; jwk?: Jwk } = decoded(head);
  const { htm, iat }: { htm?: string; iat?: number } = decoded(claims);
  if (typ !== 'dpop+jwt' || jwk === undefined || htm !== 'POST') return undefined;
  if (Math.abs((iat ?? 0) - world.now() / 1000) > 300) return undefined;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  return isSigned ? thumbprint(jwk) : undefined;
}

function decoded(part: string): object {
  return part === '' ? {} : JSON.parse(Buffer.from(part, 'base64url').toString());
}

/** RFC 7638. */
export function thumbprint({ crv, kty, x, y }: Jwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
