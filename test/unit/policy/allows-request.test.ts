// Whether policies allow a request, if that can be known: a table of statements, and combinations of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Statement } from '../../../src/policy/policy-document.ts';
import type { PolicyRequest } from '../../../src/policy/request-match.ts';
import { allowsRequest } from '../../../src/policy/review.ts';
import {
  FUNCTIONS,
  foreign,
  lambda,
  ORG,
  OTHER,
  OWNER,
  policy,
  pull,
  pullOrg,
  REPOSITORIES,
  ROLE,
  ROOT,
  THIRD,
  THIRD_FUNCTIONS,
  THIRD_ROOT,
  USER,
} from '../../support/unit/policy.ts';

const byRole: PolicyRequest = {
  principalArn: ROLE,
  account: OTHER,
  action: 'ecr:BatchGetImage',
  resourceArn: `${REPOSITORIES}/team/app`,
};
const byUser: PolicyRequest = { ...byRole, principalArn: USER };
const byRoot: PolicyRequest = { ...byRole, principalArn: ROOT };
const ofOrg: PolicyRequest = { ...byRole, organization: ORG };
const { principalArn: _, ...byNobody } = byRole;
const byService: PolicyRequest = { ...byNobody, service: 'lambda.amazonaws.com' };
const byFunction: PolicyRequest = { ...byService, sourceArn: FUNCTIONS.replace('*', 'api') };

function ask(request: PolicyRequest, ...statements: Statement[]): string {
  return allowsRequest([policy(...statements)], request);
}

const to = (Principal: NonNullable<Statement['Principal']>) => foreign({ Principal });
const when = (operator: string, key: string, value: string | string[]) =>
  foreign({ Condition: { [operator]: { [key]: value } } });
const { Principal: __, ...withoutPrincipal } = foreign();
const but = (...AWS: string[]): Statement => ({ ...withoutPrincipal, NotPrincipal: { AWS } });

describe('A statement', () => {
  const rows: [string, PolicyRequest, Statement, 'allowed' | 'denied' | 'conditional'][] = [
    ['names the account of a role', byRole, foreign(), 'allowed'],
    ['names the account by its ID', byUser, to({ AWS: [THIRD, OTHER] }), 'allowed'],
    ['names the account of its root', byRoot, foreign(), 'allowed'],
    ['names the role', byRole, to({ AWS: ROLE }), 'allowed'],
    ['names another role', byRole, to({ AWS: [`${ROLE}2`, USER] }), 'denied'],
    ['names the role, and its root asks', byRoot, to({ AWS: ROLE }), 'denied'],
    ['names another account', byRole, to({ AWS: [THIRD, THIRD_ROOT] }), 'denied'],
    ['names everyone', byRole, to('*'), 'allowed'],
    ['names everyone, written otherwise', byService, to({ AWS: '*' }), 'allowed'],
    [
      'names one session of the role',
      byRole,
      to({ AWS: `arn:aws:sts::${OTHER}:assumed-role/puller/x` }),
      'conditional',
    ],
    [
      'names a session of another role',
      byRole,
      to({ AWS: `arn:aws:sts::${OTHER}:assumed-role/ci/x` }),
      'denied',
    ],
    [
      'names a session of such a role elsewhere',
      byRole,
      to({ AWS: `arn:aws:sts::${THIRD}:assumed-role/puller/x` }),
      'denied',
    ],
    ['names no principal', byRole, withoutPrincipal, 'denied'],
    ['names a service, and a role asks', byRole, lambda(FUNCTIONS), 'denied'],
    ['names everyone but another', byRole, but(THIRD_ROOT), 'allowed'],
    ['names everyone but the account and the role', byRole, but(ROOT, ROLE), 'denied'],
    ['names everyone but the account', byRole, but(ROOT), 'conditional'],
    ['names everyone but the role', byRole, but(ROLE), 'conditional'],
    ['names everyone but everyone', byRole, but('*'), 'denied'],
    ['names everyone but people, and a service asks', byService, but(ROOT), 'allowed'],
    ['has the action in another case', byRole, foreign({ Action: 'ECR:batchgetimage' }), 'allowed'],
    ['has the action by a pattern', byRole, foreign({ Action: 'ecr:Batch*' }), 'allowed'],
    ['lacks the action', byRole, foreign({ Action: 'ecr:PutImage' }), 'denied'],
    ['has no action', byRole, { Effect: 'Allow', Principal: '*' }, 'denied'],
    ['has all but other actions', byRole, foreign({ NotAction: 'ecr:PutImage' }), 'allowed'],
    ['has all but that action', byRole, foreign({ NotAction: 'ecr:*' }), 'denied'],
    [
      'has the resource',
      byRole,
      foreign({ Resource: [`${REPOSITORIES}/x`, `${REPOSITORIES}/team/*`] }),
      'allowed',
    ],
    ['lacks the resource', byRole, foreign({ Resource: `${REPOSITORIES}/team` }), 'denied'],
    [
      'has the resource by a variable',
      byRole,
      foreign({ Resource: `${REPOSITORIES}/\${aws:PrincipalTag/team}/*` }),
      'conditional',
    ],
    ['has all but the resource', byRole, foreign({ NotResource: `${REPOSITORIES}/*` }), 'denied'],
    ['has all but another resource', byRole, foreign({ NotResource: `${REPOSITORIES}/x` }), 'allowed'],
  ];
  for (const [title, request, statement, answer] of rows) {
    test(`that ${title} is ${answer}.`, () => assert.equal(ask(request, statement), answer));
  }
});

describe('A condition', () => {
  const like = `arn:aws:iam::${OTHER}:role/*/pull?r`;
  const rows: [string, PolicyRequest, Statement, 'allowed' | 'denied' | 'conditional'][] = [
    ['of the organization', ofOrg, pullOrg('o-zzzzzzzzzz', ORG), 'allowed'],
    ['of another organization', ofOrg, pullOrg('o-zzzzzzzzzz'), 'denied'],
    ['of an organization where none is known', byRole, pullOrg(ORG), 'conditional'],
    ['of an organization, and a service asks', byService, pullOrg(ORG), 'denied'],
    ['of the account', byRole, when('StringEquals', 'aws:principalAccount', OTHER), 'allowed'],
    ['of another account', byRole, when('StringEquals', 'aws:PrincipalAccount', [OWNER, THIRD]), 'denied'],
    ['of the role', byRole, when('StringEquals', 'aws:PrincipalArn', ROLE), 'allowed'],
    ['of a pattern where none is', byRole, when('StringEquals', 'aws:PrincipalArn', like), 'denied'],
    ['of a pattern', byRole, when('StringLike', 'aws:PrincipalArn', like), 'allowed'],
    [
      'of a pattern in another case',
      byRole,
      when('StringLike', 'aws:PrincipalArn', like.toUpperCase()),
      'denied',
    ],
    ['of an ARN', byRole, when('ArnEquals', 'aws:PrincipalArn', like), 'allowed'],
    [
      'of an ARN across its parts',
      byRole,
      when('ArnLike', 'aws:PrincipalArn', `arn:*:role/ci/puller`),
      'denied',
    ],
    [
      'of a text across the parts',
      byRole,
      when('StringLike', 'aws:PrincipalArn', `arn:*:role/ci/puller`),
      'allowed',
    ],
    ['of no value', byRole, when('StringEquals', 'aws:PrincipalArn', []), 'denied'],
    ['of a variable', byRole, when('StringLike', 'aws:PrincipalArn', '*$' + '{aws:username}'), 'conditional'],
    ['of a source, and people ask', byRole, when('StringLike', 'aws:SourceArn', '*'), 'denied'],
    ['of the functions', byFunction, lambda(THIRD_FUNCTIONS, FUNCTIONS), 'allowed'],
    ['of other functions', byFunction, lambda(THIRD_FUNCTIONS), 'denied'],
    ['of functions where none is named', byService, lambda(FUNCTIONS), 'conditional'],
    ['of an account that a service works for', byService, source(OTHER), 'allowed'],
    ['of another account that a service works for', byService, source(THIRD), 'denied'],
    ['that is negated', byRole, when('StringNotEquals', 'aws:PrincipalAccount', THIRD), 'conditional'],
    [
      'that has an operator for a set',
      byRole,
      when('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', '*'),
      'conditional',
    ],
    ['with a suffix', byRole, when('StringEqualsIfExists', 'aws:PrincipalAccount', OTHER), 'conditional'],
    ['of another key', byRole, when('StringEquals', 'aws:PrincipalTag/team', 'a'), 'conditional'],
  ];
  for (const [title, request, statement, answer] of rows) {
    test(`${title} is ${answer}.`, () => assert.equal(ask(request, statement), answer));
  }

  test('that fails decides beside one that cannot be told.', () => {
    const Condition = {
      Bool: { 'aws:SecureTransport': 'true' },
      StringEquals: { 'aws:PrincipalAccount': THIRD },
    };
    assert.equal(ask(byRole, foreign({ Condition })), 'denied');
  });
});

describe('Several statements', () => {
  const maybe: Statement['Condition'] = { Bool: { 'aws:SecureTransport': 'false' } };
  const deny = (elements: Partial<Statement> = {}) => foreign({ Effect: 'Deny', ...elements });
  const rows: [string, Statement[], string][] = [
    ['none', [], 'denied'],
    ['one that allows among others', [pull(THIRD_ROOT), pull(ROOT)], 'allowed'],
    ['one that may allow', [pull(THIRD_ROOT), foreign({ Condition: maybe })], 'conditional'],
    ['one that allows and one that may', [foreign({ Condition: maybe }), foreign()], 'allowed'],
    ['one that denies', [foreign(), deny()], 'explicit-deny'],
    ['one that denies alone', [deny()], 'explicit-deny'],
    ['one that may deny', [foreign(), deny({ Condition: maybe })], 'conditional'],
    ['one that may deny what no statement allows', [deny({ Condition: maybe })], 'denied'],
    ['one that denies something else', [foreign(), deny({ Action: 'ecr:PutImage' })], 'allowed'],
    [
      'one that denies everyone but others',
      [foreign(), { ...but(THIRD_ROOT), Effect: 'Deny' }],
      'explicit-deny',
    ],
  ];
  for (const [title, statements, answer] of rows) {
    test(`of which there is ${title} are ${answer}.`, () => assert.equal(ask(byRole, ...statements), answer));
  }

  test('of two policies count together: the one allows, the other denies, or there is none.', () => {
    const registry = policy(foreign({ Resource: `${REPOSITORIES}/*` }));
    assert.equal(allowsRequest([registry, undefined], byRole), 'allowed');
    assert.equal(allowsRequest([registry, policy(deny())], byRole), 'explicit-deny');
    assert.equal(allowsRequest([undefined], byRole), 'denied');
    assert.equal(allowsRequest([], byRole), 'denied');
  });
});

function source(account: string): Statement {
  const Condition = { StringEquals: { 'aws:SourceAccount': account } };
  return foreign({ Principal: { Service: 'lambda.amazonaws.com' }, Condition });
}
