// What a grant adds beside other people's statements, which may give the same or not. A revocation leaves all of them.
import { describe } from 'node:test';
import type { Access } from '../../../src/policy/access.ts';
import type { Statement } from '../../../src/policy/policy-document.ts';
import {
  access,
  FUNCTION_PULL,
  FUNCTIONS,
  forAll,
  foreign,
  lambda,
  ORG,
  OTHER,
  OTHER_ORG,
  OWNER,
  PULL,
  PUSH,
  pull,
  pullOrg,
  push,
  REPOSITORIES,
  ROLE,
  ROOT,
  registryOf,
  THIRD_ROOT,
  USER,
} from '../../support/unit/policy.ts';
import { row, testRows } from '../../support/unit/policy-row.ts';

const account = access(OTHER);
const accountPush = access(OTHER, { push: true });
const prefix = access(OTHER, { on: 'team/*' });
const same = 'the same';

/** Statements that already give it. */
const given = (name: string, asked: Access, ...statements: Statement[]) => row(name, statements, asked, same);
/** Statements that do not, so another one follows them. */
const lacking = (name: string, asked: Access, added: Statement, ...statements: Statement[]) =>
  row(name, statements, asked, [...statements, added]);

describe("AWS's own examples:", () => {
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
  const users = foreign({
    Sid: 'AllowPushPull',
    Principal: { AWS: [USER, `${USER}-2`] },
    Action: [
      'ecr:BatchGetImage',
      'ecr:BatchCheckLayerAvailability',
      'ecr:CompleteLayerUpload',
      'ecr:GetDownloadUrlForLayer',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
    ],
    Resource: '*',
  });
  const crossAccount = foreign({
    Sid: 'AllowCrossAccountPush',
    Principal: { AWS: [ROOT] },
    Action: PUSH,
  });
  // https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
  const people = foreign({ Sid: 'CrossAccountPermission', Action: FUNCTION_PULL });
  const service = {
    ...lambda(),
    Sid: 'LambdaECRImageCrossAccountRetrievalPolicy',
    Condition: { StringLike: { 'aws:sourceARN': FUNCTIONS } },
  };
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-examples.html
  const replication = foreign({
    Sid: 'ReplicationAccessCrossAccount',
    Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
    Resource: [`${REPOSITORIES}/*`],
  });
  testRows([
    given('two users push and pull', access(USER, { push: true }), users),
    lacking('two users, and their account', account, pull(ROOT), users),
    lacking('an account pushes, and is to pull', account, pull(ROOT), crossAccount),
    lacking('an account pushes, and is to push', accountPush, pull(ROOT), crossAccount),
    given('functions, and their account', access(`lambda:${OTHER}`), people, service),
    lacking('functions, whose account is to pull for itself', account, pull(ROOT), people, service),
    lacking('replication, and a prefix', prefix, forAll('team/*', pull(ROOT)), replication),
  ]);
});

describe('The actions of theirs', () => {
  const actions = (...names: string[]) => foreign({ Action: names });
  testRows([
    given('are all of ECR', accountPush, actions('ecr:*')),
    given('are all there are', accountPush, foreign({ Action: '*' })),
    given('have wildcards', account, actions('ecr:Batch*', 'ecr:Get????loadUrlForLayer')),
    given('are in another case', account, actions(...PULL.map((action) => action.toUpperCase()))),
    given('are in two statements', account, actions(...PULL.slice(1)), actions('ecr:BatchCheck*')),
    lacking('are only some', account, pull(ROOT), actions('ecr:Batch*')),
    lacking('are only of a pull', accountPush, push(ROOT), actions(...PULL)),
    lacking('are of another service', account, pull(ROOT), actions('s3:*')),
    lacking('are all but some', account, pull(ROOT), foreign({ Action: [], NotAction: 'ecr:PutImage' })),
    lacking('are denied, which is not ours to lift', account, pull(ROOT), foreign({ Effect: 'Deny' })),
  ]);
});

describe('The principals of theirs', () => {
  const to = (principal: Statement['Principal'], condition?: Statement['Condition']) =>
    foreign({
      ...(principal === undefined ? {} : { Principal: principal }),
      ...(condition === undefined ? {} : { Condition: condition }),
    });
  const secure = { Bool: { 'aws:SecureTransport': 'true' } };
  const org = { StringEquals: { 'aws:PrincipalOrgID': [OTHER_ORG, ORG] } };
  const asked = access(`org:${ORG}`);
  const { Principal: _, ...withoutPrincipal } = foreign();
  testRows([
    given('are the account by its ID', account, to({ AWS: OTHER })),
    given('are everyone', access(ROLE), to('*')),
    given('are everyone, written otherwise', asked, to({ AWS: ['*'] })),
    given('have an empty condition', account, to({ AWS: ROOT }, {})),
    given('are the organization', asked, to('*', org)),
    given(
      'are the service and the account',
      access(`lambda:${OTHER}`),
      to({
        AWS: ROOT,
        Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'],
      }),
    ),
    lacking('are the account, not the role', access(ROLE), pull(ROLE), to({ AWS: ROOT })),
    lacking('are a role, not the account', account, pull(ROOT), to({ AWS: ROLE })),
    lacking('are another account', account, pull(ROOT), to({ AWS: THIRD_ROOT })),
    lacking(
      'are that account elsewhere than among AWS principals',
      account,
      pull(ROOT),
      to({ Federated: ROOT }),
    ),
    lacking('have a condition', account, pull(ROOT), to({ AWS: ROOT }, secure)),
    lacking('are everyone with a condition', account, pull(ROOT), to('*', secure)),
    lacking('are only those of an organization', account, pull(ROOT), to('*', org)),
    lacking(
      'are the organization, and have another condition',
      asked,
      pullOrg(ORG),
      to('*', { ...org, ...secure }),
    ),
    lacking(
      'are the organization by a pattern',
      asked,
      pullOrg(ORG),
      to('*', {
        StringLike: { 'aws:PrincipalOrgID': ORG },
      }),
    ),
    lacking('are all but some', account, pull(ROOT), {
      ...withoutPrincipal,
      NotPrincipal: { AWS: THIRD_ROOT },
    }),
    lacking('are under an element that we do not know', account, pull(ROOT), {
      ...foreign(),
      Unless: 'night',
    }),
  ]);
});

describe('The resources of theirs', () => {
  const on = (...paths: string[]) => foreign({ Resource: paths.map((path) => `${REPOSITORIES}/${path}`) });
  const added = forAll('team/*', pull(ROOT));
  const gov = registryOf('us-gov-east-1');
  testRows([
    given('are all', prefix, on('*')),
    given('are all there are', prefix, foreign({ Resource: '*' })),
    given('are more than the prefix', prefix, on('app/*', 'tea*')),
    given('are just the prefix', prefix, on('team/*')),
    given('are the repository', account, on('team/app')),
    given('are the repository among others', account, on('te?m/*')),
    lacking('are another repository', account, pull(ROOT), on('team/application')),
    lacking('are less than the prefix', prefix, added, on('team/a*')),
    lacking('are a single one below the prefix', prefix, added, on('team/app')),
    lacking('are of names of one letter', prefix, added, on('team/?')),
    lacking('are no more than the text of the prefix', prefix, added, on('team/', 'team?')),
    lacking('end otherwise', prefix, added, on('*-prod')),
    lacking(
      'are in another region',
      prefix,
      added,
      foreign({
        Resource: `arn:aws:ecr:eu-west-1:${OWNER}:repository/*`,
      }),
    ),
    lacking('are all but some', prefix, added, foreign({ NotResource: `${REPOSITORIES}/app` })),
    given(
      'are of another partition',
      access(OTHER, { on: 'team/*', registry: gov }),
      foreign({
        Principal: { AWS: `arn:aws-us-gov:iam::${OTHER}:root` },
        Resource: `arn:aws-us-gov:ecr:us-gov-east-1:${OWNER}:repository/team*`,
      }),
    ),
  ]);
});
