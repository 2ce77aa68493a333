// Policies for the tests of src/policy/: principals, and our statements in full.
import assert from 'node:assert/strict';
import type { Access, Target } from '../../../src/policy/access.ts';
import { parseGrantee } from '../../../src/policy/grantee.ts';
import type { PolicyDocument, Statement } from '../../../src/policy/policy-document.ts';
import { parseTarget } from '../../../src/policy/target.ts';
import { type PrivateRegistry, parseRegistry } from '../../../src/registry/ecr-hostname.ts';

export const OWNER = '111122223333';
export const OTHER = '444455556666';
export const THIRD = '777788889999';
export const ROOT = `arn:aws:iam::${OTHER}:root`;
export const THIRD_ROOT = `arn:aws:iam::${THIRD}:root`;
export const ROLE = `arn:aws:iam::${OTHER}:role/ci/puller`;
export const USER = `arn:aws:iam::${OTHER}:user/dev`;
export const ORG = 'o-a1b2c3d4e5';
export const OTHER_ORG = 'o-zzzzzzzzzz';
export const GONE = 'AROAEXAMPLE0123456789';
export const REPOSITORIES = `arn:aws:ecr:us-east-1:${OWNER}:repository`;
export const FUNCTIONS = `arn:aws:lambda:us-east-1:${OTHER}:function:*`;
export const THIRD_FUNCTIONS = `arn:aws:lambda:us-east-1:${THIRD}:function:*`;

export const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
export const PUSH = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];
export const FUNCTION_PULL = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

export function registryOf(
  region = 'us-east-1',
  suffix = 'amazonaws.com',
): PrivateRegistry & { account: string } {
  const registry = parseRegistry(`${OWNER}.dkr.ecr.${region}.${suffix}`);
  assert.ok(registry?.service === 'ecr' && registry.account !== undefined);
  return { ...registry, account: registry.account };
}

function targetOf(path: string, registry = registryOf()): Target {
  return parseTarget(registry, path);
}

/** A request: grantees as typed; by default for `team/app`. */
export function access(
  grantees: string | readonly string[],
  { on = 'team/app', push = false, registry = registryOf() } = {},
): Access {
  return {
    grantees: [grantees].flat().map((text) => parseGrantee(text, registry.partition)),
    target: targetOf(on, registry),
    push,
  };
}

export const pull = (...members: string[]): Statement => principals('EcrXacctPull', PULL, members);
export const push = (...members: string[]): Statement => principals('EcrXacctPush', PUSH, members);
export const pullOrg = (...ids: string[]): Statement => organizations('EcrXacctPullOrg', PULL, ids);
export const pushOrg = (...ids: string[]): Statement => organizations('EcrXacctPushOrg', PUSH, ids);
export const lambdaAccount = (...members: string[]): Statement =>
  principals('EcrXacctLambdaAccount', FUNCTION_PULL, members);
export const lambda = (...functions: string[]): Statement => ({
  Sid: 'EcrXacctLambda',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: FUNCTION_PULL,
  Condition: { StringLike: { 'aws:sourceArn': functions } },
});

/** The statement in the registry's policy. */
export const forAll = (path: string, statement: Statement): Statement => ({
  ...statement,
  Resource: `${REPOSITORIES}/${path}`,
});

/** A statement that is not ours, which by default lets the other account pull. */
export const foreign = (elements: Partial<Statement> = {}): Statement => ({
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: ROOT },
  Action: PULL,
  ...elements,
});

export const policy = (...statements: Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

function principals(sid: string, actions: readonly string[], members: string[]): Statement {
  return { Sid: sid, Effect: 'Allow', Principal: { AWS: members }, Action: actions };
}

function organizations(sid: string, actions: readonly string[], ids: string[]): Statement {
  const condition = { StringEquals: { 'aws:PrincipalOrgID': ids } };
  return { Sid: sid, Effect: 'Allow', Principal: '*', Action: actions, Condition: condition };
}
