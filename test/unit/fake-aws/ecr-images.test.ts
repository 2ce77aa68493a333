// The fake ECR's images, creation templates and pull through cache rules, as the real SDK client sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DescribeImagesCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoryCreationTemplatesCommand,
  ECRClient,
  type ImageStatusFilter,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { PRIMARY_ACCOUNT, REGION, twoAccountWorld } from '../../fake-aws/two-account-world.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

async function start() {
  const aws = await startFakeAws();
  const cast = twoAccountWorld(aws.world);
  const registry = cast.primary.registry(REGION);
  const repository = registry.repositories.get('team/app') ?? assert.fail();
  repository.push(DIGEST, '1');
  const client = (credentials = cast.admin) =>
    new ECRClient({ endpoint: aws.url, region: REGION, credentials, maxAttempts: 1 });
  const describe = async (imageStatus?: ImageStatusFilter, imageTag?: string) => {
    const { imageDetails = [] } = await client().send(
      new DescribeImagesCommand({
        repositoryName: 'team/app',
        ...(imageStatus && { filter: { imageStatus } }),
        ...(imageTag && { imageIds: [{ imageTag }] }),
      }),
    );
    return imageDetails.map((one) => one.imageStatus);
  };
  return { cast, registry, repository, client, describe, [Symbol.asyncDispose]: () => aws.close() };
}

test('An archived image is described where its state is asked for, and is restored by its own call.', async () => {
  await using ecr = await start();
  const move = (targetStorageClass: 'ARCHIVE' | 'STANDARD') =>
    ecr.client().send(
      new UpdateImageStorageClassCommand({
        repositoryName: 'team/app',
        imageId: { imageTag: '1' },
        targetStorageClass,
      }),
    );
  assert.deepEqual(await ecr.describe(), ['ACTIVE']);
  assert.equal((await move('ARCHIVE')).imageStatus, 'ARCHIVED');
  assert.deepEqual(await ecr.describe(), []);
  await assert.rejects(ecr.describe(undefined, '1'), { name: 'ImageNotFoundException' });
  assert.deepEqual(await ecr.describe('ANY', '1'), ['ARCHIVED']);
  assert.deepEqual(await ecr.describe('ARCHIVED'), ['ARCHIVED']);
  assert.equal((await move('STANDARD')).imageStatus, 'ACTIVE');
  assert.deepEqual(await ecr.describe('ARCHIVED'), []);
});

test('A tag belongs to the image that was pushed last, and a push makes an archived image active.', async () => {
  await using ecr = await start();
  const first = ecr.repository.image('1') ?? assert.fail();
  first.status = 'ARCHIVED';
  ecr.repository.push(`sha256:${'b'.repeat(64)}`, '1');
  assert.notEqual(ecr.repository.image('1')?.digest, DIGEST);
  ecr.repository.push(DIGEST);
  assert.equal(ecr.repository.image(DIGEST)?.status, 'ACTIVE');
});

test('Templates are those of the own registry, rules those of any that may be seen; of several, the longest prefix counts.', async () => {
  await using ecr = await start();
  ecr.registry.creationTemplates = [
    { prefix: 'ROOT', appliedFor: ['CREATE_ON_PUSH'] },
    { prefix: 'team', appliedFor: ['REPLICATION'] },
    { prefix: 'team/new/', appliedFor: ['CREATE_ON_PUSH'] },
  ];
  ecr.registry.cacheRules = [{ ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io' }];
  const { repositoryCreationTemplates = [] } = await ecr
    .client()
    .send(new DescribeRepositoryCreationTemplatesCommand({}));
  assert.deepEqual(
    repositoryCreationTemplates.map(({ prefix }) => prefix),
    ['ROOT', 'team', 'team/new/'],
  );
  const registryId = PRIMARY_ACCOUNT;
  const rules = new DescribePullThroughCacheRulesCommand({ registryId });
  assert.equal((await ecr.client().send(rules)).pullThroughCacheRules?.[0]?.ecrRepositoryPrefix, 'hub');
  await assert.rejects(ecr.client(ecr.cast.denied).send(rules), { name: 'AccessDeniedException' });
  const covers = (name: string) => ecr.registry.templateFor(name, 'CREATE_ON_PUSH')?.prefix;
  assert.deepEqual(['app', 'team/app', 'team/new/app', 'teams/app'].map(covers), [
    'ROOT',
    undefined,
    'team/new/',
    'ROOT',
  ]);
});
