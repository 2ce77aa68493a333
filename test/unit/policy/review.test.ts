// The description of each statement of a policy.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyOwner } from '../../../src/policy/policy-document.ts';
import { type Statement, statementsOf } from '../../../src/policy/policy-document.ts';
import { type ReviewedStatement, reviewStatement } from '../../../src/policy/review.ts';
import {
  FUNCTIONS,
  forAll,
  foreign,
  GONE,
  lambda,
  ORG,
  OTHER,
  OTHER_ORG,
  OWNER,
  PULL,
  PUSH,
  policy,
  pull,
  pullOrg,
  push,
  REPOSITORIES,
  ROLE,
  ROOT,
  THIRD_ROOT,
} from '../../support/unit/policy.ts';

const repository: PolicyOwner = { kind: 'repository', account: OWNER, partition: 'aws', region: 'us-east-1' };
const registry: PolicyOwner = { ...repository, kind: 'registry' };

function review(statement: Statement, owner: PolicyOwner = repository): ReviewedStatement {
  return reviewStatement(statement, owner);
}

describe('A statement is shown', () => {
  const shown: ReviewedStatement = {
    sid: 'EcrXacctPull',
    ours: true,
    effect: 'Allow',
    who: [OTHER, ROLE],
    pull: 'all',
    push: 'none',
    other: [],
    resources: [],
    conditions: [],
    warnings: [],
  };
  const { Sid: _, ...nameless } = foreign({ Effect: 'Deny', Action: 'ecr:PutImage' });
  const rows: [string, Statement, ReviewedStatement, PolicyOwner?][] = [
    ['that is ours', pull(ROOT, ROLE), shown],
    [
      'that is ours, to push',
      push(THIRD_ROOT),
      {
        ...shown,
        sid: 'EcrXacctPush',
        who: ['777788889999'],
        pull: 'none',
        push: 'all',
      },
    ],
    [
      'that is ours, for a prefix',
      forAll('team/*', pull(ROOT, ROLE)),
      { ...shown, resources: ['team/*'] },
      registry,
    ],
    [
      'that is ours, of an organization',
      pullOrg(ORG),
      {
        ...shown,
        sid: 'EcrXacctPullOrg',
        who: [`org ${ORG}`],
        conditions: [`StringEquals aws:PrincipalOrgID = ${ORG}`],
      },
    ],
    [
      'that is ours, for functions',
      lambda(FUNCTIONS),
      {
        ...shown,
        sid: 'EcrXacctLambda',
        who: ['service lambda.amazonaws.com'],
        conditions: [`StringLike aws:sourceArn = ${FUNCTIONS}`],
      },
    ],
    [
      'that is theirs, has no Sid, and denies',
      nameless,
      {
        ...shown,
        sid: undefined,
        ours: false,
        effect: 'Deny',
        who: [OTHER],
        pull: 'none',
        push: 'some',
      },
    ],
  ];
  for (const [title, statement, reviewed, owner] of rows) {
    test(`${title}.`, () => assert.deepEqual(review(statement, owner), reviewed));
  }

  test('in its place, for a repository and for a registry.', () => {
    const document = policy(pull(ROOT), foreign(), push(ROOT));
    assert.deepEqual(
      statementsOf(document)
        .map((one) => review(one))
        .map(({ sid, ours }) => [sid, ours]),
      [
        ['EcrXacctPull', true],
        ['Theirs', false],
        ['EcrXacctPush', true],
      ],
    );
    assert.deepEqual(
      statementsOf(document).map((one) => review(one, registry).ours),
      [false, false, false],
    );
    assert.equal(
      review({ ...pull(ROOT), Resource: `arn:aws:ecr:us-east-1:${OTHER}:repository/*` }, registry).ours,
      false,
    );
    assert.equal(review(forAll('*', pull(ROOT))).ours, false);
  });

  test('with those whom it names, of every kind.', () => {
    const who = (statement: Partial<Statement>) => review({ Sid: 'x', Effect: 'Deny', ...statement }).who;
    assert.deepEqual(who({}), []);
    assert.deepEqual(who({ Principal: '*' }), ['everyone']);
    assert.deepEqual(
      who({ Principal: { AWS: ['*', OTHER, GONE], Service: 'a.b', Federated: 'c', CanonicalUser: 'd' } }),
      ['everyone'],
    );
    assert.deepEqual(
      who({ Principal: { AWS: [OTHER, GONE], Service: 'a.b', Federated: 'c', CanonicalUser: 'd' } }),
      [OTHER, GONE, 'service a.b', 'federated c', 'canonical user d'],
    );
    assert.deepEqual(who({ NotPrincipal: { AWS: [ROOT, ROLE] } }), [`everyone but ${OTHER}, ${ROLE}`]);
    assert.deepEqual(
      who({
        Principal: { AWS: '*' },
        Condition: { StringEquals: { 'aws:principalorgid': [ORG, OTHER_ORG] } },
      }),
      [`org ${ORG}`, `org ${OTHER_ORG}`],
    );
    assert.deepEqual(who({ Principal: '*', Condition: { StringLike: { 'aws:PrincipalOrgID': '*' } } }), [
      'everyone',
    ]);
  });

  test('with how much of a pull and of a push it is, and what else.', () => {
    const rows: [Partial<Statement>, string, string, string[]][] = [
      [{ Action: PULL }, 'all', 'none', []],
      [{ Action: ['ecr:batchgetimage', 'ECR:GetDownloadUrlForLayer'] }, 'all', 'none', []],
      [{ Action: 'ecr:BatchGetImage' }, 'some', 'none', []],
      [{ Action: 'ecr:BatchCheckLayerAvailability' }, 'some', 'none', []],
      [{ Action: PUSH }, 'none', 'all', []],
      [{ Action: [...PUSH, 'ecr:BatchGetImage'] }, 'some', 'all', []],
      [{ Action: PUSH.slice(1) }, 'none', 'some', []],
      [{ Action: 'ecr:*' }, 'all', 'all', ['ecr:*']],
      [{ Action: ['ecr:Get*', 'ecr:DescribeImages'] }, 'some', 'none', ['ecr:Get*', 'ecr:DescribeImages']],
      [{ Action: 's3:GetObject' }, 'none', 'none', ['s3:GetObject']],
      [
        { NotAction: ['ecr:PutImage', 'ecr:Delete*'] },
        'all',
        'some',
        ['everything but ecr:PutImage, ecr:Delete*'],
      ],
    ];
    for (const [elements, pulls, pushes, other] of rows) {
      const reviewed = review({ Effect: 'Allow', Principal: { AWS: OWNER }, ...elements });
      assert.deepEqual([reviewed.pull, reviewed.push, reviewed.other], [pulls, pushes, other]);
    }
  });

  test('with the repositories and the conditions as people know them.', () => {
    const elsewhere = `arn:aws:ecr:us-east-1:${OTHER}:repository/*`;
    const { resources, conditions } = review(
      foreign({
        Resource: [`${REPOSITORIES}/team/*`, `${REPOSITORIES}/app`, '*', elsewhere],
        Condition: {
          StringLike: { 'aws:PrincipalArn': [ROLE, ROOT] },
          Bool: { 'aws:SecureTransport': true, 'aws:ViaAWSService': 'false' },
        },
      }),
      registry,
    );
    assert.deepEqual(resources, ['team/*', 'app', '*', elsewhere]);
    assert.deepEqual(conditions, [
      `StringLike aws:PrincipalArn = ${ROLE}, ${ROOT}`,
      'Bool aws:SecureTransport = true',
      'Bool aws:ViaAWSService = false',
    ]);
    assert.deepEqual(review(foreign({ NotResource: [`${REPOSITORIES}/app`] }), registry).resources, [
      'everything but app',
    ]);
  });
});
