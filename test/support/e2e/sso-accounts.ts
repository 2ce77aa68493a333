// Sets up a user with forty accounts in one SSO session. Three of the accounts have images.
import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import { CANARY } from '../../fake-aws/canary.ts';
import type { PolicyDocument } from '../../fake-aws/policy-evaluation.ts';
import { type FakeAws, startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { type FakeRegistry, startFakeRegistry } from '../../fake-registry/start-fake-registry.ts';
import { createCertificateAuthority } from '../certificates.ts';
import { writeSsoCache } from '../product/credential-endpoint.ts';
import { startEngine } from './engine.ts';
import { foreignHost, stageHosts, startOpenRegistry } from './stage.ts';
import { trust } from './tls.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-2'] as const;
const REPOSITORY = 'team/app';
const START_URL = 'https://corp.awsapps.example/start';
const ACCESS_TOKEN = `${CANARY}-of-forty`;
const HOUR = 3_600_000;

interface SsoAccount {
  id: string;
  profile: string;
  region: string;
  host: string;
}

const accounts: readonly SsoAccount[] = Array.from({ length: 40 }, (_, index) => {
  const id = String(300_000_000_001 + index);
  const region = REGIONS[index % REGIONS.length] ?? REGIONS[0];
  return { id, profile: `team-${index + 1}`, region, host: `${id}.dkr.ecr.${region}.amazonaws.com` };
});

/** The first, one in the middle and the last, each in another region. */
export const withImages = accounts.filter((_, index) => [0, 19, 38].includes(index));
export const imageOf = ({ host }: SsoAccount) => `${host}/${REPOSITORY}:1`;

/** For `enterPrivateHosts`. */
export const accountHosts: Readonly<Record<string, string>> = {
  [foreignHost]: stageHosts[foreignHost] ?? '',
  ...Object.fromEntries(withImages.map(({ host }, index) => [host, `127.0.1.${index + 1}`])),
};

/** Disposing ends every server. */
export interface SsoStage extends AsyncDisposable {
  readonly aws: FakeAws;
  readonly registry: FakeRegistry;
  /** A HOME during a test, after `aws sso login`; `files` are added beside ~/.aws. */
  workplace(t: TestContext, files: Readonly<Record<string, string>>): Promise<Workplace>;
}

/** Starts everything, a Docker engine only if requested. Call it after `enterPrivateHosts(accountHosts)`. */
export async function startSsoStage({ engine }: { engine: boolean }): Promise<SsoStage> {
  await using resources = new AsyncDisposableStack();
  const authority = await createCertificateAuthority();
  const hosts = Object.keys(accountHosts);
  await trust(authority, hosts);
  const tls = await authority.issue(hosts);
  const aws = resources.use(await startFakeAws());
  fillWorld(aws);
  const listeners = withImages.flatMap(({ host }) => {
    const address = accountHosts[host] ?? '';
    return [
      { host: address, port: 443, tls },
      { host: address, port: 80 },
    ];
  });
  const registry = resources.use(await startFakeRegistry({ aws, listeners }));
  for (const { id, region } of withImages) {
    await registry.pushImage({ account: id, region, repository: REPOSITORY, tag: '1' });
  }
  await startOpenRegistry(resources, tls);
  const env: Record<string, string> = { AWS_ENDPOINT_URL: aws.url };
  if (engine) env.DOCKER_HOST = resources.use(await startEngine()).host;

  const started = resources.move();
  return {
    aws,
    registry,
    workplace: async (t, files) => {
      const secrets = () => aws.issuedTokens.map(({ password }) => password);
      const all = { '.aws/config': accounts.map(profileText).join('\n'), ...files };
      const workplace = await makeWorkplace(tmpdir(), { files: all, env, secrets });
      t.after(() => workplace[Symbol.asyncDispose]());
      await writeSsoCache(workplace, START_URL, { accessToken: ACCESS_TOKEN, expiresAt: Date.now() + HOUR });
      return workplace;
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Each account's permission set may pull only from that account. */
function fillWorld({ world }: FakeAws): void {
  for (const { id, region } of accounts) {
    world
      .account(id)
      .role('AWSReservedSSO_Developer_0123456789abcdef', {
        trust: document([]),
        policies: [
          document([
            { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
            {
              Effect: 'Allow',
              Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
              Resource: `arn:aws:ecr:*:${id}:repository/*`,
            },
          ]),
        ],
      })
      .repository(region, REPOSITORY);
  }
  world.ssoSessions.set(ACCESS_TOKEN, {
    user: 'dev@example.com',
    expiresAt: world.now() + 8 * HOUR,
    assignments: accounts.map(({ id }) => ({ account: id, role: 'Developer' })),
  });
}

function document(Statement: PolicyDocument['Statement']): PolicyDocument {
  return { Version: '2012-10-17', Statement };
}

function profileText({ id, profile, region }: SsoAccount): string {
  return `[profile ${profile}]
sso_start_url = ${START_URL}
sso_region = us-east-1
sso_account_id = ${id}
sso_role_name = Developer
region = ${region}
`;
}
