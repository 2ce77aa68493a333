// `ecr-xacct doctor` for an image or repository that is missing: archived, or created by the first push or the first
// pull.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/finding.ts';
import type { Registry } from '../fake-aws/resource-policy.ts';
import { PRIMARY_ACCOUNT, REGION } from '../fake-aws/two-account-world.ts';
import { ecrHost, images, type Stage, stageHosts, startStage, throughRole } from '../support/e2e/stage.ts';
import type { Workplace } from '../support/e2e/workplace.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

const MAY_SEE = ['DescribeImages', 'DescribeRepositoryCreationTemplates', 'DescribePullThroughCacheRules'];
const MAY_MAKE = ['CreateRepository', 'BatchImportUpstreamImage'];

describe('doctor, of what is not there', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  let registry: Registry;
  before(async () => {
    stage = await startStage({ engine: false });
    registry = stage.cast.primary.registry(REGION);
  });
  after(() => stage[Symbol.asyncDispose]());

  /** Lets the role also do these actions until the result is disposed. */
  function allow(role: string, actions: readonly string[]): Disposable {
    const { policies } = stage.cast.primary.roles.get(role) ?? assert.fail();
    const Action = actions.map((name) => `ecr:${name}`);
    policies.push({ Statement: { Effect: 'Allow', Action, Resource: '*' } });
    return { [Symbol.dispose]: () => void policies.pop() };
  }

  async function diagnosed({ run }: Workplace, image: string, ...options: string[]) {
    const { status, stdout } = await run(['ecr-xacct', 'doctor', '--json', image, ...options]);
    const { findings, cause } = JSON.parse(stdout) as Diagnosis;
    assert.equal(status, cause === undefined ? 0 : 1);
    return { cause, steps: findings.map(({ step, outcome }) => `${step} ${outcome}`).slice(6), findings };
  }

  test('an archived image: the command restores it, and then it can be pulled.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    const image = registry.repositories.get('team/app')?.image('1') ?? assert.fail();
    image.status = 'ARCHIVED';
    const unseen = await diagnosed(workplace, images.shared);
    assert.equal(unseen.cause?.text, 'team/app has no tag 1');
    using _ = allow('EcrPull', MAY_SEE);
    const { cause } = await diagnosed(workplace, images.shared);
    assert.equal(cause?.text, 'team/app has 1 only in its archive, and ECR does not serve a pull from there');
    assert.equal(
      cause?.command,
      `aws ecr update-image-storage-class --region ${REGION} --registry-id ${PRIMARY_ACCOUNT} --repository-name team/app --image-id imageTag=1 --target-storage-class STANDARD`,
    );
    image.status = 'ACTIVATING';
    assert.match(
      (await diagnosed(workplace, images.shared)).cause?.text ?? '',
      /^team\/app is getting 1 back /,
    );
    image.status = 'ACTIVE';
    assert.equal((await diagnosed(workplace, images.shared)).cause, undefined);
  });

  test('a repository that the first push makes is fine with --push, and doctor does not make it.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPush'));
    const image = `${ecrHost}/new/app:1`;
    using _ = allow('EcrPush', MAY_SEE);
    const without = await diagnosed(workplace, image, '--push');
    assert.match(without.cause?.command ?? '', /^aws ecr create-repository .* --repository-name new\/app$/);
    registry.creationTemplates = [{ prefix: 'new', appliedFor: ['CREATE_ON_PUSH'] }];
    const { steps, findings } = await diagnosed(workplace, image, '--push');
    assert.deepEqual(steps, ['manifest ok', 'upload unknown']);
    assert.equal(
      findings[6]?.text,
      'the repository does not exist yet: the first push makes it, by the creation template new',
    );
    assert.equal(registry.repositories.has('new/app'), false);
    const pulled = await diagnosed(workplace, image);
    assert.match(pulled.cause?.text ?? '', /has no repository new\/app$/);
    registry.creationTemplates = [{ prefix: 'new', appliedFor: ['REPLICATION'] }];
    assert.notEqual((await diagnosed(workplace, image, '--push')).cause, undefined);
  });

  test('of another account, a repository that the first push makes is not known to be fine: its owner grants it.', async (t) => {
    const workplace = await stage.workplace(t, { profile: 'dev' });
    await appendFile(
      join(workplace.home, '.aws/credentials'),
      `\n[primary]\naws_access_key_id = ${stage.cast.admin.accessKeyId}\naws_secret_access_key = ${stage.cast.admin.secretAccessKey}\n`,
    );
    registry.creationTemplates = [{ prefix: 'ours', appliedFor: ['CREATE_ON_PUSH'] }];
    const { findings } = await diagnosed(workplace, `${ecrHost}/ours/app:1`, '--push');
    const found = findings.find(({ step }) => step === 'manifest') ?? assert.fail();
    assert.equal(found.outcome, 'unknown');
    assert.equal(found.command, `ecr-xacct grant 444455556666 --on '${ecrHost}/ours/*' --push`);
    assert.equal(registry.repositories.has('ours/app'), false);
  });

  test('a repository that the first pull makes: who may, and by which command.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    const image = `${ecrHost}/hub/library/app:1`;
    registry.cacheRules = [{ ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io' }];
    using _ = allow('EcrPull', MAY_SEE);
    const { cause } = await diagnosed(workplace, image);
    assert.match(
      cause?.text ?? '',
      /has no repository hub\/library\/app yet: the first pull makes it, by the pull through cache rule hub \(registry-1\.docker\.io\), if arn:aws:sts::111122223333:assumed-role\/EcrPull\/\S+ may do ecr:CreateRepository and ecr:BatchImportUpstreamImage$/,
    );
    const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:CreateRepository","ecr:BatchImportUpstreamImage"],"Resource":"arn:aws:ecr:${REGION}:${PRIMARY_ACCOUNT}:repository/hub/library/app"}]}`;
    assert.equal(
      cause?.command,
      `aws iam put-role-policy --role-name EcrPull --policy-name EcrPullThroughCache --policy-document '${document}'`,
    );
    using __ = allow('EcrPull', MAY_MAKE);
    await stage.registry.pushImage({
      account: PRIMARY_ACCOUNT,
      region: REGION,
      repository: 'hub/library/app',
      tag: '1',
    });
    assert.equal((await diagnosed(workplace, image)).cause, undefined);
    assert.ok(registry.repositories.has('hub/library/app'));
  });
});
