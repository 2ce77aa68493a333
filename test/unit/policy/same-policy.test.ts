// Which policies mean the same to AWS.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyDocument, Statement } from '../../../src/policy/policy-document.ts';
import {
  FUNCTIONS,
  foreign,
  lambda,
  OTHER,
  PULL,
  policy,
  pull,
  pullOrg,
  ROLE,
  ROOT,
  THIRD_ROOT,
} from '../../support/unit/policy.ts';
import { samePolicy } from '../../support/unit/same-policy.ts';

describe('two policies mean the same', () => {
  const rows: [string, PolicyDocument, PolicyDocument][] = [
    [
      'one or many',
      policy(foreign({ Action: 'ecr:PutImage' })),
      policy(foreign({ Action: ['ecr:PutImage'] })),
    ],
    ['one statement or a list', policy(foreign()), { ...policy(), Statement: foreign() }],
    [
      'the order of statements',
      policy(pull(ROOT), pullOrg('o-a1b2c3d4e5')),
      policy(pullOrg('o-a1b2c3d4e5'), pull(ROOT)),
    ],
    ['the order of principals', policy(pull(ROOT, ROLE)), policy(pull(ROLE, ROOT))],
    [
      'the order and case of actions',
      policy(foreign()),
      policy(foreign({ Action: PULL.map((name) => name.toLowerCase()).toReversed() })),
    ],
    ['the order of elements', policy({ Effect: 'Allow', Sid: 'x' }), policy({ Sid: 'x', Effect: 'Allow' })],
    [
      'the order of resources',
      policy(foreign({ Resource: ['a', 'b'] })),
      policy(foreign({ Resource: ['b', 'a', 'b'] })),
    ],
    ['an account as ID or root', policy(pull(ROOT)), policy(pull(OTHER))],
    [
      'everyone in both ways',
      policy(foreign({ Principal: '*' })),
      policy(foreign({ Principal: { AWS: ['*'] } })),
    ],
    ['no Version is the old one', { Statement: [] }, { Version: '2008-10-17', Statement: [] }],
    ['no condition or an empty one', policy(foreign()), policy(foreign({ Condition: {} }))],
    [
      'the key of a condition in another case, and its values',
      policy(lambda(FUNCTIONS, 'x')),
      policy({ ...lambda(), Condition: { StringLike: { 'AWS:SourceArn': ['x', FUNCTIONS] } } }),
    ],
    [
      'a truth as text',
      policy(foreign({ Condition: { Bool: { 'aws:SecureTransport': true } } })),
      policy(foreign({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } })),
    ],
    ['unknown elements', { ...policy(), X: { a: 1, b: 2 } }, { ...policy(), X: { b: 2, a: 1 } }],
  ];
  for (const [title, left, right] of rows) {
    test(`where it is ${title} that differs.`, () =>
      assert.ok(samePolicy(left, right) && samePolicy(right, left)));
  }
});

describe('two policies do not mean the same', () => {
  const { Sid: _, ...nameless } = foreign();
  const without = (name: keyof Statement) =>
    Object.fromEntries(Object.entries(foreign()).filter(([key]) => key !== name));
  const rows: [string, PolicyDocument, PolicyDocument][] = [
    ['Version', policy(), { Version: '2008-10-17', Statement: [] }],
    ['Id', policy(), { ...policy(), Id: 'x' }],
    ['Sid', policy(foreign()), policy({ ...foreign(), Sid: 'other' })],
    ['Sid, which one lacks', policy(foreign()), policy(nameless)],
    ['effect', policy(foreign()), policy(foreign({ Effect: 'Deny' }))],
    ['principal', policy(pull(ROOT)), policy(pull(THIRD_ROOT))],
    [
      'kind of principal',
      policy(foreign({ Principal: { Service: 'x' } })),
      policy(foreign({ Principal: { AWS: 'x' } })),
    ],
    [
      'exception of principals',
      policy(foreign()),
      policy({ ...foreign(), ...without('Principal'), NotPrincipal: { AWS: ROOT } }),
    ],
    ['action', policy(foreign()), policy(foreign({ Action: PULL.slice(1) }))],
    ['resource', policy(foreign({ Resource: 'a' })), policy(foreign({ Resource: 'A' }))],
    ['resource, which one lacks', policy(foreign()), policy(foreign({ Resource: '*' }))],
    ['number of statements', policy(foreign()), policy(foreign(), foreign())],
    [
      'operator',
      policy(foreign({ Condition: { StringLike: { k: 'v' } } })),
      policy(foreign({ Condition: { StringEquals: { k: 'v' } } })),
    ],
    [
      'value of a condition',
      policy(foreign({ Condition: { StringLike: { k: 'v' } } })),
      policy(foreign({ Condition: { StringLike: { k: 'V' } } })),
    ],
    ['unknown element', { ...policy(), X: [1, 2] }, { ...policy(), X: [2, 1] }],
  ];
  for (const [title, left, right] of rows) {
    test(`where it is the ${title} that differs.`, () =>
      assert.ok(!samePolicy(left, right) && !samePolicy(right, left)));
  }
});
