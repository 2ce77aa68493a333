// A machine's sources of AWS credentials: a container's endpoint, an instance's metadata service, the SSO cache.
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { CANARY } from '../../fake-aws/canary.ts';
import { listen } from '../../fake-aws/listen.ts';
import { thumbprint } from '../../fake-aws/signin.ts';
import type { LoginSession } from '../../fake-aws/world.ts';
import type { Certificate } from '../certificates.ts';
import type { Product } from './product.ts';
import type { ProductStage } from './stage.ts';

export interface CredentialEndpoint extends AsyncDisposable {
  /** For AWS_EC2_METADATA_SERVICE_ENDPOINT; with `/container` for AWS_CONTAINER_CREDENTIALS_FULL_URI. */
  readonly url: string;
  /** The Authorization header that `/container` wants. */
  readonly authorization: string;
}

const ROLE_LIST = '/latest/meta-data/iam/security-credentials/';
const METADATA_TOKEN = `${CANARY}-metadata`;
/** The secret of the client that `aws sso login` registers. */
export const CLIENT_SECRET = `${CANARY}-client-secret`;

/**
 * Serves the session `credentials` as a container's agent and an EC2 instance do. `refusals`: the answers to the first
 * requests, each a status or no answer at all.
 */
export async function startCredentialEndpoint(
  credentials: Record<string, string>,
  host = '127.0.0.1',
  wantedPort = 0,
  refusals: (number | 'silence')[] = [],
  tls?: Certificate,
): Promise<CredentialEndpoint> {
  const authorization = `Bearer ${CANARY}-container`;
  const {
    aws_access_key_id: AccessKeyId,
    aws_secret_access_key: SecretAccessKey,
    aws_session_token: Token,
  } = credentials;
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const answer = JSON.stringify({ Code: 'Success', AccessKeyId, SecretAccessKey, Token, Expiration });
  const listener: http.RequestListener = ({ method, url, headers }, response) => {
    const text = (status: number, body: string) => response.writeHead(status).end(body);
    const refusal = refusals.shift();
    if (refusal === 'silence') return;
    if (refusal !== undefined) return text(refusal, '');
    if (url === '/container') {
      if (headers.authorization === authorization) return text(200, answer);
      return text(401, '');
    }
    // Version 2 of the metadata service: it answers only with a token.
    if (method === 'PUT' && url === '/latest/api/token') return text(200, METADATA_TOKEN);
    if (headers['x-aws-ec2-metadata-token'] !== METADATA_TOKEN) return text(401, '');
    if (url === ROLE_LIST) return text(200, 'instance-role');
    return url === `${ROLE_LIST}instance-role` ? text(200, answer) : text(404, '');
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  const { port, close } = await listen(server, host, wantedPort);
  const scheme = tls === undefined ? 'http' : 'https';
  return { url: `${scheme}://${host}:${port}`, authorization, [Symbol.asyncDispose]: close };
}

/** Temporary credentials of the user `dev`, as settings of a profile; `lifetime` in milliseconds. */
export function sessionOfDev({ aws, cast }: Pick<ProductStage, 'aws' | 'cast'>, lifetime: number) {
  const caller = aws.world.credentials(cast.dev.accessKeyId)?.caller;
  if (caller === undefined) throw new Error('there is no user dev');
  const { accessKeyId, secretAccessKey, session } = aws.world.issueSession(
    caller,
    aws.world.now() + lifetime,
  );
  return {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: session.token,
  };
}

/** Settings of a profile as variables of the same names. */
export function asVariables(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name.toUpperCase(), value]));
}

/** The cache folder of `aws login`, with a session of the user `dev`. */
export interface LoginFile {
  /** The setting `login_session`. */
  readonly session: string;
  /** Default `~/.aws/login/cache`. */
  readonly folder?: string;
  /** Milliseconds from now, for the credentials in the file. */
  readonly lifetime: number;
  /** Why AWS does not renew it. */
  readonly refusal?: LoginSession['refusal'];
}

/** Writes what `aws login` writes. @returns the session as AWS knows it. */
export async function writeLoginCache(
  stage: ProductStage,
  { session, folder = join(stage.product.home, '.aws', 'login', 'cache'), lifetime, refusal }: LoginFile,
): Promise<LoginSession> {
  const { world } = stage.aws;
  const caller = world.credentials(stage.cast.dev.accessKeyId)?.caller;
  if (caller === undefined) throw new Error('there is no user dev');
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const refreshToken = `${CANARY}-${randomUUID()}`;
  const known: LoginSession = {
    caller,
    clientId: 'arn:aws:signin:::devtools/same-device',
    keyThumbprint: thumbprint(publicKey.export({ format: 'jwk' })),
    ...(refusal === undefined ? {} : { refusal }),
  };
  world.loginRefreshTokens.set(refreshToken, known);
  const {
    accessKeyId,
    secretAccessKey,
    session: issued,
  } = world.issueSession(caller, world.now() + lifetime);
  const content = {
    accessToken: {
      accessKeyId,
      secretAccessKey,
      sessionToken: issued.token,
      accountId: caller.principal.account.id,
      expiresAt: new Date(issued.expiresAt).toISOString(),
    },
    tokenType: 'aws_sigv4',
    clientId: known.clientId,
    refreshToken,
    dpopKey: privateKey.export({ format: 'pem', type: 'sec1' }),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(loginFile(session, folder), JSON.stringify(content), { mode: 0o600 });
  return known;
}

/** The file of a login session. */
export function loginFile(session: string, folder: string): string {
  return join(folder, `${createHash('sha256').update(session).digest('hex')}.json`);
}

/** Writes what `aws sso login` writes. `session`: the sso_session, or the start URL of older profiles. */
export async function writeSsoCache(
  { home }: Pick<Product, 'home'>,
  session: string,
  token: { accessToken: string; expiresAt: number; refreshToken?: string; registrationExpiresAt?: undefined },
): Promise<void> {
  const folder = join(home, '.aws', 'sso', 'cache');
  await mkdir(folder, { recursive: true });
  const content = {
    region: 'us-east-1',
    clientId: 'client',
    clientSecret: CLIENT_SECRET,
    registrationExpiresAt: '2099-01-01T00:00:00Z',
    ...token,
    expiresAt: new Date(token.expiresAt).toISOString(),
  };
  const name = createHash('sha1').update(session).digest('hex');
  await writeFile(join(folder, `${name}.json`), JSON.stringify(content), { mode: 0o600 });
}
