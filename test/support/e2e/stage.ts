// The servers of the end-to-end tests: AWS, ECR's registry, a registry that is not ECR's, a Docker engine.
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { pipeline } from 'node:stream';
import type { TestContext } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { type FakeAws, startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import {
  type AccessKey,
  PRIMARY_ACCOUNT,
  REGION,
  type TwoAccountWorld,
  twoAccountWorld,
} from '../../fake-aws/two-account-world.ts';
import { startDockerRegistry } from '../../fake-registry/docker-registry.ts';
import { pushImage } from '../../fake-registry/push-image.ts';
import { type FakeRegistry, startFakeRegistry } from '../../fake-registry/start-fake-registry.ts';
import { type Certificate, createCertificateAuthority } from '../certificates.ts';
import { startEngine } from './engine.ts';
import { trust } from './tls.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

/** The ECR registry of the account that has the images. */
export const ecrHost = `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
/** A registry that is not ECR's and needs no credentials. */
export const foreignHost = 'images.foreign.example';
/** A registry that is not ECR's and accepts only `loginUser`. */
export const loginHost = 'registry.login.example';
export const loginUser = { name: 'me', password: 'a-password-of-one-registry' };
/** bcrypt, because the registry accepts no other hash. */
const loginHash = '$2b$04$lDitMSwSSDl.g4eGUPuYv.VxqB1q9/8rDhtVtIhjEgenY.Qj4C25q';
/** For `enterPrivateHosts`. */
export const stageHosts = {
  [ecrHost]: '127.0.0.2',
  [foreignHost]: '127.0.0.3',
  [loginHost]: '127.0.0.4',
};

/** The content of the registries after `startStage`. */
export const images = {
  /** The other account's repository policy allows this one to pull it. */
  shared: `${ecrHost}/team/app:1`,
  /** It has no repository policy. */
  private: `${ecrHost}/team/private:1`,
  foreign: `${foreignHost}/app:1`,
};

/** The settings of a rule in config.yaml. */
export type Rule = Readonly<Record<string, string>>;

/** The rule for which the product exists: a role in the images' account, assumed from a profile. */
export function throughRole(name: string): Rule {
  return { role_arn: `arn:aws:iam::${PRIMARY_ACCOUNT}:role/${name}`, source_profile: 'dev' };
}

/** Disposing ends every server. */
export interface Stage extends AsyncDisposable {
  readonly aws: FakeAws;
  readonly cast: TwoAccountWorld;
  readonly registry: FakeRegistry;
  /** The variables for this AWS and this Docker engine. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * A developer's HOME during a test. config.yaml has `rule` for `ecrHost`, and Docker's config.json is in
   * `dockerFolder` (default `.docker`). The test fails if something is left afterwards.
   */
  workplace(t: TestContext, rule: Rule, dockerFolder?: string): Promise<Workplace>;
}

/** Starts everything, a Docker engine only if requested. Call it after `enterPrivateHosts(stageHosts)`. */
export async function startStage({ engine }: { engine: boolean }): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const authority = await createCertificateAuthority();
  await trust(authority, Object.keys(stageHosts));
  const aws = resources.use(await startFakeAws());
  const cast = twoAccountWorld(aws.world);
  const tls = await authority.issue(Object.keys(stageHosts));
  // Also plain HTTP: dockerd falls back to it on loopback, and would report that nothing answers there.
  const [host, port] = [stageHosts[ecrHost] ?? '', 443];
  const listeners = [
    { host, port, tls },
    { host, port: 80 },
  ];
  const registry = resources.use(await startFakeRegistry({ aws, listeners }));
  for (const repository of ['team/app', 'team/private']) {
    await registry.pushImage({ account: PRIMARY_ACCOUNT, region: REGION, repository, tag: '1' });
  }
  await startOpenRegistry(resources, tls);
  await startForeignRegistry(resources, tls, stageHosts[loginHost], `${loginUser.name}:${loginHash}\n`);
  const env: Record<string, string> = {
    AWS_ENDPOINT_URL: aws.url,
    ECR_XACCT_LOG: 'debug',
    DOCKER_BUILDKIT: '0',
  };
  if (engine) env.DOCKER_HOST = resources.use(await startEngine()).host;

  const started = resources.move();
  return {
    aws,
    cast,
    registry,
    env,
    workplace: async (t, rule, dockerFolder = '.docker') => {
      const files = homeFiles(cast, rule, dockerFolder);
      const secrets = () => aws.issuedTokens.map(({ password }) => password);
      const workplace = await makeWorkplace(tmpdir(), { files, env, secrets });
      // Not with `await using`: if the test also fails, node:test would show neither reason.
      t.after(() => workplace[Symbol.asyncDispose]());
      return workplace;
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** At `foreignHost`, with an image that everyone may pull. */
export async function startOpenRegistry(resources: AsyncDisposableStack, tls: Certificate): Promise<void> {
  const port = await startForeignRegistry(resources, tls, stageHosts[foreignHost]);
  await pushImage(`http://127.0.0.1:${port}/v2/app`, '1', { name: 'hello', content: 'hello\n' });
}

/** On port 443 of an address. @returns the registry's own port, without TLS. */
async function startForeignRegistry(
  resources: AsyncDisposableStack,
  tls: Certificate,
  address: string | undefined,
  htpasswd?: string,
): Promise<number> {
  const { port } = resources.use(await startDockerRegistry(htpasswd));
  const front = createServer(tls, (socket) => {
    const backend = connect(port, '127.0.0.1');
    pipeline(socket, backend, socket, () => {});
  });
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject).listen(443, address, resolve);
  });
  resources.defer(() => close(front));
  return port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function homeFiles(cast: TwoAccountWorld, rule: Rule, dockerFolder: string): Record<string, string> {
  const credHelpers = { [ecrHost]: 'ecr-xacct', [foreignHost]: 'ecr-xacct' };
  return {
    // Any other profile than the rule's is denied.
    '.aws/credentials': keys('default', cast.denied) + keys('dev', cast.dev),
    '.aws/config': `[default]\nregion = ${REGION}\n[profile dev]\nregion = ${REGION}\n`,
    '.config/ecr-xacct/config.yaml': configOf(rule),
    // In Docker's format.
    [`${dockerFolder}/config.json`]: JSON.stringify({ credHelpers }, undefined, '\t'),
  };
}

/** A config.yaml with this rule for `ecrHost`. */
export function configOf(rule: Rule): string {
  const settings = Object.entries(rule).map(([name, value]) => `    ${name}: ${value}\n`);
  return `registries:\n  "${ecrHost}":\n${settings.join('')}`;
}

function keys(profile: string, { accessKeyId, secretAccessKey }: AccessKey): string {
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}
