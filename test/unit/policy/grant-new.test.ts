// A grant without a policy, its revocation, and the other parts of a document, which both keep.
import { describe } from 'node:test';
import type { PolicyDocument } from '../../../src/policy/policy-document.ts';
import {
  access,
  FUNCTIONS,
  forAll,
  foreign,
  lambda,
  lambdaAccount,
  ORG,
  OTHER,
  OTHER_ORG,
  OWNER,
  policy,
  pull,
  pullOrg,
  push,
  pushOrg,
  ROLE,
  ROOT,
  registryOf,
  THIRD,
  THIRD_ROOT,
  USER,
} from '../../support/unit/policy.ts';
import { type GrantRow, row, testRows } from '../../support/unit/policy-row.ts';

const account = access(OTHER);
const china = registryOf('cn-north-1', 'amazonaws.com.cn');
const chinese = `arn:aws-cn:ecr:cn-north-1:${OWNER}:repository`;
const same = 'the same';

describe('No policy,', () => {
  const none = (name: string, asked: GrantRow['access'], granted: GrantRow['granted']): GrantRow => ({
    name,
    before: undefined,
    access: asked,
    granted,
    revoked: same,
  });
  testRows([
    none('an account', account, [pull(ROOT)]),
    none("an account by its root's ARN", access(ROOT), [pull(ROOT)]),
    none('a role', access(ROLE), [pull(ROLE)]),
    none('a user', access(USER), [pull(USER)]),
    none('an organization', access(`org:${ORG}`), [pullOrg(ORG)]),
    none('functions', access(`lambda:${OTHER}`), [lambdaAccount(ROOT), lambda(FUNCTIONS)]),
    none('an account to push', access(OTHER, { push: true }), [pull(ROOT), push(ROOT)]),
    none('an organization to push', access(`org:${ORG}`, { push: true }), [pullOrg(ORG), pushOrg(ORG)]),
    none('several of each kind', access([THIRD, ROLE, OTHER, `org:${OTHER_ORG}`, `org:${ORG}`]), [
      pull(ROLE, ROOT, THIRD_ROOT),
      pullOrg(ORG, OTHER_ORG),
    ]),
    none('one twice', access([OTHER, ROOT]), [pull(ROOT)]),
    none('no principal', access([]), []),
    none('a prefix', access(OTHER, { on: 'team/*' }), [forAll('team/*', pull(ROOT))]),
    none('every repository, functions', access(`lambda:${OTHER}`, { on: '*' }), [
      forAll('*', lambdaAccount(ROOT)),
      forAll('*', lambda(FUNCTIONS)),
    ]),
    none('GovCloud', access(OTHER, { registry: registryOf('us-gov-west-1') }), [
      pull(`arn:aws-us-gov:iam::${OTHER}:root`),
    ]),
    none('functions in China, a prefix', access(`lambda:${OTHER}`, { registry: china, on: 'team-*' }), [
      { ...lambdaAccount(`arn:aws-cn:iam::${OTHER}:root`), Resource: `${chinese}/team-*` },
      {
        ...lambda(`arn:aws-cn:lambda:cn-north-1:${OTHER}:function:*`),
        Resource: `${chinese}/team-*`,
      },
    ]),
  ]);
});

describe('The rest of the document:', () => {
  const role = foreign({ Principal: { AWS: ROLE } });
  const old: PolicyDocument = { Version: '2008-10-17', Id: 'ours since 2019', Statement: [role] };
  const single = (statement: PolicyDocument['Statement']) => ({ ...policy(), Statement: statement });
  const many = Array.from({ length: 200 }, (_, index) => `arn:aws:iam::${100_000_000_000 + index}:root`);
  const note = { Note: { by: ['Eve'] } };
  testRows([
    row('no statements', [], account, [pull(ROOT)]),
    row('an old Version and an Id', old, account, { ...old, Statement: [role, pull(ROOT)] }),
    row('no Version', { Statement: [] }, account, { Statement: [pull(ROOT)] }),
    row('no Version, and one statement less', { Statement: [pull(ROOT), foreign()] }, account, same, {
      Statement: [foreign()],
    }),
    row('an element that we do not know', { ...note, Statement: [pull(ROOT, ROLE)] }, account, same, {
      ...note,
      Statement: [pull(ROLE)],
    }),
    row('a single statement of theirs', single(role), account, [role, pull(ROOT)]),
    row(
      'a single statement of ours with another',
      single(pull(THIRD_ROOT)),
      account,
      single(pull(ROOT, THIRD_ROOT)),
    ),
    row(
      'a single statement of ours with both',
      single(pull(ROOT, THIRD_ROOT)),
      account,
      same,
      single(pull(THIRD_ROOT)),
    ),
    row('a single statement of ours', single(pull(ROOT)), account, same, 'nothing'),
    row('a list near the limit', [pull(...many)], account, [pull(...[...many, ROOT].toSorted())]),
  ]);
});
