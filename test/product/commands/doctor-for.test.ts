// `ecr-xacct doctor --for …`: the built program, with the fake AWS, checks what ECS, Fargate and Lambda need.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Diagnosis } from '../../../src/doctor/finding.ts';
import { lambdaMayPull } from '../../fake-aws/lambda-pull.ts';
import { PRIMARY_ACCOUNT, REGION, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import {
  holderOf,
  on,
  ownerFiles,
  type PolicyStage,
  startPolicyStage,
} from '../../support/product/policy-stage.ts';
import { devFiles, keysOf } from '../../support/product/stage.ts';

const files: typeof ownerFiles = (cast) => {
  const { credentials, ...others } = ownerFiles(cast);
  return { ...others, credentials: { ...credentials, inspector: keysOf(cast.secondaryAdmin) } };
};
const EXECUTION_ROLE = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/ecsTaskExecutionRole`;
const IMAGE = on('team/private:1');

async function diagnosed(stage: PolicyStage, ...args: string[]) {
  const { status, stdout, stderr } = await stage.run('doctor', IMAGE, '--json', ...args);
  assert.equal(stderr, '');
  const { findings, cause } = JSON.parse(stdout) as Diagnosis;
  assert.equal(status, cause === undefined ? 0 : 1);
  return { steps: findings.map(({ step, outcome }) => `${step} ${outcome}`), cause };
}

const ROLE_STEPS = ['role ok', 'role-rights ok', 'registry-rights ok'];

describe('doctor --for fargate', () => {
  test('goes from the execution role to the policies of the registry, and is content after the grant it asks for', async () => {
    await using stage = await startPolicyStage({ files });
    const before = await diagnosed(stage, '--for', 'fargate');
    assert.deepEqual(before.steps, [...ROLE_STEPS.slice(0, 2), 'registry-rights failed']);
    assert.equal(before.cause?.command, `ecr-xacct grant ${EXECUTION_ROLE} --on ${on('team/private')}`);
    assert.equal(before.cause?.by, 'an administrator of 111122223333');
    await stage.run(...(before.cause?.command?.split(' ').slice(1) ?? []), '--yes');
    assert.deepEqual((await diagnosed(stage, '--for', 'fargate')).steps, ROLE_STEPS);
  });

  test('does not report a statement as missing if it may not read the policy, or does not understand it', async () => {
    await using stage = await startPolicyStage({ files });
    await stage.run('grant', EXECUTION_ROLE, '--on', on('team/*'), '--yes');
    assert.deepEqual((await diagnosed(stage, '--for', 'fargate')).steps, ROLE_STEPS);
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    policies.push({ Statement: { Effect: 'Deny', Action: 'ecr:GetRegistryPolicy', Resource: '*' } });
    const unknown = [...ROLE_STEPS.slice(0, 2), 'registry-rights unknown'];
    assert.deepEqual((await diagnosed(stage, '--for', 'fargate')).steps, unknown);
    policies.pop();
    const registry = holderOf(stage.aws);
    assert.ok(registry);
    registry.policyText = registry.policyText?.replace('"Effect"', '"Effect":"Allow","Effect"');
    assert.deepEqual((await diagnosed(stage, '--for', 'fargate')).steps, unknown);
  });

  test('says that the role does not exist, and how it is made', async () => {
    await using stage = await startPolicyStage({ files });
    const { steps, cause } = await diagnosed(stage, '--for', 'fargate', '--role', `${EXECUTION_ROLE}2`);
    assert.deepEqual(steps, ['role failed']);
    assert.match(
      cause?.command ?? '',
      /^aws iam create-role --role-name ecsTaskExecutionRole2 .*ecs-tasks\.amazonaws\.com.* --profile inspector$/,
    );
    assert.deepEqual([cause?.side, cause?.by], ['caller', 'an administrator of 444455556666']);
  });

  test('says that ECS may not assume the role', async () => {
    await using stage = await startPolicyStage({ files });
    const role = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/ci`;
    const { steps, cause } = await diagnosed(stage, '--for', 'fargate', '--role', role);
    assert.deepEqual(steps, ['role failed']);
    assert.match(cause?.text ?? '', /ci of 444455556666 does not trust ecs-tasks\.amazonaws\.com/);
  });

  test('says what the role lacks, and which managed policy would do', async () => {
    await using stage = await startPolicyStage({ files });
    stage.cast.secondary.role('bare', {
      trust: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      },
    });
    const role = `arn:aws:iam::${SECONDARY_ACCOUNT}:role/bare`;
    const { steps, cause } = await diagnosed(stage, '--for', 'fargate', '--role', role);
    assert.deepEqual(steps, ['role ok', 'role-rights failed']);
    assert.match(
      cause?.text ?? '',
      /ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer/,
    );
    assert.equal(
      cause?.command,
      'aws iam attach-role-policy --role-name bare --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy --profile inspector',
    );
  });

  test('tells a service control policy, a boundary and a Deny from a policy that is not there', async () => {
    const deny = { Statement: { Effect: 'Deny', Action: 'ecr:BatchGetImage', Resource: '*' } } as const;
    const rows: [(stage: PolicyStage) => void, side: string, text: RegExp][] = [
      [({ cast }) => void cast.secondary.scp.push(deny), 'organization', /service control policy/],
      [
        ({ cast }) => void cast.secondary.roles.get('ecsTaskExecutionRole')?.policies.push(deny),
        'caller',
        /a Deny/,
      ],
    ];
    for (const [set, side, text] of rows) {
      await using stage = await startPolicyStage({ files });
      set(stage);
      const { cause } = await diagnosed(stage, '--for', 'fargate');
      assert.deepEqual([cause?.step, cause?.side, cause?.action], ['role-rights', side, 'ecr:BatchGetImage']);
      assert.match(cause?.text ?? '', text);
    }
  });

  test('does not take for a denial what depends on where the request comes from', async () => {
    await using stage = await startPolicyStage({ files });
    const role = stage.cast.secondary.roles.get('ecsTaskExecutionRole');
    assert.ok(role);
    const inRegion = { StringEquals: { 'aws:RequestedRegion': REGION } };
    const rights = { Effect: 'Allow', Action: 'ecr:*', Resource: '*' } as const;
    role.managed = [];
    role.policies = [{ Statement: { ...rights, Condition: inRegion } }];
    const known = await diagnosed(stage, '--for', 'fargate');
    assert.deepEqual(known.steps.slice(0, 2), ['role ok', 'role-rights ok']);
    role.policies = [
      { Statement: { ...rights, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } } },
    ];
    const { stdout } = await stage.run('doctor', IMAGE, '--for', 'fargate');
    assert.match(stdout, /role-rights +unknown[\s\S]*depends on\s+aws:SourceIp/);
  });

  test('says what it cannot look at, and whom to ask', async () => {
    await using stage = await startPolicyStage({ files: devFiles });
    const { status, stdout } = await stage.run('doctor', IMAGE, '--for', 'fargate');
    assert.equal(status, 0, stdout);
    assert.equal(stdout.match(/^\d {2}\S+ +unknown /gm)?.length, 3);
    assert.match(
      stdout,
      /^Not known: registry-rights\. An administrator of 111122223333 runs:\n {2}ecr-xacct grant arn:\S+ --on \S+\/team\/private$/m,
    );
    assert.match(stdout, /^If it has another name, add: --role ARN$/m);
    assert.match(stdout, /^Whether something is wrong is not known\.$/m);
    const named = await stage.run('doctor', IMAGE, '--for', 'fargate', '--role', EXECUTION_ROLE);
    assert.doesNotMatch(named.stdout, /--role/);
  });

  test('says why a profile of the other account could not be asked, and how to fix it', async () => {
    const expired: typeof files = (cast) => {
      const { credentials, config } = files(cast);
      const { primary: _, ...others } = credentials ?? {};
      const owner = {
        sso_start_url: 'https://sso.example/start',
        sso_region: REGION,
        sso_account_id: PRIMARY_ACCOUNT,
        sso_role_name: 'Owner',
      };
      return { credentials: others, config: { ...config, 'profile owner': owner } };
    };
    await using stage = await startPolicyStage({ files: expired });
    const { stdout } = await stage.run('doctor', IMAGE, '--for', 'fargate', '--role', EXECUTION_ROLE);
    assert.match(
      stdout.replace(/\s+/g, ' '),
      /unknown its policies could not be read: profile owner: you have not signed in to SSO session [^ ]+/,
    );
    assert.match(stdout, /^ {2}aws sso login --profile owner$/m);
  });

  test('wants a role by its ARN', async () => {
    await using stage = await startPolicyStage({ files });
    const { status, stderr } = await stage.run(
      'doctor',
      IMAGE,
      '--for',
      'fargate',
      '--role',
      'ecsTaskExecutionRole',
    );
    assert.equal(status, 2);
    assert.match(stderr, /ecsTaskExecutionRole is not a role\nWrite it like arn:aws:iam::/);
  });
});

test('doctor --for ecs looks at the role of the instances.', async () => {
  await using stage = await startPolicyStage({ files });
  const { cause } = await diagnosed(stage, '--for', 'ecs');
  assert.match(cause?.command ?? '', /grant arn:aws:iam::444455556666:role\/ecsInstanceRole --on /);
});

test('doctor --for ecs takes the name that EC2 has in China.', async () => {
  await using stage = await startPolicyStage({ files });
  const service = (name: string) => ({
    Statement: { Effect: 'Allow', Principal: { Service: name }, Action: 'sts:AssumeRole' } as const,
  });
  stage.cast.secondary.role('cn', { trust: service('ec2.amazonaws.com.cn') });
  const image = '111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:1';
  const stepsOf = async (partition: string) => {
    const role = `arn:${partition}:iam::444455556666:role/cn`;
    const { stdout } = await stage.run('doctor', image, '--json', '--for', 'ecs', '--role', role);
    const { findings } = JSON.parse(stdout) as Diagnosis;
    return findings.map(({ step, outcome }) => `${step} ${outcome}`)[0];
  };
  assert.equal(await stepsOf('aws-cn'), 'role ok');
  assert.equal(await stepsOf('aws'), 'role failed');
});

describe('doctor --for lambda', () => {
  test('wants the region of the registry', async () => {
    await using stage = await startPolicyStage({ files });
    const { steps, cause } = await diagnosed(stage, '--for', 'lambda', '--region', 'eu-west-1');
    assert.deepEqual(steps, ['region failed']);
    assert.match(cause?.text ?? '', /the functions are in eu-west-1, the registry in us-east-1/);
    assert.match(
      cause?.command ?? '',
      /^aws ecr put-replication-configuration .*"region":"eu-west-1".* --region us-east-1 --profile primary$/,
    );
  });

  test('asks for the grant by which Lambda pulls, and is content after it', async () => {
    await using stage = await startPolicyStage({ files, env: { AWS_REGION: REGION } });
    const functionArn = `arn:aws:lambda:${REGION}:${SECONDARY_ACCOUNT}:function:job`;
    const asked = { registry: PRIMARY_ACCOUNT, region: REGION, repository: 'team/private', functionArn };
    const { steps, cause } = await diagnosed(stage, '--for', 'lambda');
    assert.deepEqual(steps, ['region ok', 'registry-rights failed']);
    assert.equal(cause?.command, `ecr-xacct grant lambda:444455556666 --on ${on('team/private')}`);
    assert.equal(lambdaMayPull(stage.aws.world, asked), false);
    await stage.run(...(cause?.command?.split(' ').slice(1) ?? []), '--yes');
    assert.equal(lambdaMayPull(stage.aws.world, asked), true);
    assert.deepEqual((await diagnosed(stage, '--for', 'lambda')).steps, ['region ok', 'registry-rights ok']);
  });

  test('wants the account of the functions let in, besides the service', async () => {
    await using stage = await startPolicyStage({ files, env: { AWS_REGION: REGION } });
    const repository = holderOf(stage.aws, 'team/private');
    assert.ok(repository);
    repository.policy = {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      },
    };
    assert.deepEqual((await diagnosed(stage, '--for', 'lambda')).steps, [
      'region ok',
      'registry-rights failed',
    ]);
  });
});
