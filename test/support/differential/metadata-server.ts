// An AWS machine's servers on link-local addresses: a container's credentials, and an instance's metadata.
import http from 'node:http';
import { listen } from '../../fake-aws/listen.ts';
import { AT_CONTAINER, AT_INSTANCE, type Key } from './differential-case.ts';

export interface MetadataBehaviour {
  /** The expected Authorization header; by default any, or none. */
  readonly authorization?: string;
  /** The answer instead of credentials. */
  readonly body?: string;
  /** Statuses of the first answers to the request for credentials. */
  readonly statuses?: readonly number[];
  /** Whether it never answers the request for credentials. */
  readonly hangs?: true;
  /** Whether it does not support tokens (version 1 of an instance's metadata). */
  readonly tokenless?: true;
}

export interface MetadataServer extends AsyncDisposable {
  readonly url: string;
  /** Method and path, in order of arrival. */
  readonly requests: readonly string[];
}

const ROLE_LIST = '/latest/meta-data/iam/security-credentials/';
const TOKEN = 'metadata-token';

/** A container's endpoint answers at every path. */
export function startContainer(behaviour: MetadataBehaviour = {}): Promise<MetadataServer> {
  return start(behaviour, AT_CONTAINER, () => true);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html */
export function startInstance(behaviour: MetadataBehaviour = {}): Promise<MetadataServer> {
  return start(behaviour, AT_INSTANCE, ({ method, url, headers }, response) => {
    const text = (status: number, body: string) => void response.writeHead(status).end(body);
    if (method === 'PUT') text(behaviour.tokenless ? 404 : 200, TOKEN);
    else if (!behaviour.tokenless && headers['x-aws-ec2-metadata-token'] !== TOKEN) text(401, '');
    else if (url === ROLE_LIST) text(200, 'instance-role');
    else if (url === `${ROLE_LIST}instance-role`) return true;
    else text(404, '');
    return false;
  });
}

/** `asks` answers other requests than those for credentials. */
async function start(
  { authorization, body, statuses = [], hangs }: MetadataBehaviour,
  { id, secret, token }: Key,
  asks: (request: http.IncomingMessage, response: http.ServerResponse) => boolean,
): Promise<MetadataServer> {
  const answers = [...statuses];
  const requests: string[] = [];
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const credentials = JSON.stringify({
    Code: 'Success',
    AccessKeyId: id,
    SecretAccessKey: secret,
    Token: token,
    Expiration,
  });
  const server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!asks(request, response) || hangs) return;
    const wanted = authorization === undefined || request.headers.authorization === authorization;
    const status = wanted ? (answers.shift() ?? 200) : 401;
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(status === 200 ? (body ?? credentials) : '');
  });
  const { port, close } = await listen(server, '127.0.0.1', 0);
  return { url: `http://127.0.0.1:${port}`, requests, [Symbol.asyncDispose]: close };
}
