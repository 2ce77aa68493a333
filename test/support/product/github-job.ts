// What GitHub gives a job: an endpoint of its own that answers with an OIDC token, and the two variables to ask it with.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CANARY } from '../../fake-aws/canary.ts';

/** Disposing ends the endpoint. */
export interface GithubJob extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** The audiences that were asked for. */
  readonly audiences: readonly string[];
}

/** `tokens`: by audience. */
export async function startGithubJob(tokens: Readonly<Record<string, string>>): Promise<GithubJob> {
  const bearer = `${CANARY}-actions-request`;
  const audiences: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://actions.invalid');
    const audience = url.searchParams.get('audience') ?? '';
    audiences.push(audience);
    const isAllowed =
      request.headers.authorization === `bearer ${bearer}` && url.searchParams.get('api-version') === '2.0';
    response.statusCode = isAllowed && request.method === 'GET' ? 200 : 403;
    response.end(isAllowed ? JSON.stringify({ count: 1, value: tokens[audience] }) : 'Forbidden');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
    audiences,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
