// Every kind of identity, resolved by the AWS SDK with a fake AWS: whose token it is, and which calls it took.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { sessionOfDev, startCredentialEndpoint } from '../../support/product/credential-endpoint.ts';
import { DEV, HOUR, identityRows, mine, rule, session, tokenFile } from '../../support/product/identities.ts';
import { type ProductEnvironment, passwordOf } from '../../support/product/product.ts';
import { HOST, type ProductStage, roleArn, startProductStage } from '../../support/product/stage.ts';

const OIDC = 'oidc.pods.example';

/** The stage, with two roles between the accounts and a web identity token in a file. */
async function startStage(): Promise<ProductStage> {
  const stage = await startProductStage();
  const allow = { Effect: 'Allow', Action: 'sts:AssumeRole' } as const;
  stage.cast.secondary.role('Jump', {
    trust: { Version: '2012-10-17', Statement: [{ ...allow, Principal: { AWS: DEV } }] },
    policies: [{ Version: '2012-10-17', Statement: [{ ...allow, Resource: '*' }] }],
  });
  const pod = { sub: 'pod', aud: 'sts.amazonaws.com' };
  stage.cast.secondary.webIdentityProvider(OIDC, { [stage.cast.webIdentityToken]: pod }).role('Pod', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: `arn:aws:iam::${SECONDARY_ACCOUNT}:oidc-provider/${OIDC}` },
        },
      ],
    },
    policies: [{ Version: '2012-10-17', Statement: [{ ...allow, Resource: '*' }] }],
  });
  await writeFile(tokenFile(stage.product), stage.cast.webIdentityToken, { mode: 0o600 });
  return stage;
}

/** One `get` without a daemon: its calls, and the owner of its token. */
async function get({ product, aws }: ProductStage, env: ProductEnvironment = {}) {
  passwordOf(await product.get(HOST, { env: { ECR_XACCT_DAEMON: 'off', ...env } }), HOST);
  return { principal: aws.issuedTokens.at(-1)?.principal, calls: aws.calls.map(({ action }) => action) };
}

test('Identities', { concurrency: 2 }, async (t) => {
  const rows = identityRows.map(({ who, files, env, principal, calls }) =>
    t.test(`${who} gets a token as ${principal}.`, async () => {
      await using stage = await startStage();
      await stage.product.configure(files(stage));
      const expected = { principal, calls: [...calls, 'GetAuthorizationToken'] };
      assert.deepEqual(await get(stage, env?.(stage)), expected);
    }),
  );
  await Promise.all(rows);
});

const ROLE = { role_arn: roleArn('EcrPull') };
const THROUGH_ROLE = { principal: session('EcrPull'), calls: ['AssumeRole', 'GetAuthorizationToken'] };
const DIRECTLY = { principal: DEV, calls: ['GetAuthorizationToken'] };

/** Keys from a source outside of the files: by themselves, for the role of a rule, and for that of a profile. */
async function assertSource(stage: ProductStage, credential_source: string, env: ProductEnvironment) {
  const { product, aws } = stage;
  await product.configure({});
  assert.deepEqual(await get(stage, env), DIRECTLY);
  for (const files of [rule, mine]) {
    aws.resetCalls();
    await product.configure(files({ ...ROLE, credential_source })(stage));
    assert.deepEqual(await get(stage, env), THROUGH_ROLE);
  }
}

test("A container's endpoint gives its role's credentials, for its authorization token.", async () => {
  await using stage = await startStage();
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
  await assertSource(stage, 'EcsContainer', {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: endpoint.authorization,
  });
});

test('So it does for an authorization token in a file, as EKS Pod Identity has it, whatever the variable says.', async () => {
  await using stage = await startStage();
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
  const file = stage.product.holdsSecret(join(stage.product.folder, 'eks-pod-identity-token'));
  await writeFile(file, endpoint.authorization);
  await assertSource(stage, 'EcsContainer', {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'old',
  });
});

test("An EC2 instance's metadata service gives its role's credentials, where nothing else does.", async () => {
  await using stage = await startStage();
  await using endpoint = await startCredentialEndpoint(sessionOfDev(stage, HOUR));
  await assertSource(stage, 'Ec2InstanceMetadata', {
    AWS_EC2_METADATA_DISABLED: undefined,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
  });
});
