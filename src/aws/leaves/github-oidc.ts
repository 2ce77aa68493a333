// Requests the OIDC token of a GitHub job, with the job's own variables.
// Source: https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
import { GITHUB_VARIABLES } from '../../identity/web-identity-token.ts';
import { isRecord } from '../../is-record.ts';
import type { Connection } from '../connection/connection.ts';
import { noGithubToken } from '../failures/web-identity-failure.ts';

/**
 * Uses the same proxy and authorities as the requests to AWS.
 * @throws XacctError `web-identity`; the system's error if the connection fails.
 */
export async function githubToken(
  audience: string,
  env: Readonly<Record<string, string>>,
  requestHandler: Connection['requestHandler'],
): Promise<string> {
  const [asked, bearer] = GITHUB_VARIABLES.map((name) => env[name]);
  if (!asked || !bearer) throw noGithubToken();
  const url = URL.parse(asked);
  // Its bearer token is a secret: unencrypted it must not leave this machine.
  if (url === null || (url.protocol !== 'https:' && !isOwn(url))) throw noGithubToken('its URL is not https');
  url.searchParams.set('audience', audience);
  const request: Parameters<typeof requestHandler.handle>[0] = {
    ...{ protocol: url.protocol, hostname: url.hostname, method: 'GET', path: url.pathname },
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, authorization: `bearer ${bearer}`, accept: 'application/json' },
    clone: () => request,
  };
  const { response } = await requestHandler.handle(request);
  if (response.statusCode !== 200) throw noGithubToken(`HTTP ${response.statusCode}`);
  return tokenIn(Buffer.from(response.body).toString());
}

function isOwn({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
}

function tokenIn(body: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (cause) {
    throw noGithubToken('its answer is not JSON', cause);
  }
  if (isRecord(answer) && typeof answer.value === 'string' && answer.value !== '') return answer.value;
  throw noGithubToken('its answer has no value');
}
