// The fake AWS's policy engine, case by case.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conditions } from '../../fake-aws/policy-conditions.ts';
import { conditionsHold } from '../../fake-aws/policy-conditions.ts';
import type {
  Decision,
  Policies,
  PolicyDocument,
  Requester,
  Statement,
} from '../../fake-aws/policy-evaluation.ts';
import { evaluate, trusts } from '../../fake-aws/policy-evaluation.ts';

const OWNER = '111122223333';
const OTHER = '444455556666';
const ROLE = `arn:aws:iam::${OTHER}:role/Puller`;
const SESSION = `arn:aws:sts::${OTHER}:assumed-role/Puller/session`;
const USER = `arn:aws:iam::${OTHER}:user/dev`;
const REPOSITORY = `arn:aws:ecr:us-east-1:${OWNER}:repository/team/app`;
const ACTION = 'ecr:BatchGetImage';

const user: Requester = { arn: USER, account: OTHER };
const session: Requester = { arn: SESSION, account: OTHER, roleArn: ROLE };
const service: Requester = { arn: '', account: '', service: 'lambda.amazonaws.com' };

function allow(statement: Partial<Statement> = {}): PolicyDocument {
  return { Statement: { Effect: 'Allow', Action: ACTION, ...statement } };
}

function deny(statement: Partial<Statement> = {}): PolicyDocument {
  return { Statement: { Effect: 'Deny', Action: ACTION, ...statement } };
}

function decide(requester: Requester, policies: Partial<Policies>, context = {}): string {
  const request = { requester, action: ACTION, resource: REPOSITORY, context };
  return worded(evaluate(request, { identity: [], scp: [], ...policies }));
}

function worded(decision: Decision): string {
  if (decision.allowed) return 'allowed';
  return `${decision.explicit ? 'explicit deny' : 'no'} ${decision.by}`;
}

/** The resource's side, in the other account or in the caller's own. */
const across = (...policies: PolicyDocument[]) => ({ account: OWNER, policies });
const within = (...policies: PolicyDocument[]) => ({ account: OTHER, policies });

const ROOT = { Principal: { AWS: `arn:aws:iam::${OTHER}:root` } };

const DECISIONS: readonly (readonly [
  title: string,
  requester: Requester,
  Partial<Policies>,
  expected: string,
])[] = [
  [
    'both sides allow across accounts',
    user,
    { identity: [allow()], resource: across(allow(ROOT)) },
    'allowed',
  ],
  ['only the caller allows', user, { identity: [allow()], resource: across() }, 'no resource-based policy'],
  ['only the resource allows', user, { resource: across(allow(ROOT)) }, 'no identity-based policy'],
  ['neither side allows across accounts', user, { resource: across() }, 'no identity-based policy'],
  [
    'a bare account ID is its root',
    user,
    { identity: [allow()], resource: across(allow({ Principal: { AWS: OTHER } })) },
    'allowed',
  ],
  [
    'another account is named',
    user,
    { identity: [allow()], resource: across(allow({ Principal: { AWS: OWNER } })) },
    'no resource-based policy',
  ],
  [
    'the role of a session is named',
    session,
    { identity: [allow()], resource: across(allow({ Principal: { AWS: [OWNER, ROLE] } })) },
    'allowed',
  ],
  [
    'another role is named',
    session,
    { identity: [allow()], resource: across(allow({ Principal: { AWS: `${ROLE}2` } })) },
    'no resource-based policy',
  ],
  [
    'everyone is named',
    user,
    { identity: [allow()], resource: across(allow({ Principal: '*' })) },
    'allowed',
  ],
  [
    'only a service is named',
    user,
    { identity: [allow()], resource: across(allow({ Principal: { Service: 'lambda.amazonaws.com' } })) },
    'no resource-based policy',
  ],

  [
    'identity alone is enough within an account',
    user,
    { identity: [allow()], resource: within() },
    'allowed',
  ],
  [
    'a resource that names the caller is enough within an account',
    user,
    { resource: within(allow({ Principal: { AWS: USER } })) },
    'allowed',
  ],
  [
    'a resource that names the account only delegates',
    user,
    { resource: within(allow(ROOT)) },
    'no identity-based policy',
  ],
  ['an action without a resource side', user, { identity: [allow()] }, 'allowed'],
  [
    'a trust policy must consent within an account too',
    user,
    { identity: [allow()], resource: { ...within(), mustAllow: true } },
    'no resource-based policy',
  ],
  [
    'a trust policy that names the caller needs no identity policy',
    user,
    { resource: { ...within(allow({ Principal: { AWS: USER } })), mustAllow: true } },
    'allowed',
  ],

  [
    'a deny in the identity policy wins',
    user,
    { identity: [allow(), deny()], resource: across(allow(ROOT)) },
    'explicit deny identity-based policy',
  ],
  [
    'a deny in the resource policy wins',
    user,
    { identity: [allow()], resource: across(allow(ROOT), deny({ Principal: '*' })) },
    'explicit deny resource-based policy',
  ],
  [
    'a deny for someone else does not count',
    user,
    { identity: [allow()], resource: across(allow(ROOT), deny({ Principal: { AWS: ROLE } })) },
    'allowed',
  ],
  [
    'a deny in a service control policy wins',
    user,
    { identity: [allow()], scp: [deny()] },
    'explicit deny service control policy',
  ],
  ['a boundary that allows changes nothing', user, { identity: [allow()], boundary: allow() }, 'allowed'],
  [
    'a boundary limits',
    user,
    { identity: [allow()], boundary: allow({ Action: 's3:*' }) },
    'no permissions boundary',
  ],
  [
    'a boundary limits what a resource grants to a role',
    session,
    { boundary: allow({ Action: 's3:*' }), resource: within(allow({ Principal: { AWS: ROLE } })) },
    'no permissions boundary',
  ],
  [
    'a boundary does not limit what a resource grants to a user',
    user,
    { boundary: allow({ Action: 's3:*' }), resource: within(allow({ Principal: { AWS: USER } })) },
    'allowed',
  ],

  [
    'a service control policy that allows something else leaves nothing more',
    user,
    { identity: [allow()], scp: [allow({ Action: 's3:*' }), deny({ Action: 'iam:*' })] },
    'no service control policy',
  ],
  [
    'one of the service control policies allows',
    user,
    { identity: [allow()], scp: [allow({ Action: 's3:*' }), allow({ Action: 'ecr:*' })] },
    'allowed',
  ],
  [
    'a deny in a resource control policy wins',
    user,
    { identity: [allow()], resource: across(allow(ROOT)), rcp: [deny({ Principal: '*' })] },
    'explicit deny resource control policy',
  ],
  [
    'a VPC endpoint policy that allows changes nothing',
    user,
    { identity: [allow()], vpcEndpoint: allow({ Principal: '*' }) },
    'allowed',
  ],
  [
    'a VPC endpoint policy limits',
    user,
    { identity: [allow()], vpcEndpoint: allow({ Principal: { AWS: OWNER } }) },
    'no VPC endpoint policy',
  ],
  [
    'a deny in a VPC endpoint policy wins',
    user,
    { identity: [allow()], vpcEndpoint: deny({ Principal: '*' }) },
    'explicit deny VPC endpoint policy',
  ],
  [
    'a session policy limits',
    session,
    { identity: [allow()], session: [allow({ Action: 's3:*' })] },
    'no session policy',
  ],
  ['a session policy grants nothing', session, { session: [allow()] }, 'no identity-based policy'],
  [
    'a deny in a session policy wins',
    session,
    { identity: [allow()], session: [allow(), deny()] },
    'explicit deny session policy',
  ],
  [
    'a service needs nothing but the resource',
    service,
    { resource: across(allow({ Principal: { Service: 'lambda.amazonaws.com' } })) },
    'allowed',
  ],
  [
    'a service that the resource does not name',
    service,
    { identity: [allow()], resource: across(allow(ROOT)) },
    'no resource-based policy',
  ],
  [
    'a deny for all but some hits the others',
    user,
    { identity: [allow()], resource: within(deny({ NotPrincipal: { AWS: ROLE } })) },
    'explicit deny resource-based policy',
  ],
  [
    'a deny for all but some spares these',
    session,
    { identity: [allow()], resource: within(deny({ NotPrincipal: { AWS: ROLE } })) },
    'allowed',
  ],

  [
    'an action matches by wildcard and without regard to case',
    user,
    { identity: [allow({ Action: ['s3:*', 'ECR:batch?et*'] })] },
    'allowed',
  ],
  [
    'NotAction excludes',
    user,
    { identity: [{ Statement: { Effect: 'Allow', NotAction: 'ecr:Batch*' } }] },
    'no identity-based policy',
  ],
  [
    'NotAction includes the rest',
    user,
    { identity: [{ Statement: { Effect: 'Allow', NotAction: 'iam:*' } }] },
    'allowed',
  ],
  [
    'a resource matches by wildcard',
    user,
    { identity: [allow({ Resource: `arn:aws:ecr:*:${OWNER}:repository/team/*` })] },
    'allowed',
  ],
  [
    'another resource does not match',
    user,
    { identity: [allow({ Resource: `${REPOSITORY}-2` })] },
    'no identity-based policy',
  ],
  [
    'a dot in a pattern is only a dot',
    user,
    { identity: [allow({ Resource: REPOSITORY.replace('/app', '.app') })] },
    'no identity-based policy',
  ],
  [
    'NotResource excludes',
    user,
    { identity: [allow({ NotResource: REPOSITORY })] },
    'no identity-based policy',
  ],
];

for (const [title, requester, policies, expected] of DECISIONS) {
  test(`The engine decides: ${title}.`, () => {
    assert.equal(decide(requester, policies), expected);
  });
}

test('A condition decides whether its statement counts.', () => {
  const organization = { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } };
  const policies = {
    identity: [allow()],
    resource: across(allow({ Principal: '*', Condition: organization })),
  };
  assert.equal(decide(user, policies, { 'aws:PrincipalOrgID': 'o-example' }), 'allowed');
  assert.equal(decide(user, policies, { 'aws:PrincipalOrgID': 'o-other' }), 'no resource-based policy');
});

test('A web identity gets in by the trust policy that names its provider, and by no other.', () => {
  const provider = `arn:aws:iam::${OWNER}:oidc-provider/issuer.example`;
  const requester = { arn: '', account: '', federated: provider };
  const request = { requester, action: ACTION, resource: ROLE, context: {} };
  const trust = allow({ Principal: { Federated: provider } });
  assert.equal(trusts(request, trust), true);
  assert.equal(trusts(request, allow({ Principal: { Federated: `${provider}2` } })), false);
  const denied = { Statement: [trust.Statement, deny({ Principal: '*' }).Statement].flat() };
  assert.equal(trusts(request, denied), false);
});

test('A resource policy statement without a principal is a mistake and is reported.', () => {
  assert.throws(() => decide(user, { resource: across(allow()) }), /must have a Principal/);
});

const CONDITIONS: readonly (readonly [condition: Conditions, holds: boolean])[] = [
  [{ StringEquals: { KEY: ['b', 'a'] } }, true],
  [{ StringEquals: { key: 'A' } }, false],
  [{ StringEquals: { absent: 'a' } }, false],
  [{ StringEquals: { key: 'a', absent: 'a' } }, false],
  [{ StringEqualsIfExists: { absent: 'a' } }, true],
  [{ StringEqualsIfExists: { key: 'b' } }, false],
  [{ StringEqualsIgnoreCase: { key: 'A' } }, true],
  [{ StringNotEquals: { key: ['b', 'c'] } }, true],
  [{ StringNotEquals: { key: ['a', 'c'] } }, false],
  [{ StringNotEquals: { absent: 'a' } }, true],
  [{ StringNotEqualsIgnoreCase: { key: 'A' } }, false],
  [{ StringLike: { path: 'team/*' } }, true],
  [{ StringNotLike: { path: 'team/*' } }, false],
  [{ Bool: { yes: 'TRUE' } }, true],
  [{ Bool: { absent: 'true' } }, false],
  [{ BoolIfExists: { absent: 'true' } }, true],
  [{ Null: { absent: 'true', key: 'false' } }, true],
  [{ Null: { key: 'true' } }, false],
  [{ ArnLike: { arn: `arn:aws:iam::*:role/*` } }, true],
  [{ ArnEquals: { arn: `arn:aws:*:role/Puller` } }, false],
  [{ ArnNotLike: { arn: `arn:aws:iam::*:role/*` } }, false],
  [{ ArnNotEquals: { arn: `arn:aws:iam::*:role/*` } }, false],
  [{ IpAddress: { ip: ['192.0.2.0/24', '10.0.0.0/8'] } }, true],
  [{ IpAddress: { ip: '10.1.2.4' } }, false],
  [{ NotIpAddress: { ip: '10.0.0.0/8' } }, false],
  [{ NumericLessThan: { number: '6' } }, true],
  [{ NumericLessThan: { number: '5' } }, false],
  [{ NumericLessThanEquals: { number: '5' } }, true],
  [{ NumericNotEquals: { number: '5' } }, false],
  [{ DateGreaterThan: { date: '2025-01-01T00:00:00Z' } }, true],
  [{ DateGreaterThanEquals: { date: '2027-01-01T00:00:00Z' } }, false],
  [{ 'ForAnyValue:StringEquals': { key: ['a', 'b'] } }, true],
  [{ 'ForAnyValue:StringNotEquals': { absent: 'a' } }, false],
  [{ 'ForAllValues:StringEquals': { absent: 'a' } }, true],
  [{ 'ForAllValues:StringEquals': { key: 'b' } }, false],
];

for (const [condition, holds] of CONDITIONS) {
  test(`The condition ${JSON.stringify(condition)} ${holds ? 'holds' : 'does not hold'}.`, () => {
    const context = {
      key: 'a',
      path: 'team/app',
      yes: 'true',
      arn: ROLE,
      ip: '10.1.2.3',
      number: '5',
      date: '2026-01-01T00:00:00Z',
    };
    assert.equal(conditionsHold(condition, context), holds);
  });
}

test('What the engine does not know it refuses to guess.', () => {
  assert.throws(() => conditionsHold({ StringIs: { key: 'a' } }, {}), /unknown condition operator/);
  assert.throws(
    () => conditionsHold({ StringEquals: { key: '$' + '{aws:username}' } }, {}),
    /policy variables/,
  );
});
