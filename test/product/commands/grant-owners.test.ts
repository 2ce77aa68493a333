// The identity of `ecr-xacct grant`, `revoke` and `access`, what they say about others, and when they change the scope.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CANARY } from '../../fake-aws/canary.ts';
import type { Statement } from '../../fake-aws/policy-evaluation.ts';
import { REGION, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { on, ownerFiles, type PolicyStage, startPolicyStage } from '../../support/product/policy-stage.ts';
import { keysOf } from '../../support/product/stage.ts';

const AUDITOR = {
  accessKeyId: 'AKIAFAKEAUDITOR00001',
  secretAccessKey: `${CANARY}/auditor/0123456789+of-audit`,
};

/** Before `primary`, which may do everything, there is the profile `auditor` of the same account, with these rights. */
async function startWithAuditor(...allowed: Statement[]): Promise<PolicyStage> {
  const stage = await startPolicyStage({
    files: (cast) => {
      const { credentials, ...others } = ownerFiles(cast);
      const { primary, ...before } = credentials ?? {};
      return { ...others, credentials: { ...before, auditor: keysOf(AUDITOR), ...(primary && { primary }) } };
    },
  });
  stage.cast.primary.user('auditor', { ...AUDITOR, policies: [{ Statement: allowed }] });
  return stage;
}

const READ: Statement = { Effect: 'Allow', Action: ['ecr:Get*', 'ecr:Describe*'], Resource: '*' };

describe('Where the first profile of the account', () => {
  test('may not even read, the next one does it.', async () => {
    await using stage = await startWithAuditor();
    const { status, stdout } = await stage.run(
      'grant',
      SECONDARY_ACCOUNT,
      '--on',
      on('team/private'),
      '--yes',
    );
    assert.equal(status, 0);
    assert.match(stdout, /^as arn:aws:iam::111122223333:user\/admin \(profile primary\)$/m);
    assert.equal((await stage.run('access', on('team/private'))).status, 0);
    assert.equal(
      (await stage.run('revoke', SECONDARY_ACCOUNT, '--on', on('team/private'), '--yes')).status,
      0,
    );
    assert.equal(stage.policyOf('team/private'), undefined);
  });

  test('may read and not write, nothing is written, and the others are named with the whole command.', async () => {
    await using stage = await startWithAuditor(READ);
    const args = ['grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--push', '--yes'];
    const { status, stderr } = await stage.run(...args);
    assert.equal(status, 1);
    assert.match(stderr, /^ecr-xacct: not allowed to call ecr:SetRepositoryPolicy \(User: \S+user\/auditor /);
    assert.match(
      stderr,
      /^As profile primary \(arn:aws:iam::111122223333:user\/admin\), run:\n {2}ecr-xacct grant 444455556666 --on \S+\/team\/private --push --yes --profile primary$/m,
    );
    assert.equal(stage.policyOf('team/private'), undefined);
    assert.equal((await stage.run(...args, '--profile', 'primary')).status, 0);
  });

  test('may not, and none may, each is named.', async () => {
    await using stage = await startWithAuditor();
    const admin = stage.cast.primary.users.get('admin') ?? assert.fail();
    admin.policies = [];
    const { status, stderr } = await stage.run('access', on('team/private'));
    assert.equal(status, 1);
    assert.match(
      stderr,
      /user\/auditor .*; nor may profile primary \(arn:aws:iam::111122223333:user\/admin\)$/m,
    );
  });

  test('is named by --profile, no other is tried.', async () => {
    await using stage = await startWithAuditor();
    const args = ['grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--yes', '--profile', 'auditor'];
    const { status, stderr } = await stage.run(...args);
    assert.equal(status, 1);
    assert.doesNotMatch(stderr, /primary/);
  });
});

describe('A tag in --on', () => {
  for (const [tag, name] of [
    [':1', 'tag'],
    [`@sha256:${'a'.repeat(64)}`, 'digest'],
  ]) {
    test(`(a ${name}) means nothing in a policy: the command without it has every other option.`, async () => {
      await using stage = await startPolicyStage();
      const options = ['--push', '--profile', 'primary', '--wait', '90s', '--yes'];
      const { status, stderr } = await stage.run(
        ...['grant', SECONDARY_ACCOUNT, '--on', on(`team/private${tag}`), ...options],
      );
      assert.equal(status, 2);
      assert.ok(
        stderr.startsWith(`ecr-xacct: ${tag} means nothing in a policy, which is for a repository`),
        stderr,
      );
      assert.match(
        stderr,
        /\nWithout it, run:\n {2}ecr-xacct grant 444455556666 --on \S+\/team\/private --push --profile primary --yes --wait 90s\n/,
      );
      assert.equal(stage.policyOf('team/private'), undefined);
    });
  }

  test('is left out where policies are only looked at, and that is said.', async () => {
    await using stage = await startPolicyStage();
    const { status, stderr } = await stage.run('access', on('team/app:1'));
    assert.equal(status, 0);
    assert.match(stderr, /^Note: :1 is left out/);
  });
});

describe('The scope', () => {
  const ALL = ['grant', SECONDARY_ACCOUNT, '--on', on('team/*'), '--yes'];

  async function startUnderV1(...denied: string[]): Promise<PolicyStage> {
    const stage = await startPolicyStage();
    const registry = stage.cast.primary.registry(REGION);
    registry.policyScope = 'V1';
    registry.isStrictUnderV1 = true;
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    if (denied.length > 0) policies.push({ Statement: { Effect: 'Deny', Action: denied, Resource: '*' } });
    return stage;
  }

  test('is set before the policy is written, which V1 would refuse.', async () => {
    await using stage = await startUnderV1();
    const { status, stdout, stderr } = await stage.run(...ALL, '--upgrade-scope');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /scope is V2 now\.\nGranted/);
    assert.equal(stage.policyOf()?.Statement.length, 1);
  });

  test('is set with --upgrade-scope also where it may not be read.', async () => {
    await using stage = await startUnderV1('ecr:GetAccountSetting');
    assert.equal((await stage.run(...ALL, '--upgrade-scope')).status, 0);
    assert.equal(stage.cast.primary.registry(REGION).policyScope, 'V2');
    assert.equal(stage.policyOf()?.Statement.length, 1);
  });

  test('is set where the policy is there already, and only the scope is missing.', async () => {
    await using stage = await startUnderV1();
    const registry = stage.cast.primary.registry(REGION);
    registry.isStrictUnderV1 = false;
    registry.policyScope = 'V2';
    await stage.run(...ALL);
    registry.policyScope = 'V1';
    const { stdout } = await stage.run(...ALL, '--upgrade-scope');
    assert.match(stdout, /scope is V2 now/);
    assert.match(stdout, /^Nothing to change: /m);
  });

  test('that cannot be set leaves the policy unwritten.', async () => {
    await using stage = await startUnderV1('ecr:PutAccountSetting');
    const { status, stderr } = await stage.run(...ALL, '--upgrade-scope');
    assert.equal(status, 1);
    assert.match(stderr, /^ecr-xacct: nothing is written, as the scope could not be set to V2: not allowed/m);
    assert.equal(stage.policyOf(), undefined);
  });

  test('is named as a cause where ECR refuses a policy and the scope is not known.', async () => {
    await using stage = await startUnderV1('ecr:GetAccountSetting');
    const { status, stderr } = await stage.run(...ALL);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^ecr-xacct: ECR does not accept the registry's policy \(Invalid registry policy provided\): its scope is V1, which has no pulls and pushes, or a principal in it does not exist: 444455556666$/m,
    );
    assert.match(
      stderr,
      /^If its scope is V1, run:\n {2}ecr-xacct grant 444455556666 --on '\S+\/team\/\*' --yes --upgrade-scope$/m,
    );
  });

  test('that is not known is a warning of access, where the registry has a policy.', async () => {
    await using stage = await startPolicyStage();
    await stage.run(...ALL);
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    policies.push({ Statement: { Effect: 'Deny', Action: 'ecr:GetAccountSetting', Resource: '*' } });
    const { stdout } = await stage.run('access', on());
    assert.match(
      stdout.replaceAll('\n', ' '),
      /Warning: the registry's policy scope is not known: if it is V1, its statements allow no pull/,
    );
    stage.cast.primary.repository(REGION, 'other');
    const other = await stage.run('access', on('other'));
    assert.equal(other.status, 0);
    assert.doesNotMatch(other.stdout, /scope is not known/);
  });
});

describe('access --format', () => {
  test('csv prints a line a principal and statement, and the rest on stderr.', async () => {
    await using stage = await startPolicyStage();
    await stage.run('grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--yes');
    const repository = stage.cast.primary.registry(REGION).repositories.get('team/private') ?? assert.fail();
    repository.policy = {
      Statement: [
        ...[repository.policy?.Statement ?? []].flat(),
        { Sid: '=cmd()', Effect: 'Allow', Principal: '*', Action: ['ecr:BatchGetImage', 'ecr:ListImages'] },
      ],
    };
    const { status, stdout, stderr } = await stage.run('access', on('team/private'), '--format', 'csv');
    assert.equal(status, 0);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    assert.equal(head, 'registry,who,may,where,policy,statement,effect,conditions,warnings');
    assert.equal(lines[0], `${on()},444455556666,pull,team/private,repository,EcrXacctPull,Allow,,`);
    assert.match(
      lines[1] ?? '',
      /,"ecr:BatchGetImage, ecr:ListImages",team\/private,repository,'=cmd\(\),Allow,/,
    );
    assert.match(stderr, /^Warning: =cmd\(\) of the repository policy: /);
  });

  test('json is what --json is, table what there is without it, and anything else is refused.', async () => {
    await using stage = await startPolicyStage();
    const run = async (...args: string[]) => (await stage.run('access', on('team/app'), ...args)).stdout;
    assert.equal(await run('--format', 'json'), await run('--json'));
    assert.equal(await run('--format', 'table'), await run());
    assert.equal((await stage.run('access', on(), '--format', 'xml')).status, 2);
  });
});
