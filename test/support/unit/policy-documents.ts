// Random policies for property tests: our statements, edited ones, and all kinds of others.
import fc from 'fast-check';
import type { Access } from '../../../src/policy/access.ts';
import type { PolicyDocument, Statement } from '../../../src/policy/policy-document.ts';
import {
  access,
  FUNCTIONS,
  GONE,
  lambda,
  ORG,
  OTHER,
  OTHER_ORG,
  PULL,
  PUSH,
  pull,
  pullOrg,
  push,
  pushOrg,
  REPOSITORIES,
  ROLE,
  ROOT,
  THIRD,
  THIRD_FUNCTIONS,
  THIRD_ROOT,
  USER,
} from './policy.ts';

interface Made {
  statement: Statement;
  /** Statements that must never change. */
  isForeign: boolean;
}

export interface Case {
  document: PolicyDocument | undefined;
  foreign: readonly Statement[];
  access: Access;
}

const some = <T>(values: readonly T[], minLength = 1) => fc.subarray([...values], { minLength });
/** A list, or its only element. */
const oneOrMany = (values: readonly string[]): fc.Arbitrary<string | string[]> =>
  fc.oneof(fc.constantFrom(...values), some(values));

const own: fc.Arbitrary<Statement> = fc.oneof(
  some([ROOT, THIRD_ROOT, THIRD, ROLE, USER, GONE]).chain((members) =>
    fc.constantFrom(pull(...members), push(...members), { ...pull(...members), Sid: 'EcrXacctPull2' }),
  ),
  some([ORG, OTHER_ORG]).chain((ids) => fc.constantFrom(pullOrg(...ids), pushOrg(...ids))),
  some([FUNCTIONS, THIRD_FUNCTIONS]).map((functions) => lambda(...functions)),
);

const edited: fc.Arbitrary<Statement> = fc
  .tuple(
    own,
    fc.constantFrom<(statement: Statement) => Statement>(
      (statement) => ({ ...statement, Effect: 'Deny' }),
      (statement) => ({ ...statement, Action: ['ecr:ListImages', ...[statement.Action ?? []].flat()] }),
      (statement) => ({
        ...statement,
        Condition: { ...statement.Condition, Bool: { 'aws:SecureTransport': 'true' } },
      }),
      (statement) => ({ ...statement, NotResource: 'arn:aws:ecr:*:*:repository/secret' }),
    ),
  )
  .map(([statement, edit]) => edit(statement));

const conditions = fc.constantFrom<NonNullable<Statement['Condition']>>(
  {},
  { StringEquals: { 'aws:PrincipalOrgID': [ORG, OTHER_ORG] } },
  { StringEquals: { 'aws:PrincipalOrgID': OTHER_ORG } },
  { StringLike: { 'aws:sourceARN': FUNCTIONS } },
  { StringEquals: { 'aws:SourceAccount': OTHER } },
  { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${OTHER}:role/*` } },
  { StringEquals: { 'aws:PrincipalAccount': [OTHER] } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { Bool: { 'aws:SecureTransport': 'false' }, StringEquals: { 'aws:PrincipalAccount': THIRD } },
);
const principals = fc.oneof(
  fc.constant('*' as const),
  oneOrMany([ROOT, OTHER, THIRD_ROOT, ROLE, USER, GONE, '*']).map((AWS) => ({ AWS })),
  oneOrMany(['lambda.amazonaws.com', 'ec2.amazonaws.com']).map((Service) => ({ Service })),
);
const actions = fc.oneof(
  fc.constantFrom<string | string[]>(PULL, [...PUSH, ...PULL], '*', 'ecr:*'),
  oneOrMany([
    ...PULL,
    ...PUSH,
    'ecr:Batch*',
    'ECR:GETDOWNLOADURLFORLAYER',
    'ecr:*Layer*',
    'ecr:DescribeImages',
  ]),
);
const resources = oneOrMany([
  '*',
  `${REPOSITORIES}/*`,
  `${REPOSITORIES}/team*`,
  `${REPOSITORIES}/team/*`,
  `${REPOSITORIES}/team/app`,
  `${REPOSITORIES}/*/app`,
]);

function others(isRegistry: boolean): fc.Arbitrary<Statement> {
  const named = fc.record(
    {
      Sid: fc.constantFrom('Theirs', 'MyEcrXacctPull', ''),
      Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
      Principal: principals,
      Action: actions,
      Resource: resources,
      Condition: conditions,
    },
    {
      requiredKeys: ['Effect', 'Principal', 'Action', ...(isRegistry ? (['Resource'] as const) : [])],
      noNullPrototype: true,
    },
  );
  const negated = fc
    .tuple(named, fc.boolean(), actions, resources)
    .map(([statement, isAction, names, arns]) => {
      const { Action, Resource, ...rest } = statement;
      if (isAction) return { ...rest, NotAction: names, ...(Resource === undefined ? {} : { Resource }) };
      return { ...rest, Action, NotResource: arns };
    });
  return fc.oneof({ weight: 4, arbitrary: named }, { weight: 1, arbitrary: negated });
}

/** A policy, its statements that are not ours, and what to grant or revoke. */
export const cases: fc.Arbitrary<Case> = fc.constantFrom('team/app', 'team/*').chain((on) => {
  const ours = on === 'team/app' ? {} : { Resource: `${REPOSITORIES}/${on}` };
  const made = fc.oneof(
    own.map((statement): Made => ({ statement: { ...statement, ...ours }, isForeign: false })),
    edited.map((statement): Made => ({ statement: { ...statement, ...ours }, isForeign: true })),
    others(on !== 'team/app').map((statement): Made => ({ statement, isForeign: true })),
  );
  const asked = some([OTHER, ROLE, USER, THIRD, `org:${ORG}`, `lambda:${OTHER}`]).chain((grantees) =>
    fc.boolean().map((pushes) => {
      const isPush = pushes && !grantees.includes(`lambda:${OTHER}`);
      return access(grantees, { on, push: isPush });
    }),
  );
  const rest = fc.constantFrom<Partial<PolicyDocument>>(
    { Version: '2012-10-17' },
    { Version: '2008-10-17', Id: 'x' },
    {},
  );
  return fc
    .tuple(fc.array(made, { maxLength: 5 }), asked, rest, fc.boolean())
    .map(([list, wanted, elements, isSingle]) => {
      const statements = list.map(({ statement }) => statement);
      const [only] = statements.length === 1 && isSingle ? statements : [];
      return {
        document:
          statements.length === 0 && isSingle ? undefined : { ...elements, Statement: only ?? statements },
        foreign: list.filter(({ isForeign }) => isForeign).map(({ statement }) => statement),
        access: wanted,
      };
    });
});
