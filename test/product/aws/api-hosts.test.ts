// Which AWS host is called for each family of registry hostnames, through a proxy and TLS, without replacing anything.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startConnectProxy } from '../../fake-aws/connect-proxy.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { type ProductEnvironment, passwordOf } from '../../support/product/product.ts';
import { devFiles, roleArn, startProductStage } from '../../support/product/stage.ts';

interface Row {
  readonly registry: string;
  /** In the order of their calls. */
  readonly hosts: readonly string[];
  readonly env?: ProductEnvironment;
}

const ID = '111122223333';

/** From https://docs.aws.amazon.com/general/latest/gr/ecr.html and the SDK's own endpoint rules. */
const ROWS: readonly Row[] = [
  { registry: `${ID}.dkr.ecr.us-east-1.amazonaws.com`, hosts: ['api.ecr.us-east-1.amazonaws.com'] },
  { registry: `${ID}.dkr.ecr-fips.us-east-1.amazonaws.com`, hosts: ['api.ecr-fips.us-east-1.amazonaws.com'] },
  { registry: `${ID}.dkr-ecr.eu-west-1.on.aws`, hosts: ['ecr.eu-west-1.api.aws'] },
  { registry: `${ID}.dkr-ecr-fips.us-west-2.on.aws`, hosts: ['ecr-fips.us-west-2.api.aws'] },
  { registry: `${ID}.dkr.ecr.us-gov-west-1.amazonaws.com`, hosts: ['api.ecr.us-gov-west-1.amazonaws.com'] },
  {
    registry: `${ID}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
    hosts: ['api.ecr-fips.us-gov-west-1.amazonaws.com'],
  },
  { registry: `${ID}.dkr.ecr.cn-north-1.amazonaws.com.cn`, hosts: ['api.ecr.cn-north-1.amazonaws.com.cn'] },
  {
    registry: `${ID}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`,
    hosts: ['ecr.cn-north-1.api.amazonwebservices.com.cn'],
  },
  { registry: `${ID}.dkr.ecr.us-iso-east-1.c2s.ic.gov`, hosts: ['api.ecr.us-iso-east-1.c2s.ic.gov'] },
  { registry: `${ID}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`, hosts: ['api.ecr.us-isob-east-1.sc2s.sgov.gov'] },
  {
    registry: `${ID}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`,
    hosts: ['api.ecr.eu-isoe-west-1.cloud.adc-e.uk'],
  },
  {
    registry: `${ID}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`,
    hosts: ['api.ecr.us-isof-south-1.csp.hci.ic.gov'],
  },
  { registry: `${ID}.dkr.ecr.eusc-de-east-1.amazonaws.eu`, hosts: ['api.ecr.eusc-de-east-1.amazonaws.eu'] },
  { registry: 'public.ecr.aws', hosts: ['api.ecr-public.us-east-1.amazonaws.com'] },
  { registry: 'ecr-public.aws.com', hosts: ['api.ecr-public.us-east-1.amazonaws.com'] },
  {
    registry: `${ID}.dkr.ecr.us-east-1.amazonaws.com`,
    env: { AWS_USE_FIPS_ENDPOINT: 'true' },
    hosts: ['api.ecr-fips.us-east-1.amazonaws.com'],
  },
  {
    registry: 'public.ecr.aws',
    env: { AWS_USE_FIPS_ENDPOINT: 'true', AWS_REGION: 'eu-west-1' },
    hosts: ['api.ecr-public.us-east-1.amazonaws.com'],
  },
  {
    registry: '444455556666.dkr.ecr.eu-west-1.amazonaws.com',
    hosts: ['sts.eu-west-1.amazonaws.com', 'api.ecr.eu-west-1.amazonaws.com'],
  },
  {
    registry: '444455556666.dkr.ecr.eu-west-1.amazonaws.com',
    env: { AWS_REGION: 'eu-central-1' },
    hosts: ['sts.eu-central-1.amazonaws.com', 'api.ecr.eu-west-1.amazonaws.com'],
  },
];

test('API hosts', { concurrency: 2 }, async (t) => {
  const authority = await createCertificateAuthority();
  const tls = await authority.issue([...new Set(ROWS.flatMap(({ hosts }) => hosts))]);
  const rows = ROWS.map(({ registry, hosts, env = {} }) => {
    const settings = Object.entries(env).map((entry) => ` with ${entry.join('=')}`);
    return t.test(`${registry}${settings.join('')} calls ${hosts.join(', then ')}.`, async () => {
      await using stage = await startProductStage({ aws: { tls } });
      await using proxy = await startConnectProxy(stage.aws);
      const { product, cast } = stage;
      const caFile = join(product.folder, 'ca.pem');
      await writeFile(caFile, authority.cert);
      await product.configure({
        ...devFiles(cast),
        // No profile says a region.
        config: {},
        registries: {
          '*.*.*.*': { profile: 'dev' },
          '444455556666.*.*.*': { role_arn: roleArn('EcrPull'), source_profile: 'dev' },
          'public.ecr.aws': { profile: 'dev' },
          'ecr-public.aws.com': { profile: 'dev' },
        },
      });
      const variables = {
        ECR_XACCT_DAEMON: 'off',
        AWS_ENDPOINT_URL: undefined,
        HTTPS_PROXY: proxy.url,
        AWS_CA_BUNDLE: caFile,
        ...env,
      };
      passwordOf(await product.get(registry, { env: variables }), registry);
      assert.deepEqual(
        proxy.hosts,
        hosts.map((host) => `${host}:443`),
      );
      assert.deepEqual(
        stage.aws.calls.map(({ host }) => host),
        hosts,
      );
    });
  });
  await Promise.all(rows);
});
