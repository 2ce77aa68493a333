// The fake IAM, with the real SDK client: roles, users, their attached policies, and simulations.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  type EvaluationResult,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { decide, repositoryAttempt } from '../../fake-aws/authorization.ts';
import { lambdaMayPull } from '../../fake-aws/lambda-pull.ts';
import type { PolicyDocument, Statement } from '../../fake-aws/policy-evaluation.ts';
import type { FakeAws } from '../../fake-aws/start-fake-aws.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import type { AccessKey } from '../../fake-aws/two-account-world.ts';
import {
  PRIMARY_ACCOUNT,
  REGION,
  SECONDARY_ACCOUNT,
  twoAccountWorld,
} from '../../fake-aws/two-account-world.ts';

const SSO_ROLE = 'AWSReservedSSO_Developer_0123456789abcdef';
const REPOSITORY = `arn:aws:ecr:${REGION}:${PRIMARY_ACCOUNT}:repository/team/app`;
const here = (resource: string) => `arn:aws:iam::${SECONDARY_ACCOUNT}:${resource}`;

interface Keys extends AccessKey {
  sessionToken?: string;
}

function client(aws: FakeAws, credentials: Keys, region = REGION) {
  const iam = new IAMClient({ endpoint: aws.url, region, credentials, maxAttempts: 1 });
  return {
    role: (RoleName: string) => iam.send(new GetRoleCommand({ RoleName })),
    user: (UserName?: string) => iam.send(new GetUserCommand(UserName === undefined ? {} : { UserName })),
    rolePolicies: (RoleName: string) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    userPolicies: (UserName: string) => iam.send(new ListAttachedUserPoliciesCommand({ UserName })),
    simulate: (input: Partial<SimulatePrincipalPolicyCommandInput>) =>
      iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: here('role/ci'),
          ActionNames: ['ecr:BatchGetImage'],
          ResourceArns: [REPOSITORY],
          ...input,
        }),
      ),
  };
}

async function start() {
  const aws = await startFakeAws();
  const cast = twoAccountWorld(aws.world);
  const iam = client(aws, cast.secondaryAdmin);
  return { aws, cast, iam, [Symbol.asyncDispose]: () => aws.close() };
}

suite('Roles and users', () => {
  test('A role says who it is and whom it trusts.', async () => {
    await using aws = await start();
    const { Role: role } = await aws.iam.role('ci');
    assert.deepEqual([role?.RoleName, role?.Path, role?.Arn], ['ci', '/', here('role/ci')]);
    assert.match(role?.RoleId ?? '', /^AROA[A-Z2-7]{16}$/);
    assert.equal(role?.MaxSessionDuration, 3600);
    assert(role?.CreateDate instanceof Date);
    const trust = JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument ?? ''));
    assert.deepEqual(trust, aws.cast.secondary.roles.get('ci')?.trust);
    assert.doesNotMatch(role.AssumeRolePolicyDocument ?? '', /[{"]/);
  });

  test('A role with a path is found by its name and has the path in its ARN; its sessions do not.', async () => {
    await using aws = await start();
    const { Role: role } = await aws.iam.role(SSO_ROLE);
    const path = '/aws-reserved/sso.amazonaws.com/';
    assert.deepEqual([role?.Path, role?.Arn], [path, here(`role${path}${SSO_ROLE}`)]);
    const session = here('').replace(':iam:', ':sts:');
    const principal = aws.aws.world.principal(`${session}assumed-role/${SSO_ROLE}/dev`);
    assert.equal(principal?.arn, role?.Arn);
    await assert.rejects(aws.iam.role(`aws-reserved/${SSO_ROLE}`), { name: 'ValidationError' });
  });

  test('A user is found by name, and without one it is the caller.', async () => {
    await using aws = await start();
    const { User: dev } = await aws.iam.user('dev');
    assert.deepEqual([dev?.UserName, dev?.Path, dev?.Arn], ['dev', '/', here('user/dev')]);
    assert.match(dev?.UserId ?? '', /^AIDA[A-Z2-7]{16}$/);
    assert.equal((await aws.iam.user()).User?.UserName, 'secondaryAdmin');
  });

  test('Who is not there, or is in another account only, cannot be found.', async () => {
    await using aws = await start();
    const absent = (kind: string, name: string) => ({
      name: 'NoSuchEntityException',
      message: `The ${kind} with name ${name} cannot be found.`,
    });
    await assert.rejects(aws.iam.role('absent'), absent('role', 'absent'));
    await assert.rejects(aws.iam.role('EcrPull'), absent('role', 'EcrPull'));
    await assert.rejects(aws.iam.user('absent'), absent('user', 'absent'));
    await assert.rejects(aws.iam.rolePolicies('absent'), absent('role', 'absent'));
    await assert.rejects(aws.iam.userPolicies('absent'), absent('user', 'absent'));
  });

  test('AWS’s own policies are listed where they are attached.', async () => {
    await using aws = await start();
    const { AttachedPolicies: ofRole } = await aws.iam.rolePolicies('ecsTaskExecutionRole');
    const name = 'AmazonECSTaskExecutionRolePolicy';
    assert.deepEqual(ofRole, [
      { PolicyName: name, PolicyArn: `arn:aws:iam::aws:policy/service-role/${name}` },
    ]);
    assert.deepEqual((await aws.iam.userPolicies('dev')).AttachedPolicies ?? [], []);
  });

  const CALLS: readonly (readonly [
    action: string,
    shown: string,
    call: (iam: ReturnType<typeof client>) => Promise<unknown>,
  ])[] = [
    ['iam:GetRole', 'role ci', (iam) => iam.role('ci')],
    ['iam:GetRole', 'role absent', (iam) => iam.role('absent')],
    ['iam:GetUser', 'user dev', (iam) => iam.user('dev')],
    ['iam:ListAttachedRolePolicies', 'role ci', (iam) => iam.rolePolicies('ci')],
    ['iam:ListAttachedUserPolicies', 'user dev', (iam) => iam.userPolicies('dev')],
    ['iam:SimulatePrincipalPolicy', here('role/ci'), (iam) => iam.simulate({})],
  ];
  for (const [action, shown, call] of CALLS) {
    test(`${action} on ${shown} is denied to those who may not.`, async () => {
      await using aws = await start();
      await assert.rejects(call(client(aws.aws, aws.cast.denied)), {
        name: 'AccessDenied',
        message:
          `User: ${here('user/denied')} is not authorized to perform: ${action} on resource: ${shown} ` +
          `because no identity-based policy allows the ${action} action`,
      });
    });
  }

  test('A right to read one role is judged by its ARN, path included.', async () => {
    await using aws = await start();
    aws.cast.secondary.users.get('denied')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'iam:GetRole', Resource: here('role/aws-reserved/*') },
    });
    const iam = client(aws.aws, aws.cast.denied);
    await iam.role(SSO_ROLE);
    await assert.rejects(iam.role('ci'), { name: 'AccessDenied' });
  });

  test('A caller of any region is answered, and in the log it is IAM.', async () => {
    await using aws = await start();
    await client(aws.aws, aws.cast.secondaryAdmin, 'eu-west-1').role('ci');
    const { service, action, outcome } = aws.aws.calls[0] ?? {};
    assert.deepEqual([service, action, outcome], ['iam', 'GetRole', 'ok']);
  });
});

const DENY: PolicyDocument = { Statement: { Effect: 'Deny', Action: 'ecr:Put*', Resource: '*' } };
const ONLY_S3: PolicyDocument = { Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };

suite('The simulator', () => {
  test('It answers for each action and resource, by identity policies alone.', async () => {
    await using aws = await start();
    const other = REPOSITORY.replace(PRIMARY_ACCOUNT, SECONDARY_ACCOUNT);
    const { EvaluationResults: results, IsTruncated: isTruncated } = await aws.iam.simulate({
      ActionNames: ['ecr:PutImage', 'ecr:DeleteRepository'],
      ResourceArns: [REPOSITORY, other],
    });
    assert.deepEqual(results, [
      { EvalActionName: 'ecr:PutImage', EvalResourceName: REPOSITORY, EvalDecision: 'allowed' },
      { EvalActionName: 'ecr:PutImage', EvalResourceName: other, EvalDecision: 'implicitDeny' },
      { EvalActionName: 'ecr:DeleteRepository', EvalResourceName: REPOSITORY, EvalDecision: 'implicitDeny' },
      { EvalActionName: 'ecr:DeleteRepository', EvalResourceName: other, EvalDecision: 'implicitDeny' },
    ]);
    assert.equal(isTruncated, false);
  });

  test('Without a resource it is about all.', async () => {
    await using aws = await start();
    const { EvaluationResults: results } = await aws.iam.simulate({
      ActionNames: ['ecr:GetAuthorizationToken'],
      ResourceArns: undefined,
    });
    assert.deepEqual(
      results?.map((result) => [result.EvalResourceName, result.EvalDecision]),
      [['*', 'allowed']],
    );
  });

  for (const [title, decision, setUp, details] of [
    ['an explicit deny of its own', 'explicitDeny', { own: DENY }, {}],
    [
      'a boundary that leaves something out',
      'implicitDeny',
      { boundary: ONLY_S3 },
      { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
    ],
    [
      'a service control policy that denies',
      'explicitDeny',
      { scp: DENY },
      { OrganizationsDecisionDetail: { AllowedByOrganizations: false } },
    ],
    [
      'a service control policy that allows something else',
      'implicitDeny',
      { scp: ONLY_S3 },
      { OrganizationsDecisionDetail: { AllowedByOrganizations: false } },
    ],
    [
      'an organization that denies nothing',
      'allowed',
      { organization: 'o-example' },
      { OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
    ],
  ] as readonly (readonly [
    string,
    string,
    { own?: PolicyDocument; boundary?: PolicyDocument; scp?: PolicyDocument; organization?: string },
    object,
  ])[]) {
    test(`It says ${decision} for a role with ${title}.`, async () => {
      await using aws = await start();
      const role = aws.cast.secondary.roles.get('ci');
      assert(role);
      if (setUp.own !== undefined) role.policies.push(setUp.own);
      if (setUp.boundary !== undefined) role.boundary = setUp.boundary;
      if (setUp.organization !== undefined) aws.cast.secondary.organization = setUp.organization;
      const action = { ActionNames: ['ecr:PutImage'] };
      // The policy under test must not apply to the simulation itself.
      if (setUp.scp !== undefined) aws.cast.secondary.scp.push(setUp.scp, allowing('iam:*'));
      if (setUp.scp === DENY) aws.cast.secondary.scp.push(allowing('*'));
      const { EvaluationResults: results } = await aws.iam.simulate(action);
      assert.deepEqual(results, [
        { EvalActionName: 'ecr:PutImage', EvalResourceName: REPOSITORY, EvalDecision: decision, ...details },
      ]);
    });
  }

  for (const [managed, pull, push, layers] of [
    ['AmazonEC2ContainerRegistryPullOnly', 'allowed', 'implicitDeny', 'implicitDeny'],
    ['AmazonEC2ContainerRegistryReadOnly', 'allowed', 'implicitDeny', 'allowed'],
    ['AmazonEC2ContainerRegistryPowerUser', 'allowed', 'allowed', 'allowed'],
    ['AmazonECSTaskExecutionRolePolicy', 'allowed', 'implicitDeny', 'allowed'],
    ['AmazonEC2ContainerServiceforEC2Role', 'allowed', 'implicitDeny', 'allowed'],
  ] as const) {
    test(`It counts ${managed} as a policy of the role it is attached to.`, async () => {
      await using aws = await start();
      aws.cast.secondary.role('managed', { trust: { Statement: [] }, managed: [managed] });
      const { EvaluationResults: results } = await aws.iam.simulate({
        PolicySourceArn: here('role/managed'),
        ActionNames: ['ecr:BatchGetImage', 'ecr:PutImage', 'ecr:BatchCheckLayerAvailability'],
      });
      assert.deepEqual(
        results?.map((result) => result.EvalDecision),
        [pull, push, layers],
      );
    });
  }

  test('It takes values for condition keys.', async () => {
    await using aws = await start();
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } };
    aws.cast.secondary.role('conditional', {
      trust: { Statement: [] },
      policies: [{ Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*', Condition } }],
    });
    const decision = async (value: string) => {
      const ContextEntries = [
        {
          ContextKeyName: 'aws:PrincipalOrgID',
          ContextKeyValues: [value],
          ContextKeyType: 'string' as const,
        },
      ];
      const PolicySourceArn = here('role/conditional');
      const { EvaluationResults: results } = await aws.iam.simulate({ PolicySourceArn, ContextEntries });
      return results?.[0]?.EvalDecision;
    };
    assert.equal(await decision('o-example'), 'allowed');
    assert.equal(await decision('o-other'), 'implicitDeny');
  });

  test('It says which condition keys it was not given: for a resource where one is named, else for the whole.', async () => {
    await using aws = await start();
    const Condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
    aws.cast.secondary.role('elsewhere', {
      trust: { Statement: [] },
      policies: [{ Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*', Condition } }],
    });
    const PolicySourceArn = here('role/elsewhere');
    const repository = 'arn:aws:ecr:us-east-1:111122223333:repository/team/app';
    for (const [ResourceArns, keysOf] of [
      [['*'], (result: EvaluationResult) => result.MissingContextValues],
      [[repository], (result: EvaluationResult) => result.ResourceSpecificResults?.[0]?.MissingContextValues],
    ] as const) {
      const { EvaluationResults: results } = await aws.iam.simulate({
        PolicySourceArn,
        ResourceArns: [...ResourceArns],
      });
      assert.deepEqual(results?.map(keysOf), [['aws:SourceIp']]);
    }
  });

  test('It wants a role or a user, not a session, and one that is there.', async () => {
    await using aws = await start();
    const session = here('assumed-role/ci/x').replace(':iam:', ':sts:');
    await assert.rejects(aws.iam.simulate({ PolicySourceArn: session }), {
      name: 'InvalidInputException',
      message: `Invalid Entity Arn: ${session} does not clearly define entity type and name.`,
    });
    await assert.rejects(aws.iam.simulate({ PolicySourceArn: here('role/absent') }), {
      name: 'NoSuchEntityException',
    });
    const elsewhere = here('role/EcrPull').replace(SECONDARY_ACCOUNT, PRIMARY_ACCOUNT);
    await assert.rejects(aws.iam.simulate({ PolicySourceArn: elsewhere }), { name: 'NoSuchEntityException' });
    const user = await aws.iam.simulate({ PolicySourceArn: here('user/dev') });
    assert.equal(user.EvaluationResults?.[0]?.EvalDecision, 'allowed');
  });
});

function allowing(Action: string): PolicyDocument {
  return { Statement: { Effect: 'Allow', Action, Resource: '*' } };
}

suite('Who else has a say, as ECR words it', () => {
  const token = (aws: FakeAws, credentials: Keys) =>
    new ECRClient({ endpoint: aws.url, region: REGION, credentials, maxAttempts: 1 }).send(
      new GetAuthorizationTokenCommand(),
    );
  const action = 'ecr:GetAuthorizationToken';

  for (const [title, setUp, reason] of [
    [
      'an allow list of the organization',
      (secondary) => secondary.scp.push(allowing('s3:*')),
      `because no service control policy allows the ${action} action`,
    ],
    [
      'a VPC endpoint policy',
      (secondary) => {
        secondary.vpcEndpointPolicy = { Statement: [] };
      },
      `because no VPC endpoint policy allows the ${action} action`,
    ],
    [
      'a deny in a VPC endpoint policy',
      (secondary) => {
        const deny: Statement = { Effect: 'Deny', Principal: '*', Action: 'ecr:*', Resource: '*' };
        secondary.vpcEndpointPolicy = { Statement: deny };
      },
      'with an explicit deny in a VPC endpoint policy',
    ],
  ] as readonly (readonly [
    string,
    (secondary: ReturnType<typeof twoAccountWorld>['secondary']) => unknown,
    string,
  ])[]) {
    test(`A denial by ${title} says so.`, async () => {
      await using aws = await start();
      setUp(aws.cast.secondary);
      await assert.rejects(token(aws.aws, aws.cast.dev), {
        name: 'AccessDeniedException',
        message: `User: ${here('user/dev')} is not authorized to perform: ${action} on resource: * ${reason}`,
      });
    });
  }

  test('A session may do no more than the policy it was begun with.', async () => {
    await using aws = await start();
    const sts = new STSClient({ endpoint: aws.aws.url, region: REGION, credentials: aws.cast.dev });
    const assume = async (Policy: string) => {
      const RoleArn = here('role/ci');
      const { Credentials: keys } = await sts.send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: 'job', Policy }),
      );
      assert(keys?.AccessKeyId && keys.SecretAccessKey && keys.SessionToken);
      return {
        accessKeyId: keys.AccessKeyId,
        secretAccessKey: keys.SecretAccessKey,
        sessionToken: keys.SessionToken,
      };
    };
    await token(aws.aws, await assume(JSON.stringify(allowing('ecr:*'))));
    await assert.rejects(token(aws.aws, await assume(JSON.stringify(allowing('s3:*')))), {
      message: / because no session policy allows the ecr:GetAuthorizationToken action$/,
    });
    await assert.rejects(assume('{'), { name: 'MalformedPolicyDocumentException' });
  });

  test('A resource control policy of the owner overrides what its repositories grant.', async () => {
    await using aws = await start();
    aws.cast.primary.rcp.push({
      Statement: { Effect: 'Deny', Principal: '*', Action: 'ecr:*', Resource: '*' },
    });
    aws.cast.secondary.users.get('dev')?.policies.push(allowing('ecr:*'));
    const caller = aws.aws.world.credentials(aws.cast.dev.accessKeyId)?.caller;
    assert(caller);
    const attempt = repositoryAttempt(aws.cast.primary, REGION, 'team/app', 'ecr:BatchGetImage');
    assert.deepEqual(decide(caller, attempt), {
      allowed: false,
      explicit: true,
      by: 'resource control policy',
    });
  });
});

suite('Lambda', () => {
  const functionArn = `arn:aws:lambda:${REGION}:${SECONDARY_ACCOUNT}:function:job`;
  const pull = { registry: PRIMARY_ACCOUNT, region: REGION, repository: 'team/app', functionArn };
  const Action = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  const account: Statement = { Effect: 'Allow', Principal: { AWS: here('root') }, Action };
  const service: Statement = {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action,
    Condition: {
      StringLike: { 'aws:sourceArn': `arn:aws:lambda:${REGION}:${SECONDARY_ACCOUNT}:function:*` },
    },
  };

  for (const [title, statements, change, expected] of [
    ['both statements are there', [account, service], {}, true],
    ['only the account is named', [account], {}, false],
    ['only the service is named', [service], {}, false],
    ['the layers are left out', [account, { ...service, Action: 'ecr:BatchGetImage' }], {}, false],
    [
      'the function is in a third account',
      [account, service],
      { functionArn: functionArn.replace(SECONDARY_ACCOUNT, '999999999999') },
      false,
    ],
    [
      'the function is in another region',
      [account, { ...service, Condition: undefined }],
      { functionArn: functionArn.replace(REGION, 'eu-west-1') },
      false,
    ],
    ['the repository is not there', [account, service], { repository: 'absent' }, false],
  ] as readonly (readonly [string, readonly Statement[], object, boolean])[]) {
    test(`It ${expected ? 'may' : 'may not'} pull where ${title}.`, async () => {
      await using aws = await start();
      aws.cast.primary.repository(REGION, 'team/app', { policy: { Statement: statements } });
      assert.equal(lambdaMayPull(aws.aws.world, { ...pull, ...change }), expected);
    });
  }
});
