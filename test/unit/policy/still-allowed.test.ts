// The warnings of a revocation: the statements that still give it. Functions cannot push, so that is neither given nor
// revoked.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Access } from '../../../src/policy/access.ts';
import { grantAccess } from '../../../src/policy/grant.ts';
import type { Statement } from '../../../src/policy/policy-document.ts';
import { keptOutBy, revokeAccess, stillAllowedBy } from '../../../src/policy/revoke.ts';
import {
  access,
  FUNCTIONS,
  forAll,
  foreign,
  lambda,
  ORG,
  OTHER,
  OTHER_ORG,
  OWNER,
  PULL,
  policy,
  pull,
  pullOrg,
  push,
  REPOSITORIES,
  ROLE,
  ROOT,
  THIRD,
  THIRD_FUNCTIONS,
  THIRD_ROOT,
  USER,
} from '../../support/unit/policy.ts';

const account = access(OTHER);
const accountPush = access(OTHER, { push: true });
const role = access(ROLE);
const org = access(`org:${ORG}`);
const functions = access(`lambda:${OTHER}`);
const prefix = access(OTHER, { on: 'team/*' });

const to = (Principal: NonNullable<Statement['Principal']>) => foreign({ Principal });
const toAll = (Condition: NonNullable<Statement['Condition']>) => foreign({ Principal: '*', Condition });
const toAllBut = (AWS: string | string[]): Statement => {
  const { Principal: _, ...rest } = foreign();
  return { ...rest, NotPrincipal: { AWS } };
};
const toService = (sourceArn: string) => ({ ...lambda(sourceArn), Sid: 'Theirs' });
const on = (...paths: string[]) => foreign({ Resource: paths.map((path) => `${REPOSITORIES}/${path}`) });
const equals = (key: string, value: string) => toAll({ StringEquals: { [key]: value } });

describe('A statement that is not ours still gives it if', () => {
  const rows: [string, Access, Statement][] = [
    ['it names the account', account, foreign()],
    ['it names the account by its ID', account, to({ AWS: [THIRD, OTHER] })],
    ['it names a role of the account', account, to({ AWS: ROLE })],
    ['it names a session of the account', account, to({ AWS: `arn:aws:sts::${OTHER}:assumed-role/ci/x` })],
    ['it names everyone', account, to('*')],
    ['it names the role', role, to({ AWS: ROLE })],
    ['it names the account of the role', role, foreign()],
    ['it names a session of the role', role, to({ AWS: `arn:aws:sts::${OTHER}:assumed-role/puller/x` })],
    ['it names everyone in the organization', org, toAll({ StringEquals: { 'aws:PrincipalOrgID': [ORG] } })],
    ['it names everyone but another', account, toAllBut(THIRD_ROOT)],
    ['it names everyone but a role of the account', account, toAllBut(ROLE)],
    ['it names everyone, for a member of an organization', org, to({ AWS: '*' })],
    ['it gives one of the actions', account, foreign({ Action: 'ecr:Batch*' })],
    ['it gives all but others', account, foreign({ Action: [], NotAction: 'ecr:PutImage' })],
    ['it gives a push', accountPush, foreign({ Action: 'ecr:putimage' })],
    ['it gives a push, and all is taken', account, foreign({ Action: 'ecr:UploadLayerPart' })],
    ['it is for the repository by name', account, on('team/app')],
    ['it is for one below the prefix', prefix, on('team/app')],
    ['it is for more than the prefix', prefix, on('*')],
    ['it is for what may be below the prefix', prefix, on('other', '*-prod')],
    ['it is ours for another prefix', prefix, { ...forAll('*', pull(ROOT)), Sid: 'Theirs' }],
    ['it is for all but one below the prefix', prefix, foreign({ NotResource: `${REPOSITORIES}/team/app` })],
    [
      'its condition cannot be told',
      account,
      foreign({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    ],
    ['its condition is of the account', account, equals('aws:PrincipalAccount', OTHER)],
    ['its condition is of a role of the account', account, equals('aws:PrincipalArn', ROLE)],
    [
      'its condition is of an organization, maybe that of the account',
      account,
      equals('aws:PrincipalOrgID', ORG),
    ],
    ['it lets the service pull for the functions', functions, toService(FUNCTIONS)],
    ['it lets the service pull for one function', functions, toService(FUNCTIONS.replace('*', 'api'))],
    ['it lets the service pull for any function', functions, toService('arn:aws:lambda:*')],
    ['it lets the account of the functions pull', functions, foreign()],
  ];
  for (const [title, asked, statement] of rows) {
    test(`${title}.`, () => {
      assert.deepEqual(stillAllowedBy(policy(statement), asked), ['Theirs']);
      const { Sid: _, ...nameless } = statement;
      assert.deepEqual(stillAllowedBy(policy(foreign({ Effect: 'Deny' }), nameless), asked), ['statement 2']);
      assert.deepEqual(stillAllowedBy({ Statement: { ...nameless, Sid: '' } }, asked), ['statement 1']);
    });
  }
});

describe('A statement gives it no more where', () => {
  const rows: [string, Access, Statement][] = [
    ['it is ours, and is taken back', account, pull(ROOT)],
    ['it denies', account, foreign({ Effect: 'Deny' })],
    ['it names another account', account, to({ AWS: [THIRD, THIRD_ROOT] })],
    ['it names only a service', account, to({ Service: 'lambda.amazonaws.com' })],
    ['it names another role', role, to({ AWS: [USER, `${ROLE}2`] })],
    ['it names a session of another role', role, to({ AWS: `arn:aws:sts::${OTHER}:assumed-role/ci/x` })],
    ['it names everyone but the role', role, toAllBut([ROLE, ROOT])],
    ['it names everyone but the account', account, toAllBut(ROOT)],
    ['it names an account, maybe of the organization', org, foreign()],
    ['it names another organization', org, toAll({ StringEquals: { 'aws:PrincipalOrgID': OTHER_ORG } })],
    ['it gives only a pull, and the push is taken', accountPush, foreign()],
    ['it gives other actions', account, foreign({ Action: ['ecr:DescribeImages', 's3:*'] })],
    ['it gives all but those', account, foreign({ Action: [], NotAction: 'ecr:*' })],
    ['it is for another repository', account, on('team/application')],
    ['it is for another prefix', prefix, on('app/*', 'tea/*')],
    ['it is for all but the prefix', prefix, foreign({ NotResource: `${REPOSITORIES}/tea*` })],
    ['its condition is of another account', account, equals('aws:PrincipalAccount', THIRD)],
    ['its condition is of a role of another account', account, equals('aws:PrincipalArn', THIRD_ROOT)],
    ['its condition is of another role', role, toAll({ ArnLike: { 'aws:PrincipalArn': `${ROLE}-*` } })],
    ['it lets the service pull for another account', functions, toService(THIRD_FUNCTIONS)],
    ['it lets another service pull', functions, to({ Service: 'ec2.amazonaws.com' })],
  ];
  for (const [title, asked, statement] of rows) {
    test(`${title}.`, () => assert.deepEqual(stillAllowedBy(policy(statement), asked), []));
  }

  test('there is no policy.', () => assert.deepEqual(stillAllowedBy(undefined, account), []));
});

test('All that still give it are named, in their order, whichever grantee it is for.', () => {
  const document = policy(
    { ...foreign(), Sid: 'B' },
    pull(ROOT),
    to({ AWS: `arn:aws:iam::${OWNER}:root` }),
    { ...foreign({ Principal: { AWS: THIRD } }), Sid: 'A', Action: PULL[1] ?? '' },
    push(ROOT),
    pullOrg(ORG),
  );
  assert.deepEqual(stillAllowedBy(document, access([THIRD, OTHER])), ['B', 'A', 'EcrXacctPullOrg']);
});

describe('A statement of ours still gives it where', () => {
  const rows: [string, Access, Statement][] = [
    ['it is for the account of the role', role, pull(ROLE, ROOT)],
    ['it is for a role of the account', account, pull(ROOT, ROLE)],
    ['it is for more than the prefix', prefix, forAll('*', pull(ROOT))],
    ['it is for the account, whose functions are removed', functions, pull(ROOT)],
  ];
  for (const [title, asked, statement] of rows) {
    test(`${title}.`, () => {
      assert.deepEqual(stillAllowedBy(policy(statement), asked), ['EcrXacctPull']);
    });
  }

  test('those who are taken back were not all of it.', () => {
    assert.deepEqual(stillAllowedBy(policy(pull(ROOT, ROLE)), access([OTHER, ROLE])), []);
    assert.deepEqual(stillAllowedBy(policy(pull(ROOT, THIRD_ROOT)), account), []);
  });
});

test('A Deny that may be about the grantees is named, and none that is not.', () => {
  const deny = (Sid: string, more: Partial<Statement> = {}) => ({
    ...foreign(more),
    Sid,
    Effect: 'Deny' as const,
  });
  const document = policy(
    pull(ROOT),
    deny('All', { Principal: '*' }),
    deny('Third', { Principal: { AWS: THIRD } }),
    deny('Push', { Action: 'ecr:PutImage' }),
  );
  assert.deepEqual(keptOutBy(document, account), ['All']);
  assert.deepEqual(keptOutBy(document, accountPush), ['All', 'Push']);
});

for (const change of [grantAccess, revokeAccess]) {
  test(`Functions never push, says ${change.name}.`, () => {
    assert.throws(() => change(policy(), access([OTHER, `lambda:${OTHER}`], { push: true })), {
      code: 'usage',
      message: `lambda:${OTHER} only pulls: functions never push`,
    });
  });
}
