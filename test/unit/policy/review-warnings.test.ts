// The warnings of a policy review, each with its fix, and what needs none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyOwner, Statement } from '../../../src/policy/policy-document.ts';
import { reviewStatement } from '../../../src/policy/review.ts';
import {
  FUNCTIONS,
  foreign,
  GONE,
  lambda,
  ORG,
  OTHER,
  OWNER,
  PULL,
  pull,
  pullOrg,
  ROOT,
} from '../../support/unit/policy.ts';

const repository: PolicyOwner = { kind: 'repository', account: OWNER, partition: 'aws', region: 'us-east-1' };
const registry: PolicyOwner = { ...repository, kind: 'registry' };

function warnings(statement: Statement, owner: PolicyOwner = repository): string[] {
  return reviewStatement(statement, owner).warnings;
}

describe('What is wrong is said, and what to do, of', () => {
  const { Principal: _, ...withoutPrincipal } = foreign();
  const rows: [string, Statement, RegExp[], PolicyOwner?][] = [
    ['everyone', foreign({ Principal: '*' }), [/everyone who has an AWS account; name accounts or roles/]],
    [
      'everyone, written otherwise',
      foreign({ Principal: { AWS: '*' }, Condition: {} }),
      [/everyone who has/],
    ],
    [
      'everyone under a condition that names no principal',
      foreign({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      [/conditions that say nothing of who it is; name/],
    ],
    [
      'everyone but some',
      { ...withoutPrincipal, NotPrincipal: { AWS: ROOT } },
      [/^NotPrincipal.*; list in Principal/],
    ],
    [
      'every action but some',
      { ...foreign(), NotAction: 'ecr:PutImage' },
      [/^NotAction.*; list them in Action/],
    ],
    [
      'everything that ECR has',
      foreign({ Action: 'ecr:*' }),
      [
        /^ecr:\* gives another account what changes or deletes \(SetRepositoryPolicy, DeleteRepository, BatchDeleteImage and 9 more\); remove it$/,
      ],
    ],
    [
      'a dangerous action',
      foreign({ Action: [...PULL, 'ecr:setRepositoryPolicy'] }),
      [/^ecr:setRepositoryPolicy gives another account what changes or deletes; remove it$/],
    ],
    [
      'a dangerous pattern',
      foreign({ Action: 'ecr:Batch*' }),
      [/^ecr:Batch\* .* \(BatchDeleteImage\); remove/],
    ],
    [
      'actions that only read',
      foreign({ Action: ['ecr:DescribeImages', 'ecr:List*'] }),
      [/^neither pull nor push needs ecr:DescribeImages, ecr:List\* \(for reading\); remove it where/],
    ],
    [
      'other actions',
      foreign({ Action: ['ecr:DescribeImages', 'ecr:TagResource'] }),
      [/^neither pull nor push needs ecr:DescribeImages, ecr:TagResource; remove it where/],
    ],
    [
      'dangerous actions for an organization',
      { ...pullOrg(ORG), Action: 'ecr:DeleteRepository' },
      [/DeleteRepository/],
    ],
    ['replication to a repository', foreign({ Action: 'ecr:ReplicateImage' }), [/neither pull nor push/]],
    [
      'another region',
      forRegion('eu-west-1'),
      [/is not of this registry.*; write arn:aws:ecr:us-east-1:111122223333:/],
      registry,
    ],
    [
      'another account',
      { ...foreign(), Resource: `arn:aws:ecr:us-east-1:${OTHER}:repository/*` },
      [/is not of/],
      registry,
    ],
    [
      'another partition',
      { ...foreign(), Resource: `arn:aws-cn:ecr:us-east-1:${OWNER}:repository/*` },
      [/is not of/],
      registry,
    ],
    [
      'another service',
      { ...foreign(), Resource: `arn:aws:s3:us-east-1:${OWNER}:images` },
      [/is not of/],
      registry,
    ],
    ['what is no ARN', { ...foreign(), Resource: 'team/*' }, [/is not of/], registry],
    ['a denial of another region', { ...forRegion('eu-west-1'), Effect: 'Deny' }, [/is not of/], registry],
    [
      'what is left of a role',
      pull(ROOT, GONE),
      [/^AROAEXAMPLE0123456789 is of a deleted role .*; remove it$/],
    ],
    [
      'several at once',
      foreign({ Principal: '*', Action: ['ecr:*', 'ecr:ListImages'] }),
      [/everyone/, /^ecr:\*/, /ecr:ListImages/],
    ],
  ];
  for (const [title, statement, expected, owner] of rows) {
    test(`${title}.`, () => {
      const said = warnings(statement, owner);
      assert.equal(said.length, expected.length, said.join('\n'));
      for (const [index, warning] of expected.entries()) assert.match(said[index] ?? '', warning);
      assert.ok(said.every((line) => !line.includes('\n')));
    });
  }
});

describe('Nothing is said against', () => {
  const deny = foreign({ Effect: 'Deny', Principal: '*', Action: 'ecr:*' });
  const rows: [string, Statement, PolicyOwner?][] = [
    ['a denial', deny],
    ['a pull', foreign()],
    ['everyone in an organization', pullOrg(ORG)],
    ['functions', lambda(FUNCTIONS)],
    [
      'everyone of one account',
      foreign({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': OTHER } } }),
    ],
    ['all for the account of the registry itself', foreign({ Principal: { AWS: OWNER }, Action: 'ecr:*' })],
    [
      'replication to a registry',
      { ...foreign(), Action: ['ecr:ReplicateImage', 'ecr:CreateRepository'] },
      registry,
    ],
    ['all regions', forRegion('*'), registry],
    ['every resource', foreign({ Resource: '*' })],
    ['another region where that is not known', forRegion('eu-west-1'), { ...registry, region: undefined }],
  ];
  for (const [title, statement, owner] of rows) {
    test(`${title}.`, () => assert.deepEqual(warnings(statement, owner), []));
  }
});

function forRegion(region: string): Statement {
  return { ...foreign(), Resource: `arn:aws:ecr:${region}:${OWNER}:repository/team/*` };
}
