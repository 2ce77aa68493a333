// Grants and revocations in policies with our statements, edited by hand or not.
import { describe } from 'node:test';
import type { Statement } from '../../../src/policy/policy-document.ts';
import {
  access,
  FUNCTIONS,
  forAll,
  foreign,
  GONE,
  lambda,
  lambdaAccount,
  ORG,
  OTHER,
  OTHER_ORG,
  PULL,
  PUSH,
  pull,
  pullOrg,
  push,
  REPOSITORIES,
  ROLE,
  ROOT,
  THIRD,
  THIRD_FUNCTIONS,
  THIRD_ROOT,
} from '../../support/unit/policy.ts';
import { row, testRows } from '../../support/unit/policy-row.ts';

const account = access(OTHER);
const accountPush = access(OTHER, { push: true });
const functions = access(`lambda:${OTHER}`);
const organization = access(`org:${ORG}`);
const prefix = access(OTHER, { on: 'team/*' });
const same = 'the same';
const secure = { Bool: { 'aws:SecureTransport': true } };

describe('A statement of ours', () => {
  const second = { ...pull(ROOT), Sid: 'EcrXacctPull2' };
  const both = [pull(ROOT), { ...pull(ROOT, THIRD_ROOT), Sid: 'EcrXacctPull2' }];
  const text = (arn: string): Statement => ({ ...pull(), Principal: { AWS: arn } });
  const shuffled = { ...pull(ROOT), Action: PULL.map((action) => action.toUpperCase()).toReversed() };
  const keyed = { ...lambda(), Condition: { StringLike: { 'AWS:SourceARN': FUNCTIONS } } };
  testRows([
    row('has another account', [pull(THIRD_ROOT)], account, [pull(ROOT, THIRD_ROOT)]),
    row('has it', [pull(ROOT)], account, same, 'nothing'),
    row('has it by its ID', [pull(OTHER, THIRD)], account, same, [pull(THIRD)]),
    row('has it as text', [text(ROOT)], account, same, 'nothing'),
    row('has another as text', [text(THIRD_ROOT)], account, [pull(ROOT, THIRD_ROOT)]),
    row('keeps how others are written', [pull(THIRD, GONE)], account, [pull(THIRD, GONE, ROOT)]),
    row('has only a role of the account', [pull(ROLE)], account, [pull(ROLE, ROOT)]),
    row('has only the account of the role', [pull(ROOT)], access(ROLE), [pull(ROLE, ROOT)]),
    row('has what is left of a deleted role', [pull(GONE, ROLE)], access(ROLE), same, [pull(GONE)]),
    row('has nothing but a deleted role', [pull(GONE)], access(ROLE), [pull(GONE, ROLE)]),
    row('gains a push beside it', [pull(ROOT)], accountPush, [pull(ROOT), push(ROOT)]),
    row('gains a pull beside it', [push(ROOT)], account, [push(ROOT), pull(ROOT)], 'nothing'),
    row('is a push, which goes by itself', [pull(ROOT), push(ROOT, THIRD_ROOT)], accountPush, same, [
      pull(ROOT),
      push(THIRD_ROOT),
    ]),
    row('is a push, which goes with the pull', [pull(ROOT), push(ROOT), foreign()], account, same, [
      foreign(),
    ]),
    row('is there twice', both, account, same, [{ ...pull(THIRD_ROOT), Sid: 'EcrXacctPull2' }]),
    row('has a number', [{ ...pull(THIRD_ROOT), Sid: 'EcrXacctPull7' }], account, [
      { ...pull(ROOT, THIRD_ROOT), Sid: 'EcrXacctPull7' },
    ]),
    row('has its actions in another order and case', [shuffled], account, same, 'nothing'),
    row('has another organization', [pullOrg(OTHER_ORG)], organization, [pullOrg(ORG, OTHER_ORG)]),
    row('has the organization', [pullOrg(ORG, OTHER_ORG)], organization, same, [pullOrg(OTHER_ORG)]),
    row(
      'names everyone the other way',
      [{ ...pullOrg(ORG), Principal: { AWS: '*' } }],
      organization,
      same,
      'nothing',
    ),
    row(
      'has other functions',
      [lambdaAccount(ROOT), lambda(THIRD_FUNCTIONS)],
      functions,
      [lambdaAccount(ROOT), lambda(FUNCTIONS, THIRD_FUNCTIONS)],
      [lambda(THIRD_FUNCTIONS)],
    ),
    row('has the functions', [lambdaAccount(ROOT, THIRD_ROOT), lambda(FUNCTIONS)], functions, same, [
      lambdaAccount(THIRD_ROOT),
    ]),
    row('has its key in another case', [lambdaAccount(ROOT), keyed], functions, same, 'nothing'),
    row(
      'lets the account of the functions pull for itself, too',
      [pull(ROOT)],
      functions,
      [pull(ROOT), lambdaAccount(ROOT), lambda(FUNCTIONS)],
      [pull(ROOT)],
    ),
    row(
      'is for the functions of the account, which is to pull for itself, too',
      [lambdaAccount(ROOT), lambda(FUNCTIONS)],
      account,
      [lambdaAccount(ROOT), lambda(FUNCTIONS), pull(ROOT)],
      [lambdaAccount(ROOT), lambda(FUNCTIONS)],
    ),
    row('is for another prefix', [forAll('app/*', pull(ROOT))], prefix, [
      forAll('app/*', pull(ROOT)),
      forAll('team/*', second),
    ]),
    row(
      'is for the prefix, in a list',
      [{ ...pull(ROOT), Resource: [`${REPOSITORIES}/team/*`] }],
      prefix,
      same,
      'nothing',
    ),
  ]);
});

describe('A statement of ours that was edited by hand is theirs', () => {
  const numbered = { ...pull(ROOT), Sid: 'EcrXacctPull2' };
  const added = (name: string, edited: Statement) => row(name, [edited], account, [edited, numbered]);
  const narrowed = { ...pullOrg(ORG), Condition: { ...pullOrg(ORG).Condition, ...secure } };
  const twoKeys = {
    ...pullOrg(),
    Condition: { StringEquals: { 'aws:PrincipalOrgID': ORG, 'aws:PrincipalType': 'User' } },
  };
  const oneFunction = lambda(FUNCTIONS.replace('*', 'api'));
  const lessPush = { ...push(ROOT), Action: PUSH.slice(0, 4) };
  testRows([
    added('with a condition', { ...pull(ROOT), Condition: secure }),
    added('with an action less', { ...pull(ROOT), Action: PULL.slice(1) }),
    added('as a denial', { ...pull(ROOT), Effect: 'Deny' }),
    added('with an element that we do not know', { ...pull(ROOT), Comment: 'ask Eve' }),
    added('for another repository', { ...pull(ROOT), Resource: `${REPOSITORIES}/other` }),
    added('with its Sid in lower case', { ...pull(THIRD_ROOT), Sid: 'ecrxacctpull' }),
    added('to be of another kind', { ...push(ROOT), Sid: 'EcrXacctPull' }),
    added('to name a session', pull(`arn:aws:sts::${OTHER}:assumed-role/puller/eve`)),
    added('to name a service, too', {
      ...pull(),
      Principal: { AWS: THIRD_ROOT, Service: 'lambda.amazonaws.com' },
    }),
    added('to name no principal', pull()),
    row('with an action more', [{ ...pull(ROOT), Action: [...PULL, 'ecr:ListImages'] }], account, same),
    row('to name everyone', [pull(ROOT, '*')], account, same),
    row('by its Sid', [{ ...pull(ROOT), Sid: 'MyEcrXacctPull' }], account, same),
    row('to have no Resource in a list', [{ ...pull(ROOT), Resource: [] }], account, [
      { ...pull(ROOT), Resource: [] },
      numbered,
    ]),
    row('for its organization', [narrowed], organization, [
      narrowed,
      { ...pullOrg(ORG), Sid: 'EcrXacctPullOrg2' },
    ]),
    row('for its organization, by a second key', [twoKeys], organization, [
      twoKeys,
      { ...pullOrg(ORG), Sid: 'EcrXacctPullOrg2' },
    ]),
    row(
      'for one function',
      [lambdaAccount(ROOT), oneFunction],
      functions,
      [lambdaAccount(ROOT), oneFunction, { ...lambda(FUNCTIONS), Sid: 'EcrXacctLambda2' }],
      [oneFunction],
    ),
    row(
      'for two prefixes',
      [{ ...pull(ROOT), Resource: [`${REPOSITORIES}/team/*`, `${REPOSITORIES}/app/*`] }],
      prefix,
      same,
    ),
    row('with an action of a push less', [pull(ROOT), lessPush], accountPush, [
      pull(ROOT),
      lessPush,
      { ...push(ROOT), Sid: 'EcrXacctPush2' },
    ]),
  ]);
});
