// The machine on which every session begins.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConnectProxy } from '../../fake-aws/connect-proxy.ts';
import { PRIMARY_ACCOUNT, REGION } from '../../fake-aws/two-account-world.ts';
import { startFakeRegistry } from '../../fake-registry/start-fake-registry.ts';
import { createCertificateAuthority } from '../certificates.ts';
import { writeSsoCache } from './credential-endpoint.ts';
import type { Product, ProductEnvironment } from './product.ts';
import { devFiles, HOST, keysOf, type ProductStage, roleArn, startProductStage } from './stage.ts';

/** Disposing ends all of it. */
export interface SessionMachine extends AsyncDisposable {
  readonly product: Product;
  /** Added to the product's own. */
  readonly env: ProductEnvironment;
}

interface Image {
  readonly account: string;
  readonly repository: string;
}

/**
 * On one machine: a developer of 444455556666 with a role in 111122223333, an administrator of that account, and
 * someone without rights. Docker asks ecr-xacct for one registry, and SSO session `work` is signed in. With `registry`,
 * the registry runs, too, with team/app:1 and team/private:1.
 */
export async function startMachine({ registry }: { registry: boolean }): Promise<SessionMachine> {
  await using resources = new AsyncDisposableStack();
  const stage = resources.use(
    await startProductStage({
      files: (cast) => ({
        ...devFiles(cast),
        credentials: { dev: keysOf(cast.dev), images: keysOf(cast.admin), newcomer: keysOf(cast.denied) },
        config: {
          'profile dev': { region: 'us-east-1' },
          'profile images': { region: 'us-east-1' },
          'profile puller': { role_arn: roleArn('EcrPull'), source_profile: 'dev', region: 'us-east-1' },
        },
      }),
      env: { LANG: 'C.UTF-8' },
    }),
  );
  const { product, cast, aws } = stage;
  const docker = join(product.home, '.docker');
  await mkdir(docker);
  await writeFile(join(docker, 'config.json'), JSON.stringify({ credHelpers: { [HOST]: 'ecr-xacct' } }));
  const expiresAt = aws.world.ssoSessions.get(cast.sso.accessToken)?.expiresAt ?? 0;
  await writeSsoCache(product, 'work', { accessToken: cast.sso.accessToken, expiresAt });
  const images = ['team/app', 'team/private'].map((repository) => ({ account: PRIMARY_ACCOUNT, repository }));
  const env = registry ? await startRegistries(stage, resources, images) : {};
  const started = resources.move();
  return { product, env, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Starts one registry for all hosts, which a proxy leads to. @returns the variables for the proxy. */
export async function startRegistries(
  { aws, product }: ProductStage,
  resources: AsyncDisposableStack,
  images: readonly Image[],
): Promise<ProductEnvironment> {
  const authority = await createCertificateAuthority();
  const hosts = new Set(images.map(({ account }) => `${account}.dkr.ecr.${REGION}.amazonaws.com`));
  const listener = { host: '127.0.0.1', port: 0, tls: await authority.issue([...hosts]) };
  const registry = resources.use(await startFakeRegistry({ aws, listeners: [listener] }));
  for (const image of images) await registry.pushImage({ ...image, region: REGION, tag: '1' });
  const proxy = resources.use(await startConnectProxy({ port: registry.ports[0] ?? 0 }));
  const authorities = join(product.folder, 'ca.pem');
  await writeFile(authorities, authority.cert);
  return { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: authorities, SSL_CERT_FILE: authorities };
}
