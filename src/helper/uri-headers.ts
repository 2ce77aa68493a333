// The `get` of Bazel and related tools: stdin is JSON with a URI, the answer is JSON with HTTP headers.
// Source: https://github.com/EngFlow/credential-helper-spec (spec.md, schemas/get-credentials-response.schema.json).
import type { AwsClock } from '../aws-clock.ts';
import { type Answer, notFound, readServerURL } from '../docker/messages.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { isRecord } from '../is-record.ts';
import { parseRegistry, type Registry } from '../registry/ecr-hostname.ts';
import { renewedIn } from '../token/lifetime.ts';
import type { LoginStore } from '../token/login-store.ts';
import { answerWithToken, type Remember } from './answer-with-token.ts';
import type { TokenDeps } from './find-token.ts';
import { servedBy } from './served-by.ts';

interface HeadersDeps extends TokenDeps {
  logins: Pick<LoginStore, 'get'>;
  awsClock: Pick<AwsClock, 'here'>;
}

/** The caller sends its request without credentials: the host is not ours (the storage that ECR redirects to, say). */
const NO_HEADERS: Answer = { outcome: 'success', text: '{"headers":{}}\n' };

/** A server URL never begins like a JSON object. */
export function asksByURI(input: string): boolean {
  return /^\s*\{/.test(input);
}

/** The server URL of a `get`, in either protocol. @throws XacctError `protocol` */
export function serverURLOf(input: string): string | undefined {
  return asksByURI(input) ? placeIn(input)?.hostname : readServerURL(input);
}

/** The answer without a credential, in the caller's protocol: the caller continues without. */
export function withoutCredential(input: string): Answer {
  return asksByURI(input) ? NO_HEADERS : notFound;
}

/**
 * Headers for a URI of our registry, with the time of the next renewal: Bazel keeps the headers until then, or for 30
 * minutes without it. @throws XacctError; WholeEnvironmentNeeded
 */
export async function getHeaders(
  deps: HeadersDeps,
  input: string,
  env: Environment,
  remember?: Remember,
): Promise<Answer> {
  const place = placeIn(input);
  if (place === undefined) return NO_HEADERS;
  const { hostname } = place;
  const login = env.ECR_XACCT_PROFILE ? undefined : deps.logins.get(hostname);
  if (login !== undefined) {
    return headers(authorization(place, parseRegistry(hostname), login.username, login.secret));
  }
  const server = await servedBy(hostname, env, deps.readConfig);
  if (server.by !== 'us') return NO_HEADERS;
  const answered = await answerWithToken(
    deps,
    {
      hostname,
      env,
      write: (token, registry, config) => {
        const expires = deps.awsClock.here(token.awsNow + renewedIn(token, config));
        return headers(authorization(place, registry, token.username, token.password), expires);
      },
    },
    remember,
  );
  return answered ?? NO_HEADERS;
}

interface Place {
  hostname: string;
  isTokenEndpoint: boolean;
}

/** Undefined if the URI is not https: it gets no credential. @throws XacctError `protocol` for any other input. */
function placeIn(input: string): Place | undefined {
  const [, authority = '', path = ''] = /^https:\/\/([^/?#]+)([^?#]*)/i.exec(readURI(input)) ?? [];
  const hostname = parseServerURL(authority)?.hostname;
  return hostname === undefined ? undefined : { hostname, isTokenEndpoint: /^\/token\/?$/.test(path) };
}

/** Unknown members are ignored, as the protocol says. */
function readURI(input: string): string {
  let request: unknown;
  try {
    request = JSON.parse(input);
  } catch {
    throw noRequest('it is not JSON');
  }
  const { uri } = isRecord(request) ? request : {};
  if (typeof uri !== 'string' || uri === '') throw noRequest('it has no uri');
  return uri;
}

/**
 * ECR accepts Basic with Docker's username and password; ECR Public accepts AWS's token, which encodes the same two.
 */
function authorization(
  { isTokenEndpoint }: Place,
  registry: Registry | undefined,
  username: string,
  password: string,
): string {
  // https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
  const scheme = registry?.service === 'ecr-public' && !isTokenEndpoint ? 'Bearer' : 'Basic';
  return `${scheme} ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** `expires`: epoch ms by this machine's clock, which the caller uses. Bazel cannot parse fractions of a second. */
function headers(Authorization: string, expires?: number): Answer {
  const time = expires === undefined ? undefined : new Date(expires).toISOString().replace(/\.\d+/, '');
  const response = { headers: { Authorization: [Authorization] }, expires: time };
  return { outcome: 'success', text: `${JSON.stringify(response)}\n` };
}

function noRequest(why: string): XacctError {
  return new XacctError('protocol', `stdin is not a GetCredentialsRequest: ${why}`, {
    hint: { say: 'Bazel sends {"uri": "https://HOST/v2/…"}; Docker, a hostname' },
  });
}
