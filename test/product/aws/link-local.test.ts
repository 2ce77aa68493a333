// The addresses that only AWS's own machines have: ECS's, EKS's and EC2's, in a private network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipWithout } from '../../support/peers.ts';
import { enterPrivateHosts } from '../../support/private-hosts.ts';
import { sessionOfDev, startCredentialEndpoint } from '../../support/product/credential-endpoint.ts';
import { DEV, HOUR } from '../../support/product/identities.ts';
import { type Product, type ProductEnvironment, passwordOf } from '../../support/product/product.ts';
import { HOST, type ProductStage, startProductStage } from '../../support/product/stage.ts';

const skip = skipWithout('namespaces');
if (!skip) enterPrivateHosts({});

interface Place {
  readonly what: string;
  /** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html, …/feature-imds-credentials.html */
  readonly address: string;
  /** `authorization`: the token that the endpoint wants. */
  readonly env: (authorization: string, product: Product) => ProductEnvironment | Promise<ProductEnvironment>;
}

const PLACES: readonly Place[] = [
  {
    what: 'An ECS task',
    address: '169.254.170.2',
    env: (authorization) => ({
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/container',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
    }),
  },
  {
    what: 'A pod with EKS Pod Identity',
    address: '169.254.170.23',
    env: async (authorization, { folder, holdsSecret }) => {
      const file = holdsSecret(join(folder, 'eks-pod-identity-token'));
      await writeFile(file, authorization);
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/container',
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
      };
    },
  },
  {
    what: 'An EC2 instance',
    address: '169.254.169.254',
    env: () => ({ AWS_EC2_METADATA_DISABLED: undefined }),
  },
];

/** A user without any files. */
function startStage(): Promise<ProductStage> {
  return startProductStage({ files: () => ({}), env: { ECR_XACCT_DAEMON: 'off' } });
}

for (const { what, address, env } of PLACES) {
  test(`${what} has its credentials from ${address}.`, { skip }, async () => {
    execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo']);
    await using stage = await startStage();
    const { product, aws } = stage;
    await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR), address, 80);
    passwordOf(await product.get(HOST, { env: await env(endpoint.authorization, product) }), HOST);
    assert.deepEqual(
      aws.issuedTokens.map(({ principal }) => principal),
      [DEV],
    );
  });
}
