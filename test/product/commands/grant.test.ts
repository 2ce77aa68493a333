// `ecr-xacct grant` and `revoke`: the built program with the fake AWS, which enforces policies as ECR does.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import {
  CI_ROLE,
  holderOf,
  on,
  ownerFiles,
  SECONDARY_ROOT,
  startPolicyStage,
} from '../../support/product/policy-stage.ts';

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

describe('grant', () => {
  test('lets an account pull from a repository, shows what it writes, and names the other half', async () => {
    await using stage = await startPolicyStage();
    const { status, stdout, stderr } = await stage.run(
      'grant',
      SECONDARY_ACCOUNT,
      '--on',
      on('team/private'),
      '-y',
    );
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(
      stdout,
      /^Registry 111122223333\.dkr\S+\nas arn:aws:iam::111122223333:user\/admin \(profile primary\)$/m,
    );
    assert.match(stdout, /^\+ {10}"arn:aws:iam::444455556666:root"$/m);
    assert.match(stdout, /^Granted: 444455556666 may pull from repository team\/private\.$/m);
    assert.match(
      stdout,
      /AmazonEC2ContainerRegistryPullOnly[\s\S]*ecr-xacct doctor \S+\/team\/private:TAG$/m,
    );
    assert.deepEqual(stage.policyOf('team/private'), {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'EcrXacctPull', Effect: 'Allow', Principal: { AWS: [SECONDARY_ROOT] }, Action: PULL },
      ],
    });
  });

  test('warns of a Deny that may keep them out, and names the check for functions', async () => {
    await using stage = await startPolicyStage();
    const repository = holderOf(stage.aws, 'team/private');
    assert.ok(repository);
    repository.policy = {
      Version: '2012-10-17',
      Statement: [{ Sid: 'shut', Effect: 'Deny', Principal: '*', Action: 'ecr:BatchGetImage' }],
    };
    const who = `lambda:${SECONDARY_ACCOUNT}`;
    const { status, stdout } = await stage.run('grant', who, '--on', on('team/private'), '-y');
    assert.equal(status, 0);
    assert.match(stdout, /^Warning: shut is a Deny in the same policy, and may keep them out\.$/m);
    assert.match(stdout, /^ {2}ecr-xacct doctor \S+\/team\/private:TAG --for lambda --region us-east-1$/m);
  });

  test('says that no grant is needed within an account', async () => {
    await using stage = await startPolicyStage();
    const { stdout } = await stage.run('grant', PRIMARY_ACCOUNT, '--on', on('team/private'), '-y');
    assert.match(stdout, /^They are of 111122223333, the registry's own account: their own policies are$/m);
  });

  test('writes nothing the second time', async () => {
    await using stage = await startPolicyStage();
    const args = ['grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--yes'];
    await stage.run(...args);
    const { status, stdout } = await stage.run(...args);
    assert.equal(status, 0);
    assert.match(stdout, /^Nothing to change: 444455556666 may pull from repository team\/private\.$/m);
    assert.equal(stage.aws.count('ecr', 'SetRepositoryPolicy'), 1);
  });

  test('knows its own statement again where ECR prints a policy in its own way', async () => {
    await using stage = await startPolicyStage();
    stage.aws.world.reprintsPolicies = true;
    const repository = on('team/app');
    for (const principal of [SECONDARY_ACCOUNT, CI_ROLE, CI_ROLE]) {
      const { status, stderr } = await stage.run('grant', principal, '--on', repository, '--push', '--yes');
      assert.deepEqual([status, stderr], [0, '']);
    }
    assert.equal(stage.aws.count('ecr', 'SetRepositoryPolicy'), 2);
    assert.equal((await stage.run('revoke', SECONDARY_ACCOUNT, CI_ROLE, '--on', repository, '-y')).status, 0);
    assert.deepEqual(
      stage.policyOf('team/app')?.Statement.map(({ Sid }) => Sid),
      [undefined],
    );
  });

  test("writes a prefix into the registry's policy, which leaves those of its repositories alone", async () => {
    await using stage = await startPolicyStage();
    const { status, stderr } = await stage.run('grant', CI_ROLE, '--on', on('team/*'), '--push', '--yes');
    assert.deepEqual([status, stderr], [0, '']);
    const policy = stage.policyOf();
    assert.deepEqual(
      policy?.Statement.map(({ Sid, Resource }) => [Sid, Resource]),
      ['EcrXacctPull', 'EcrXacctPush'].map((sid) => [
        sid,
        'arn:aws:ecr:us-east-1:111122223333:repository/team/*',
      ]),
    );
    assert.equal(stage.policyOf('team/private'), undefined);
  });

  test('gives the policy as JSON, from nothing or from a file, without any credentials', async () => {
    await using stage = await startPolicyStage({ files: () => ({}) });
    const args = ['grant', 'org:o-a1b2c3d4e5', '--on', on(), '--json'];
    const empty = await stage.run(...args, '--empty');
    assert.deepEqual([empty.status, empty.stderr], [0, '']);
    const granted = JSON.parse(empty.stdout);
    assert.deepEqual(granted.Statement[0].Condition, {
      StringEquals: { 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] },
    });

    const file = join(stage.product.folder, 'policy.json');
    await writeFile(file, empty.stdout);
    assert.equal((await stage.run(...args, '--policy', file)).stdout, empty.stdout);
    // As PowerShell writes it.
    await writeFile(file, `\uFEFF${empty.stdout}`);
    assert.equal((await stage.run(...args, '--policy', file)).stdout, empty.stdout);
    const revoked = await stage.run('revoke', 'org:o-a1b2c3d4e5', '--on', on(), '--json', '--policy', file);
    assert.equal(revoked.stdout, 'null\n');
    const input = empty.stdout;
    const { stdout } = await stage.product.run(
      ['ecr-xacct', 'grant', SECONDARY_ACCOUNT, '--on', on(), '--dry-run', '--policy', '-'],
      { input },
    );
    assert.match(stdout, /^\+ {6}"Sid": "EcrXacctPull",$[\s\S]*this was a dry run\.$/m);
    assert.equal(stage.aws.count(), 0);
  });

  test('shows what it would write, and writes nothing, where that is all it is asked for', async () => {
    await using stage = await startPolicyStage();
    const args = ['grant', SECONDARY_ACCOUNT, '--on', on('team/private')];
    assert.match((await stage.run(...args, '--dry-run')).stdout, /this was a dry run/);
    assert.equal(JSON.parse((await stage.run(...args, '--json')).stdout).Statement.length, 1);
    assert.equal(stage.policyOf('team/private'), undefined);
  });

  test('shows a change line by line, also of a policy that fits only without white space', async () => {
    await using stage = await startPolicyStage();
    const repository = holderOf(stage.aws, 'team/private');
    assert.ok(repository);
    repository.policy = {
      Statement: Array.from({ length: 60 }, (_, index) => ({
        Sid: `s${index}`,
        Effect: 'Deny',
        Principal: '*',
        Action: ['ecr:DeleteRepository', 'ecr:DeleteRepositoryPolicy'],
      })),
    };
    assert.ok(JSON.stringify(repository.policy, undefined, 2).length > 10_240);
    const { stdout } = await stage.run('grant', CI_ROLE, '--on', on('team/private'), '--dry-run');
    assert.match(stdout, /^\+ {10}"arn:aws:iam::444455556666:role\/ci"$/m);
    assert.doesNotMatch(stdout, /^-(?!--)/m);
  });

  test('goes on where a profile is broken that it does not need', async () => {
    await using stage = await startPolicyStage({
      files: (cast) => {
        const files = ownerFiles(cast);
        const broken = { role_arn: 'arn:aws:iam::444455556666:role/ci', source_profile: 'nowhere' };
        return { ...files, config: { ...files.config, default: broken } };
      },
    });
    const { status, stderr } = await stage.run('grant', CI_ROLE, '--on', on('team/private'), '--yes');
    assert.deepEqual([status, stderr], [0, '']);
    const other = await stage.run('access', '999988887777.dkr.ecr.us-east-1.amazonaws.com/app');
    assert.match(
      other.stderr,
      /no profile of account 999988887777 is known here: .*there is no profile nowhere/,
    );
  });

  test('leaves alone what others wrote, and what is given already', async () => {
    await using stage = await startPolicyStage();
    const before = stage.policyOf('team/app');
    const { stdout } = await stage.run('grant', SECONDARY_ACCOUNT, '--on', on('team/app'), '--yes');
    assert.match(stdout, /^Nothing to change/m);
    await stage.run('grant', CI_ROLE, '--on', on('team/app'), '--yes');
    assert.deepEqual(stage.policyOf('team/app')?.Statement[0], [before?.Statement].flat()[0]);
    assert.equal(stage.policyOf('team/app')?.Statement.length, 2);
  });

  test('keeps what another program writes while the change is shown', async () => {
    await using stage = await startPolicyStage();
    const theirs = { Sid: 'Theirs', Effect: 'Allow', Principal: '*', Action: 'ecr:DescribeImages' } as const;
    let reads = 0;
    stage.aws.onCall('ecr', 'GetRepositoryPolicy', () => {
      reads += 1;
      const repository = holderOf(stage.aws, 'team/private');
      if (reads === 2 && repository !== undefined) repository.policy = { Statement: [theirs] };
    });
    const { status, stderr } = await stage.run('grant', CI_ROLE, '--on', on('team/private'), '--yes');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Another program changed it meanwhile/);
    assert.deepEqual(
      stage.policyOf('team/private')?.Statement.map(({ Sid }) => Sid),
      ['Theirs', 'EcrXacctPull'],
    );
  });

  test('of two processes at once, of which one overwrites the other: both are in the policy in the end', async () => {
    await using stage = await startPolicyStage();
    // Each has read what it merges before the other one writes.
    const bothWrite = Promise.withResolvers<void>();
    let writes = 0;
    stage.aws.onCall('ecr', 'SetRepositoryPolicy', async () => {
      writes += 1;
      if (writes === 2) bothWrite.resolve();
      await bothWrite.promise;
    });
    const both = await Promise.all(
      [SECONDARY_ACCOUNT, CI_ROLE].map((who) => stage.run('grant', who, '--on', on('team/private'), '-y')),
    );
    for (const { status, stdout, stderr } of both) assert.equal(status, 0, stdout + stderr);
    assert.ok(writes > 2);
    assert.match(both.map(({ stderr }) => stderr).join(''), /Another program changed it meanwhile/);
    const [statement, ...others] = stage.policyOf('team/private')?.Statement ?? [];
    assert.deepEqual([statement?.Principal, others], [{ AWS: [CI_ROLE, SECONDARY_ROOT] }, []]);
  });
});
