// Policies as JSON: what is read, what is rejected, what is written, and the maximum length.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';
import {
  checkPolicySize,
  MAX_POLICY_CHARACTERS,
  parsePolicy,
  policyText,
  statementsOf,
} from '../../../src/policy/policy-document.ts';
import { FUNCTIONS, foreign, lambda, policy, pull, ROOT } from '../../support/unit/policy.ts';

const WHAT = 'the policy of repository team/app';

describe('what is read', () => {
  const rows: [string, unknown][] = [
    ['{}', { Statement: [] }],
    ['{"Version":"2008-10-17"}', { Version: '2008-10-17', Statement: [] }],
    ['{"Statement":[]}', { Statement: [] }],
    ['{"Statement":{"Effect":"Deny"}}', { Statement: { Effect: 'Deny' } }],
    [
      ' {"Id":"x","Statement":[{"Effect":"Allow","Sid":"","Later":[1]}]}\n',
      {
        Id: 'x',
        Statement: [{ Effect: 'Allow', Sid: '', Later: [1] }],
      },
    ],
    [
      '{"Statement":[{"Effect":"Allow","Condition":{"Bool":{"k":true},"NumericLessThan":{"n":[1,"2"]}}}]}',
      {
        Statement: [{ Effect: 'Allow', Condition: { Bool: { k: true }, NumericLessThan: { n: [1, '2'] } } }],
      },
    ],
  ];
  for (const [text, document] of rows) {
    test(`is ${text.trim()}.`, () => assert.deepEqual(parsePolicy(text, WHAT), document));
  }

  test('has its statements as a list, whichever way they are written.', () => {
    const [one] = [foreign()];
    assert.deepEqual(statementsOf({ Statement: one }), [one]);
    assert.deepEqual(statementsOf({ Statement: [one, one] }), [one, one]);
    assert.deepEqual(statementsOf(undefined), []);
  });
});

describe('what is refused, by its name', () => {
  const statement = (text: string) => `{"Statement":[{"Effect":"Allow"},${text}]}`;
  const rows: [string, string][] = [
    ['', `${WHAT} is not valid JSON (ValueExpected), line 1, column 1`],
    ['{\n"Statement":[}', `${WHAT} is not valid JSON (ValueExpected), line 2, column 14`],
    ['{"Statement":[],}', `${WHAT} is not valid JSON (PropertyNameExpected), line 1, column 17`],
    ['{} // why', `${WHAT} is not valid JSON (InvalidCommentToken), line 1, column 4`],
    ['[]', `${WHAT} is not a JSON object, line 1, column 1`],
    ['"x"', `${WHAT} is not a JSON object, line 1, column 1`],
    ['{"Statement":[],"Statement":[]}', `${WHAT} has "Statement" twice in one object, line 1, column 17`],
    [
      statement('{"Effect":"Deny","Condition":{"Bool":{"a":"b","a":"c"}}}'),
      `${WHAT} has "a" twice in one object, line 1, column 80`,
    ],
    [
      statement('{"Effect":"Deny","Condition":{"NumericEquals":{"a":12345678901234567890}}}'),
      `${WHAT} has the number 12345678901234567890, which has to be text, line 1, column 85`,
    ],
    [
      statement('{"Effect":"Deny","Condition":{"NumericEquals":{"a":[1,1e999]}}}'),
      `${WHAT} has the number 1e999, which has to be text, line 1, column 88`,
    ],
    ['{"Version":1}', `${WHAT} has a Version or an Id that is not text`],
    ['{"Id":null}', `${WHAT} has a Version or an Id that is not text`],
    ['{"Statement":null}', `statement 1 of ${WHAT} is not an object`],
    [statement('"x"'), `statement 2 of ${WHAT} is not an object`],
    [statement('[]'), `statement 2 of ${WHAT} is not an object`],
    [statement('{}'), `statement 2 of ${WHAT} has neither "Effect": "Allow" nor "Effect": "Deny"`],
    [
      statement('{"Effect":"allow"}'),
      `statement 2 of ${WHAT} has neither "Effect": "Allow" nor "Effect": "Deny"`,
    ],
    [statement('{"Effect":"Deny","Sid":1}'), `statement 2 of ${WHAT} has a Sid that is not text`],
    [
      statement('{"Effect":"Deny","NotAction":[1]}'),
      `statement 2 of ${WHAT} has a NotAction that is neither text nor a list of texts`,
    ],
    [
      statement('{"Effect":"Deny","Resource":{}}'),
      `statement 2 of ${WHAT} has a Resource that is neither text nor a list of texts`,
    ],
    [
      statement('{"Effect":"Deny","Principal":"444455556666"}'),
      `statement 2 of ${WHAT} has a Principal that is neither "*" nor an object of texts`,
    ],
    [
      statement('{"Effect":"Deny","NotPrincipal":{"AWS":{}}}'),
      `statement 2 of ${WHAT} has a NotPrincipal that is neither "*" nor an object of texts`,
    ],
    [
      statement('{"Effect":"Deny","Condition":{"Bool":"x"}}'),
      `statement 2 of ${WHAT} has a Condition that is not an object of operators`,
    ],
    [
      statement('{"Effect":"Deny","Condition":{"Bool":{"k":null}}}'),
      `statement 2 of ${WHAT} has a Condition that is not an object of operators`,
    ],
  ];
  for (const [text, message] of rows) {
    test(`is ${JSON.stringify(text)}.`, () => {
      assert.throws(() => parsePolicy(text, WHAT), { name: 'XacctError', code: 'policy', message });
    });
  }
});

describe('the text of a policy', () => {
  const members = (count: number) =>
    Array.from({ length: count }, (_, index) => `arn:aws:iam::${100_000_000_000 + index}:root`);
  const longest = (characters: number) => {
    const short = policy({ ...foreign(), Sid: '' });
    return policy({ ...foreign(), Sid: 'x'.repeat(characters - JSON.stringify(short).length) });
  };

  test('is indented, and read again the same.', () => {
    const document = policy(pull(ROOT), lambda(FUNCTIONS));
    assert.match(policyText(document), /^\{\n {2}"Version": "2012-10-17",\n/);
    assert.deepEqual(parsePolicy(policyText(document), WHAT), document);
  });

  test('has no white space where it is within the limit only so.', () => {
    const document = policy(pull(...members(250)));
    assert.ok(JSON.stringify(document, undefined, 2).length > MAX_POLICY_CHARACTERS);
    assert.equal(policyText(document), JSON.stringify(document));
    checkPolicySize(document, WHAT);
  });

  test('has none up to the limit, and is indented where it is too long in any case.', () => {
    assert.doesNotMatch(policyText(longest(10_240)), /\n/);
    assert.match(policyText(longest(10_241)), /\n/);
    assert.match(policyText(policy(pull(...members(400)))), /\n/);
  });

  test('may have as many characters as AWS takes, and not one more.', () => {
    assert.equal(MAX_POLICY_CHARACTERS, 10_240);
    checkPolicySize(longest(10_240), WHAT);
    assert.throws(
      () => checkPolicySize(longest(10_241), WHAT),
      (error: unknown) => {
        assert.ok(error instanceof XacctError);
        assert.equal(error.code, 'policy');
        assert.equal(error.message, `${WHAT} would have 10241 characters, and AWS accepts 10240`);
        assert.match(hintText(error.hint ?? {}), /an account instead of its single roles, org:o-….*prefix/);
        return true;
      },
    );
  });
});
