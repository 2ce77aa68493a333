// CI jobs for AWS and their platform: tokens, the roles that trust them, and GitHub's endpoint of a job.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CANARY } from '../../fake-aws/canary.ts';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import type { ProductStage } from './stage.ts';

const ISSUER = 'token.jobs.example';

/** A job's OpenID Connect token. */
export function jobToken(number: number): string {
  return `${CANARY}-job-token-${number}`;
}

/** The role in an account that trusts jobs. */
export function ciRole(account: string): string {
  return `arn:aws:iam::${account}:role/CiPull`;
}

/** Makes `CiPull` in both accounts, which trusts jobs 1 and 2. */
export function trustJobs({ cast }: Pick<ProductStage, 'cast'>): void {
  const claims = { sub: 'repo:team/app', aud: 'sts.amazonaws.com' };
  const tokens = { [jobToken(1)]: claims, [jobToken(2)]: claims };
  for (const [account, id] of [
    [cast.primary, PRIMARY_ACCOUNT],
    [cast.secondary, SECONDARY_ACCOUNT],
  ] as const) {
    const Principal = { Federated: `arn:aws:iam::${id}:oidc-provider/${ISSUER}` };
    const statement = { Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal } as const;
    account.webIdentityProvider(ISSUER, tokens).role('CiPull', {
      trust: { Version: '2012-10-17', Statement: [statement] },
      policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }] }],
    });
  }
}

/** Disposing ends the endpoint. */
export interface GithubJob extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** The requested audiences. */
  readonly audiences: readonly string[];
}

/** `tokens`: audience → token. */
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
