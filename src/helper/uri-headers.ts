// The other `get`, which Bazel and its relatives send: a URI as JSON on stdin, answered with HTTP headers as JSON.
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

/** The request is sent without credentials: to a host that is not ours, as the storage that ECR redirects to. */
const NO_HEADERS: Answer = { outcome: 'success', text: '{"headers":{}}\n' };

/** No server URL begins as a JSON object does. */
export function asksByURI(input: string): boolean {
  return /^\s*\{/.test(input);
}

/** Whom a `get` is about, in either protocol. @throws XacctError `protocol` */
export function serverURLOf(input: string): string | undefined {
  return asksByURI(input) ? placeIn(input)?.hostname : readServerURL(input);
}

/** What sends the caller on without a credential, in its protocol. */
export function withoutCredential(input: string): Answer {
  return asksByURI(input) ? NO_HEADERS : notFound;
}

/**
 * Headers for a URI of a registry of ours. With the time from which there is a newer token: Bazel keeps them until then, and
 * for 30 minutes where it is not said. @throws XacctError; WholeEnvironmentNeeded
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

/** Undefined where no credential is given: only https is. @throws XacctError `protocol` where it is no request. */
function placeIn(input: string): Place | undefined {
  const [, authority = '', path = ''] = /^https:\/\/([^/?#]+)([^?#]*)/i.exec(readURI(input)) ?? [];
  const hostname = parseServerURL(authority)?.hostname;
  return hostname === undefined ? undefined : { hostname, isTokenEndpoint: /^\/token\/?$/.test(path) };
}

/** Members that are not known are passed over, as the protocol says. */
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

/** ECR takes Docker's user and password; ECR Public the token that AWS gives, which is made of the same two. */
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

/** `expires`: epoch ms by this machine's clock, which the caller goes by. Bazel reads no fractions of a second. */
function headers(Authorization: string, expires?: number): Answer {
  const time = expires === undefined ? undefined : new Date(expires).toISOString().replace(/\.\d+/, '');
  const response = { headers: { Authorization: [Authorization] }, expires: time };
  return { outcome: 'success', text: `${JSON.stringify(response)}\n` };
}

function noRequest(why: string): XacctError {
  return new XacctError('protocol', `stdin is no GetCredentialsRequest: ${why}`, {
    hint: { say: 'Bazel sends {"uri": "https://HOST/v2/…"}; Docker, a hostname' },
  });
}
