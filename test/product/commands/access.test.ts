// `ecr-xacct access`: the built program shows which principals a registry's policies allow.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import {
  CI_ROLE,
  holderOf,
  on,
  type PolicyStage,
  startPolicyStage,
} from '../../support/product/policy-stage.ts';

/** The rows of the table, each as its cells. */
function rowsOf(stdout: string): string[][] {
  return stdout
    .split('\n')
    .filter((line) => / {2,}(?:registry|repository) {2,}/.test(line))
    .map((line) => line.split(/ {2,}/));
}

async function grantAll(stage: PolicyStage): Promise<void> {
  await stage.run('grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--yes');
  await stage.run('grant', CI_ROLE, '--on', on('team/*'), '--push', '--yes');
}

const ALWAYS = 'arn:aws:iam::444455556666:role/ci';

describe('access', () => {
  test('shows the statements of both policies that are about a repository', async () => {
    await using stage = await startPolicyStage();
    await grantAll(stage);
    const { status, stdout, stderr } = await stage.run('access', on('team/private'));
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(rowsOf(stdout), [
      [ALWAYS, 'pull', 'team/*', 'registry', 'EcrXacctPull'],
      [ALWAYS, 'push', 'team/*', 'registry', 'EcrXacctPush'],
      [SECONDARY_ACCOUNT, 'pull', 'team/private', 'repository', 'EcrXacctPull'],
    ]);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  test('shows the policies of all repositories, where none is named', async () => {
    await using stage = await startPolicyStage();
    await grantAll(stage);
    const { stdout } = await stage.run('access', on());
    assert.deepEqual(
      rowsOf(stdout).map(([, , where, policy]) => `${policy} ${where}`),
      ['registry team/*', 'registry team/*', 'repository team/app', 'repository team/private'],
    );
  });

  test("shows others' statements as they are, with their conditions, and warns of what they open", async () => {
    await using stage = await startPolicyStage();
    const repository = holderOf(stage.aws, 'team/private');
    assert.ok(repository);
    repository.policy = {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'open', Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' },
        {
          Sid: 'org',
          Effect: 'Allow',
          Principal: '*',
          Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
        },
        {
          Sid: 'admin',
          Effect: 'Allow',
          Principal: { AWS: SECONDARY_ACCOUNT },
          Action: ['ecr:DeleteRepository', 'ecr:PutImage'],
        },
        { Effect: 'Allow', Principal: { AWS: CI_ROLE }, NotAction: 'ecr:DeleteRepository' },
        { Sid: 'no', Effect: 'Deny', Principal: { AWS: CI_ROLE }, Action: 'ecr:PutImage' },
      ],
    };
    const { stdout } = await stage.run('access', on('team/private'));
    assert.match(stdout, /only if StringEquals aws:PrincipalOrgID = o-a1b2c3d4e5/);
    for (const sid of ['open', 'admin', 'statement 4']) {
      assert.match(stdout, new RegExp(`^Warning: ${sid} of the repository policy: `, 'm'), sid);
    }
    assert.doesNotMatch(stdout, /Warning: (?:org|no) /);
    assert.deepEqual(
      rowsOf(stdout).map(([, may, , , sid]) => [may, sid]),
      [
        ['ecr:BatchGetImage', 'open'],
        ['pull', 'org'],
        ['ecr:DeleteRepository,', 'admin'],
        ['everything but', 'statement 4'],
        ['not ecr:PutImage', 'no'],
      ],
    );
  });

  test('says that no policy lets another account in, where there is no policy', async () => {
    await using stage = await startPolicyStage();
    const { stdout } = await stage.run('access', on('team/private'));
    assert.match(stdout, /No policy lets another account in\./);
  });

  test('says of what it could not read that it may let another account in', async () => {
    await using stage = await startPolicyStage();
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    policies.push({ Statement: { Effect: 'Deny', Action: 'ecr:GetRegistryPolicy', Resource: '*' } });
    const { stdout } = await stage.run('access', on('team/private'));
    assert.match(stdout, /No policy lets another account in, as far as they could be read\./);
  });

  test('shows whom it lets in whole, however long', async () => {
    await using stage = await startPolicyStage();
    await stage.run('grant', CI_ROLE, `lambda:${SECONDARY_ACCOUNT}`, '--on', on('team/private'), '--yes');
    const { stdout } = await stage.run('access', on('team/private'));
    assert.deepEqual(
      rowsOf(stdout).map(([who]) => who),
      [CI_ROLE, SECONDARY_ACCOUNT, 'service lambda.amazonaws.com'],
    );
  });

  test("says that the registry's policy has no effect under scope V1", async () => {
    await using stage = await startPolicyStage();
    await grantAll(stage);
    stage.cast.primary.registry('us-east-1').policyScope = 'V1';
    assert.match((await stage.run('access', on())).stdout, /scope is V1: its statements allow no pull/);
  });

  test('shows the rest where one part may not be read, and says which and why', async () => {
    await using stage = await startPolicyStage();
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    policies.push({ Statement: { Effect: 'Deny', Action: 'ecr:GetRegistryPolicy', Resource: '*' } });
    const { status, stdout } = await stage.run('access', on('team/app'));
    assert.equal(status, 0);
    assert.equal(rowsOf(stdout).length, 1);
    assert.match(stdout, /Not read: the registry's policy: not allowed to call[\s\S]*ecr:GetRegistryPolicy/);
  });

  test('shows the rest where one policy is not understood, and says which and why', async () => {
    await using stage = await startPolicyStage();
    const repository = holderOf(stage.aws, 'team/private');
    assert.ok(repository);
    const statement = '"Effect": "Allow", "Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage"';
    repository.policyText = `{"Statement": [{${statement}}]}`;
    const { status, stdout } = await stage.run('access', on());
    assert.equal(status, 0);
    assert.equal(rowsOf(stdout).length, 1);
    assert.match(stdout, /Not read: the policy of repository team\/private: [\s\S]*has "Effect" twice/);
  });

  test('takes a repository whose name is all for that one', async () => {
    await using stage = await startPolicyStage();
    stage.cast.primary.repository('us-east-1', 'all');
    await stage.run('grant', CI_ROLE, '--on', on('all'), '--yes');
    const { stdout } = await stage.run('access', on('all'));
    assert.deepEqual(
      rowsOf(stdout).map(([, , where]) => where),
      ['all'],
    );
  });

  test('matches a pattern of many wildcards in no time', async () => {
    await using stage = await startPolicyStage();
    const name = 'a'.repeat(200);
    stage.cast.primary.repository('us-east-1', name);
    const registry = holderOf(stage.aws);
    assert.ok(registry);
    registry.policy = {
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: SECONDARY_ACCOUNT },
        Action: 'ecr:BatchGetImage',
        Resource: `arn:aws:ecr:us-east-1:111122223333:repository/${'*a'.repeat(40)}*b`,
      },
    };
    assert.match((await stage.run('access', on(name))).stdout, /No policy lets another account in/);
  });

  test('gives all of it as JSON', async () => {
    await using stage = await startPolicyStage();
    await grantAll(stage);
    const { statements, scope, repository } = JSON.parse(
      (await stage.run('access', on('team/private'), '--json')).stdout,
    );
    assert.deepEqual([scope, repository, statements.length], ['V2', 'team/private', 3]);
    assert.deepEqual(
      [statements[2].sid, statements[2].ours, statements[2].repository],
      ['EcrXacctPull', true, 'team/private'],
    );
  });
});
