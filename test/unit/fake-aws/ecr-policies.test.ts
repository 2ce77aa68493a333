// The fake ECR's policies, read and written by the real SDK client.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  DeleteRegistryPolicyCommand,
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  type DescribeRepositoriesCommandInput,
  ECRClient,
  GetAccountSettingCommand,
  GetRegistryPolicyCommand,
  GetRepositoryPolicyCommand,
  PutAccountSettingCommand,
  PutRegistryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
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

const APP = 'team/app';
const PRIVATE = 'team/private';
const DEV = `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`;
const REPOSITORIES = `arn:aws:ecr:${REGION}:${PRIMARY_ACCOUNT}:repository`;

function client(aws: FakeAws, credentials: AccessKey, registryId?: string, region = REGION) {
  const ecr = new ECRClient({ endpoint: aws.url, region, credentials, maxAttempts: 1 });
  const owner = registryId === undefined ? {} : { registryId };
  return {
    repositoryPolicy: (repositoryName: string) =>
      ecr.send(new GetRepositoryPolicyCommand({ ...owner, repositoryName })),
    setRepositoryPolicy: (repositoryName: string, policyText: string, force = false) =>
      ecr.send(new SetRepositoryPolicyCommand({ ...owner, repositoryName, policyText, force })),
    deleteRepositoryPolicy: (repositoryName: string) =>
      ecr.send(new DeleteRepositoryPolicyCommand({ ...owner, repositoryName })),
    registryPolicy: () => ecr.send(new GetRegistryPolicyCommand()),
    putRegistryPolicy: (policyText: string) => ecr.send(new PutRegistryPolicyCommand({ policyText })),
    deleteRegistryPolicy: () => ecr.send(new DeleteRegistryPolicyCommand()),
    scope: () => ecr.send(new GetAccountSettingCommand({ name: 'REGISTRY_POLICY_SCOPE' })),
    putScope: (value: string) =>
      ecr.send(new PutAccountSettingCommand({ name: 'REGISTRY_POLICY_SCOPE', value })),
    repositories: (input: DescribeRepositoriesCommandInput = {}) =>
      ecr.send(new DescribeRepositoriesCommand({ ...owner, ...input })),
  };
}

async function start() {
  const aws = await startFakeAws();
  const cast = twoAccountWorld(aws.world);
  return {
    aws,
    cast,
    admin: client(aws, cast.admin),
    dev: client(aws, cast.dev, PRIMARY_ACCOUNT),
    [Symbol.asyncDispose]: () => aws.close(),
  };
}

function pull(statement: Partial<Statement> = {}): Statement {
  return { Effect: 'Allow', Principal: { AWS: DEV }, Action: 'ecr:BatchGetImage', ...statement };
}

function text(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function notAuthorized(user: string, action: string, resource: string, reason: string): object {
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  return { name: 'AccessDeniedException', message };
}

suite('A repository’s policy', () => {
  test('What was set is read back byte for byte, and counts.', async () => {
    await using ecr = await start();
    const written = `\n{ "Statement": ${JSON.stringify([pull()])},\t"Version":"2012-10-17" }`;
    await ecr.admin.setRepositoryPolicy(PRIVATE, written);
    const read = await ecr.admin.repositoryPolicy(PRIVATE);
    assert.deepEqual(
      [read.policyText, read.registryId, read.repositoryName],
      [written, PRIMARY_ACCOUNT, PRIVATE],
    );
    const held = ecr.cast.primary.registry(REGION).repositories.get(PRIVATE);
    assert.deepEqual(held?.policy, JSON.parse(written));
  });

  test('What the world was built with is read as its JSON.', async () => {
    await using ecr = await start();
    const { policyText = '' } = await ecr.admin.repositoryPolicy(APP);
    assert.deepEqual(JSON.parse(policyText), ecr.cast.primary.registry(REGION).repositories.get(APP)?.policy);
  });

  test('A world that reprints gives the same policy back as ECR writes it.', async () => {
    await using ecr = await start();
    ecr.aws.world.reprintsPolicies = true;
    const principal = { AWS: [SECONDARY_ACCOUNT, DEV] };
    await ecr.admin.setRepositoryPolicy(PRIVATE, text(pull({ Principal: principal })));
    const { policyText = '' } = await ecr.admin.repositoryPolicy(PRIVATE);
    assert.match(policyText, /^\{\n {2}"Version" : "2012-10-17",\n {2}"Statement" : \[ \{\n {4}"Effect"/);
    const { Statement: statements } = JSON.parse(policyText);
    assert.deepEqual(statements[0].Principal.AWS, [`arn:aws:iam::${SECONDARY_ACCOUNT}:root`, DEV]);
    await ecr.admin.setRepositoryPolicy(PRIVATE, policyText);
  });

  test('One that is deleted is gone.', async () => {
    await using ecr = await start();
    const { policyText } = await ecr.admin.repositoryPolicy(APP);
    assert.equal((await ecr.admin.deleteRepositoryPolicy(APP)).policyText, policyText);
    const absent = {
      name: 'RepositoryPolicyNotFoundException',
      message: `Repository policy does not exist for the repository with name '${APP}' in the registry with id '${PRIMARY_ACCOUNT}'`,
    };
    await assert.rejects(ecr.admin.repositoryPolicy(APP), absent);
    await assert.rejects(ecr.admin.deleteRepositoryPolicy(APP), absent);
  });

  test('A repository that does not exist is not found by those who might see it.', async () => {
    await using ecr = await start();
    await assert.rejects(ecr.admin.repositoryPolicy('absent'), {
      name: 'RepositoryNotFoundException',
      message: `The repository with name 'absent' does not exist in the registry with id '${PRIMARY_ACCOUNT}'`,
    });
    await assert.rejects(ecr.dev.repositoryPolicy('absent'), { name: 'AccessDeniedException' });
    await assert.rejects(ecr.admin.repositoryPolicy('NO'), { name: 'InvalidParameterException' });
  });

  test('Another account needs the rights of both sides to read or write it.', async () => {
    await using ecr = await start();
    const action = 'ecr:GetRepositoryPolicy';
    const resource = `${REPOSITORIES}/${APP}`;
    const refusal = (side: string) =>
      notAuthorized(DEV, action, resource, `because no ${side} policy allows the ${action} action`);
    await assert.rejects(ecr.dev.repositoryPolicy(APP), refusal('identity-based'));
    ecr.cast.secondary.users.get('dev')?.policies.push({
      Statement: { Effect: 'Allow', Action: ['ecr:*RepositoryPolicy'], Resource: '*' },
    });
    await assert.rejects(ecr.dev.repositoryPolicy(APP), refusal('resource-based'));
    const rights = pull({ Action: ['ecr:GetRepositoryPolicy', 'ecr:SetRepositoryPolicy'] });
    await ecr.admin.setRepositoryPolicy(APP, text(rights));
    assert.equal((await ecr.dev.repositoryPolicy(APP)).policyText, text(rights));
    await ecr.dev.setRepositoryPolicy(APP, text(rights, pull()));
    await assert.rejects(ecr.dev.deleteRepositoryPolicy(APP), { name: 'AccessDeniedException' });
  });

  test('A registry that does not exist is denied like any other’s, and a request does not create it.', async () => {
    await using ecr = await start();
    const lost = client(ecr.aws, ecr.cast.admin, '999999999999');
    await assert.rejects(lost.repositoryPolicy(APP), { message: /no resource-based policy allows/ });
    assert.equal(ecr.aws.world.accounts.has('999999999999'), false);
    const wrong = client(ecr.aws, ecr.cast.admin, '99');
    await assert.rejects(wrong.repositoryPolicy(APP), {
      name: 'InvalidParameterException',
      message: /^Invalid parameter at 'registryId' failed to satisfy constraint: '.*\[0-9\]\{12\}'$/,
    });
  });

  test('One that would keep its writer from writing again must be forced.', async () => {
    await using ecr = await start();
    const locked = text({ Effect: 'Deny', Principal: '*', Action: 'ecr:SetRepositoryPolicy' });
    await assert.rejects(ecr.admin.setRepositoryPolicy(PRIVATE, locked), {
      name: 'InvalidParameterException',
      message: /would prevent you from setting another policy/,
    });
    await assert.rejects(ecr.admin.repositoryPolicy(PRIVATE), { name: 'RepositoryPolicyNotFoundException' });
    await ecr.admin.setRepositoryPolicy(PRIVATE, locked, true);
    await assert.rejects(ecr.admin.setRepositoryPolicy(PRIVATE, text(pull())), {
      message: / with an explicit deny in a resource-based policy$/,
    });
    await ecr.admin.deleteRepositoryPolicy(PRIVATE);
    const spared = { NotPrincipal: { AWS: `arn:aws:iam::${PRIMARY_ACCOUNT}:user/admin` } };
    await ecr.admin.setRepositoryPolicy(PRIVATE, text({ Effect: 'Deny', ...spared, Action: 'ecr:*' }));
  });
});

suite('The registry’s policy', () => {
  const grant = pull({ Resource: `${REPOSITORIES}/*` });

  test('What was put is read back byte for byte, and what was deleted is gone.', async () => {
    await using ecr = await start();
    const absent = {
      name: 'RegistryPolicyNotFoundException',
      message: `Registry policy does not exist in the registry with id '${PRIMARY_ACCOUNT}'`,
    };
    await assert.rejects(ecr.admin.registryPolicy(), absent);
    const written = ` ${text(grant)}\n`;
    await ecr.admin.putRegistryPolicy(written);
    const read = await ecr.admin.registryPolicy();
    assert.deepEqual([read.policyText, read.registryId], [written, PRIMARY_ACCOUNT]);
    const elsewhere = client(ecr.aws, ecr.cast.admin, undefined, 'eu-west-1');
    await assert.rejects(elsewhere.registryPolicy(), absent);
    assert.equal((await ecr.admin.deleteRegistryPolicy()).policyText, written);
    await assert.rejects(ecr.admin.deleteRegistryPolicy(), absent);
  });

  test('Its calls want a right to everything, and a grant in it opens the repositories’ calls.', async () => {
    await using ecr = await start();
    const action = 'ecr:PutRegistryPolicy';
    await assert.rejects(
      ecr.dev.putRegistryPolicy(text(grant)),
      notAuthorized(DEV, action, '*', `because no identity-based policy allows the ${action} action`),
    );
    ecr.cast.secondary.users.get('dev')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'ecr:DescribeRepositories', Resource: `${REPOSITORIES}/*` },
    });
    const describe = { ...grant, Action: 'ecr:DescribeRepositories' };
    await assert.rejects(ecr.dev.repositories(), { message: /no resource-based policy allows/ });
    await ecr.admin.putRegistryPolicy(text(describe));
    assert.equal((await ecr.dev.repositories()).repositories?.length, 2);
    ecr.cast.primary.registry(REGION).policyScope = 'V1';
    await assert.rejects(ecr.dev.repositories(), { message: /no resource-based policy allows/ });
  });

  test('Its scope is read as it is, and only V2 may be put.', async () => {
    await using ecr = await start();
    ecr.cast.primary.registry(REGION).policyScope = 'V1';
    assert.deepEqual((await ecr.admin.scope()).value, 'V1');
    await assert.rejects(ecr.admin.putScope('V1'), {
      name: 'InvalidParameterException',
      message: /^Invalid parameter at 'value'/,
    });
    const { name, value } = await ecr.admin.putScope('V2');
    assert.deepEqual([name, value], ['REGISTRY_POLICY_SCOPE', 'V2']);
    assert.deepEqual((await ecr.admin.scope()).value, 'V2');
    await assert.rejects(ecr.dev.scope(), {
      message: /ecr:GetAccountSetting on resource: \* because no identity/,
    });
    await assert.rejects(ecr.dev.putScope('V2'), {
      message: /ecr:PutAccountSetting on resource: \* because/,
    });
  });
});

const LONG = 'x'.repeat(10_240);
const anyone = { Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' };
const named = (AWS: string) => ({ ...anyone, Principal: { AWS } });
const TOO_LONG = 'Member must have length less than or equal to 10240';
const NOT_FOUND = 'Principal not found';
const INVALID = 'invalid';

/** Invalid in both kinds of policy; `Resource` is added where it belongs. */
const REFUSED: readonly (readonly [
  title: string,
  policy: PolicyDocument | object | string,
  constraint: string,
])[] = [
  ['that is too long', { Statement: [{ ...anyone, Sid: LONG }] }, TOO_LONG],
  ['that is no JSON', '{', INVALID],
  ['that is no object', '[]', INVALID],
  ['of an unknown member', { Statement: [anyone], Statements: [] }, INVALID],
  ['of an unknown version', { Version: '2012-10-18', Statement: [anyone] }, INVALID],
  ['without a statement', { Statement: [] }, INVALID],
  ['of an unknown effect', { Statement: [{ ...anyone, Effect: 'allow' }] }, INVALID],
  ['whose Sids are the same', { Statement: [1, 2].map(() => ({ ...anyone, Sid: 'same' })) }, INVALID],
  ['without a principal', { Statement: [{ ...anyone, Principal: undefined }] }, INVALID],
  ['of an empty principal', { Statement: [{ ...anyone, Principal: {} }] }, INVALID],
  ['of an unknown kind of principal', { Statement: [{ ...anyone, Principal: { Role: 'x' } }] }, INVALID],
  ['of another service’s action', { Statement: [{ ...anyone, Action: ['ecr:*', 's3:Get'] }] }, INVALID],
  ['without an action', { Statement: [{ ...anyone, Action: undefined }] }, INVALID],
  ['of both actions', { Statement: [{ ...anyone, NotAction: 'ecr:*' }] }, INVALID],
  ['of an unknown operator', { Statement: [{ ...anyone, Condition: { StringIs: { a: 'b' } } }] }, INVALID],
  ['of a wildcard in an ARN', { Statement: [named(`arn:aws:iam::${SECONDARY_ACCOUNT}:*`)] }, INVALID],
  [
    'of a role that is not there',
    { Statement: [named(`arn:aws:iam::${SECONDARY_ACCOUNT}:role/x`)] },
    NOT_FOUND,
  ],
  ['of a user that is not there', { Statement: [named(`${DEV}2`)] }, NOT_FOUND],
  ['of an account that is not there', { Statement: [named('999999999999')] }, NOT_FOUND],
  ['of its root', { Statement: [named('arn:aws:iam::999999999999:root')] }, NOT_FOUND],
  ['of a deleted role’s ID', { Statement: [named('AROAAAAAAAAAAAAAAAAA')] }, NOT_FOUND],
  ['of a session of a role that is not there', { Statement: [named(sessionOf('x'))] }, NOT_FOUND],
];

const ACCEPTED: readonly (readonly [title: string, policy: object])[] = [
  ['one statement outside a list', { Statement: anyone }],
  ['every AWS principal', { Statement: [named('*')] }],
  ['a bare account ID', { Statement: [named(SECONDARY_ACCOUNT)] }],
  ['a root', { Statement: [named(`arn:aws:iam::${SECONDARY_ACCOUNT}:root`)] }],
  ['a session', { Statement: [named(sessionOf('AWSReservedSSO_Developer_0123456789abcdef'))] }],
  ['a service', { Statement: [{ ...anyone, Principal: { Service: 'lambda.amazonaws.com' } }] }],
  ['any action', { Id: 'x', Version: '2008-10-17', Statement: [{ ...anyone, Action: '*', Sid: 'a b' }] }],
  [
    'a condition',
    { Statement: [{ ...anyone, Condition: { 'ForAnyValue:StringLikeIfExists': { a: ['b'] } } }] },
  ],
  ['a condition of a boolean', { Statement: [{ ...anyone, Condition: { Bool: { a: true } } }] }],
];

function sessionOf(role: string): string {
  return `arn:aws:sts::${SECONDARY_ACCOUNT}:assumed-role/${role}/dev`;
}

/** The policy as JSON, each statement with this member. */
function withMember(policy: object | string, member: object): string {
  if (typeof policy === 'string') return policy;
  const { Statement: statements } = policy as { Statement: object | object[] };
  const added = Array.isArray(statements)
    ? statements.map((statement) => ({ ...statement, ...member }))
    : { ...statements, ...member };
  return JSON.stringify({ ...policy, Statement: added });
}

suite('What ECR takes as a policy', () => {
  const onRepositories = { Resource: `${REPOSITORIES}/*` };

  for (const [title, policy, constraint] of REFUSED) {
    test(`Neither a repository’s nor a registry’s policy ${title} is taken.`, async () => {
      await using ecr = await start();
      const refusal = (kind: string) => ({
        name: 'InvalidParameterException',
        message: `Invalid parameter at 'PolicyText' failed to satisfy constraint: '${constraint === INVALID ? `Invalid ${kind} policy provided` : constraint}'`,
      });
      await assert.rejects(ecr.admin.setRepositoryPolicy(APP, withMember(policy, {})), refusal('repository'));
      await assert.rejects(
        ecr.admin.putRegistryPolicy(withMember(policy, onRepositories)),
        refusal('registry'),
      );
    });
  }

  for (const [title, policy] of ACCEPTED) {
    test(`A policy with ${title} is taken.`, async () => {
      await using ecr = await start();
      await ecr.admin.setRepositoryPolicy(APP, withMember(policy, {}));
      await ecr.admin.putRegistryPolicy(withMember(policy, onRepositories));
    });
  }

  test('A repository’s policy has no Resource, and a registry’s only its own repositories.', async () => {
    await using ecr = await start();
    await assert.rejects(ecr.admin.setRepositoryPolicy(APP, text({ ...anyone, Resource: '*' })), {
      message: /Invalid repository policy provided/,
    });
    const own = `${REPOSITORIES}/team-*`;
    for (const Resource of [
      undefined,
      '*',
      REPOSITORIES.replace(REGION, 'eu-west-1'),
      REPOSITORIES.replace(PRIMARY_ACCOUNT, SECONDARY_ACCOUNT),
      [own, `arn:aws:s3:::bucket`],
    ]) {
      await assert.rejects(ecr.admin.putRegistryPolicy(text({ ...anyone, Resource })), {
        message: /Invalid registry policy provided/,
      });
    }
    await ecr.admin.putRegistryPolicy(text({ ...anyone, Resource: [own] }));
  });

  test('The ID of a deleted role may stay where it is, and go nowhere else.', async () => {
    await using ecr = await start();
    const role = ecr.cast.secondary.roles.get('ci');
    assert(role);
    await ecr.admin.setRepositoryPolicy(APP, text(named(role.arn)));
    ecr.aws.world.deleteRole(role);
    const left = text(named(role.id));
    assert.equal((await ecr.admin.repositoryPolicy(APP)).policyText, left);
    await ecr.admin.setRepositoryPolicy(APP, left);
    await assert.rejects(ecr.admin.setRepositoryPolicy(APP, text(named(role.arn))), {
      message: /Principal not found/,
    });
    await assert.rejects(ecr.admin.setRepositoryPolicy(PRIVATE, left), { message: /Principal not found/ });
  });
});

suite('The repositories', () => {
  test('Come a page at a time, in the order of their names.', async () => {
    await using ecr = await start();
    const numbered = Array.from({ length: 103 }, (_, index) => `many/${String(index).padStart(3, '0')}`);
    for (const name of numbered.toReversed()) ecr.cast.primary.repository(REGION, name);
    const first = await ecr.admin.repositories();
    assert.deepEqual(
      first.repositories?.map(({ repositoryName }) => repositoryName),
      numbered.slice(0, 100),
    );
    const { nextToken } = first;
    assert(nextToken);
    const second = await ecr.admin.repositories({ nextToken });
    assert.deepEqual(
      second.repositories?.map(({ repositoryName }) => repositoryName),
      [...numbered.slice(100), APP, PRIVATE],
    );
    assert.equal(second.nextToken, undefined);
    assert.equal((await ecr.admin.repositories({ maxResults: 1000 })).repositories?.length, 105);
    assert.deepEqual(second.repositories?.[3], {
      repositoryArn: `${REPOSITORIES}/${APP}`,
      registryId: PRIMARY_ACCOUNT,
      repositoryName: APP,
      repositoryUri: `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${APP}`,
    });
  });

  test('Are found by name, all or none.', async () => {
    await using ecr = await start();
    const { repositories } = await ecr.admin.repositories({ repositoryNames: [PRIVATE] });
    assert.deepEqual(
      repositories?.map(({ repositoryName }) => repositoryName),
      [PRIVATE],
    );
    await assert.rejects(ecr.admin.repositories({ repositoryNames: [PRIVATE, 'absent'] }), {
      name: 'RepositoryNotFoundException',
    });
  });

  for (const maxResults of [0, 1001]) {
    test(`Do not come ${maxResults} at a time.`, async () => {
      await using ecr = await start();
      await assert.rejects(ecr.admin.repositories({ maxResults }), { name: 'InvalidParameterException' });
    });
  }

  test('Are denied one by one, or as all there are.', async () => {
    await using ecr = await start();
    const action = 'ecr:DescribeRepositories';
    const because = `because no identity-based policy allows the ${action} action`;
    const denied = client(ecr.aws, ecr.cast.denied);
    const user = DEV.replace('dev', 'denied');
    const own = REPOSITORIES.replace(PRIMARY_ACCOUNT, SECONDARY_ACCOUNT);
    await assert.rejects(denied.repositories(), notAuthorized(user, action, `${own}/*`, because));
    await assert.rejects(
      denied.repositories({ repositoryNames: [APP] }),
      notAuthorized(user, action, `${own}/${APP}`, because),
    );
  });
});

suite('Two writers at once', () => {
  test('A hook may change a policy between one client’s read and its write.', async () => {
    await using ecr = await start();
    const [first, second] = [text(pull()), text(pull({ Action: 'ecr:PutImage' }))];
    const held = ecr.cast.primary.registry(REGION).repositories.get(APP);
    assert(held);
    const seen: (string | undefined)[] = [];
    const end = ecr.aws.onCall('ecr', 'SetRepositoryPolicy', async (call) => {
      seen.push(held.policyText, call.outcome);
      held.policyText = second;
    });
    const before = held.policyText;
    await ecr.admin.repositoryPolicy(APP);
    await ecr.admin.setRepositoryPolicy(APP, first);
    assert.deepEqual(seen, [before, 'pending']);
    assert.equal(held.policyText, first);
    end();
    await ecr.admin.setRepositoryPolicy(APP, second);
    assert.equal(seen.length, 2);
  });

  test('A write that hangs has no effect until it is released.', async () => {
    await using ecr = await start();
    const hang = ecr.aws.faults.next({ kind: 'hang', action: 'SetRepositoryPolicy' });
    const written = ecr.admin.setRepositoryPolicy(PRIVATE, text(pull()));
    await hang.reached;
    const held = ecr.cast.primary.registry(REGION).repositories.get(PRIVATE);
    assert.equal(held?.policyText, undefined);
    hang.release();
    await written;
    assert.equal(held?.policyText, text(pull()));
  });

  for (const kind of ['hang-after', 'reset-after'] as const) {
    test(`A write that meets ${kind} has its effect, and its client no answer yet.`, async () => {
      await using ecr = await start();
      const fault = ecr.aws.faults.next({ kind, action: 'SetRepositoryPolicy' });
      const written = ecr.admin.setRepositoryPolicy(PRIVATE, text(pull()));
      await fault.reached;
      if (kind === 'reset-after') await assert.rejects(written, { message: /ECONNRESET/ });
      const read = await ecr.admin.repositoryPolicy(PRIVATE);
      assert.equal(read.policyText, text(pull()));
      fault.release();
      if (kind === 'hang-after') await written;
    });
  }
});
