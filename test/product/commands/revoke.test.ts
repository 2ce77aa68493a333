// `ecr-xacct revoke`: the built program removes what grant gave, and nothing else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { CI_ROLE, holderOf, on, startPolicyStage } from '../../support/product/policy-stage.ts';

describe('revoke', () => {
  test('takes one of several out, then the statement, then the policy', async () => {
    await using stage = await startPolicyStage();
    const repository = on('team/private');
    await stage.run('grant', SECONDARY_ACCOUNT, CI_ROLE, '--on', repository, '--yes');
    const first = await stage.run('revoke', SECONDARY_ACCOUNT, '--on', repository, '--yes');
    assert.deepEqual([first.status, first.stderr], [0, '']);
    assert.match(first.stdout, /^- {10}"arn:aws:iam::444455556666:root"$/m);
    assert.match(first.stdout, /^Revoked: access to repository team\/private from 444455556666\.$/m);
    assert.deepEqual(stage.policyOf('team/private')?.Statement[0]?.Principal, { AWS: [CI_ROLE] });

    const { stdout } = await stage.run('revoke', CI_ROLE, '--on', repository, '--yes');
    assert.match(stdout, /^\+\+\+ \/dev\/null$/m);
    assert.equal(stage.policyOf('team/private'), undefined);
    assert.equal(stage.aws.count('ecr', 'DeleteRepositoryPolicy'), 1);
  });

  test('takes back pushing only, where that is asked for', async () => {
    await using stage = await startPolicyStage();
    await stage.run('grant', CI_ROLE, '--on', on('team/*'), '--push', '--yes');
    const { stdout } = await stage.run('revoke', CI_ROLE, '--on', on('team/*'), '--push', '--yes');
    assert.match(stdout, /^Revoked: pushing to repositories team\/\* from arn/m);
    assert.match(stdout, /^Pulling stays granted: to take back everything, omit --push\.$/m);
    assert.deepEqual(
      stage.policyOf()?.Statement.map(({ Sid }) => Sid),
      ['EcrXacctPull'],
    );
  });

  test("leaves others' statements as they are, and says that they still let them in", async () => {
    await using stage = await startPolicyStage();
    const before = holderOf(stage.aws, 'team/app')?.policyText;
    const { status, stdout } = await stage.run('revoke', SECONDARY_ACCOUNT, '--on', on('team/app'), '--yes');
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^Nothing to revoke: there is no grant of access to repository team\/app from 444455556666\.$/m,
    );
    assert.match(
      stdout,
      /^Note: statement 1 in the policy of repository team\/app still lets them, or some\sof them, in;/m,
    );
    assert.equal(holderOf(stage.aws, 'team/app')?.policyText, before);
  });

  test('says which others of its own statements still let them in', async () => {
    await using stage = await startPolicyStage();
    for (const path of ['team/*', '*']) await stage.run('grant', CI_ROLE, '--on', on(path), '--yes');
    const { stdout } = await stage.run('revoke', CI_ROLE, '--on', on('team/*'), '--yes');
    assert.match(
      stdout,
      /^Note: EcrXacctPull2 in the registry's policy still lets them, or some of them,\sin/m,
    );
  });

  test('says what else grant gave that still lets them in, in either policy', async () => {
    await using stage = await startPolicyStage();
    await stage.run('grant', SECONDARY_ACCOUNT, '--on', on('team/*'), '--yes');
    await stage.run('grant', SECONDARY_ACCOUNT, CI_ROLE, '--on', on('team/private'), '--yes');
    const { stdout } = await stage.run('revoke', CI_ROLE, '--on', on('team/private'), '--yes');
    assert.match(stdout, /^Note: EcrXacctPull in the registry's policy still lets them/m);
    assert.match(stdout, /^Note: EcrXacctPull in the policy of repository team\/private still lets them/m);

    const again = () => stage.run('revoke', CI_ROLE, '--on', on('team/private'), '--yes');
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    policies.push({ Statement: { Effect: 'Deny', Action: 'ecr:GetRegistryPolicy', Resource: '*' } });
    const unread = await again();
    assert.match(
      unread.stdout,
      /^Note: the registry's policy may let them in, too; it could not be\sread: not/m,
    );
    policies.pop();
    stage.cast.primary.registry('us-east-1').policyScope = 'V1';
    assert.doesNotMatch((await again()).stdout, /the registry's policy/);
  });

  test('leaves the ID of a deleted role in the policy', async () => {
    await using stage = await startPolicyStage();
    const { world } = stage.aws;
    const role = stage.cast.secondary.roles.get('ci');
    assert.ok(role);
    await stage.run('grant', SECONDARY_ACCOUNT, CI_ROLE, '--on', on('team/private'), '--yes');
    world.deleteRole(role);
    const { status, stderr } = await stage.run('revoke', SECONDARY_ACCOUNT, '--on', on('team/private'), '-y');
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(stage.policyOf('team/private')?.Statement[0]?.Principal, { AWS: [role.id] });
  });

  test('shows, and takes nothing back, where that is all it is asked for', async () => {
    await using stage = await startPolicyStage();
    await stage.run('grant', CI_ROLE, '--on', on('team/private'), '--yes');
    const { stdout } = await stage.run('revoke', CI_ROLE, '--on', on('team/private'), '--dry-run');
    assert.match(stdout, /^--- the policy of repository team\/private\n\+\+\+ \/dev\/null$/m);
    assert.equal(stage.policyOf('team/private')?.Statement.length, 1);
  });
});
