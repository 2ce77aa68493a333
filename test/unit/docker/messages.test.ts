// Tests how stdin is read, and that a secret on it is never quoted.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  ACTIONS,
  isAction,
  MISSING_SERVER_URL,
  MISSING_USERNAME,
  notFound,
  readCredential,
  readServerURL,
} from '../../../src/docker/messages.ts';
import { errorLine, XacctError } from '../../../src/errors.ts';

// Docker, ORAS and docker-py compare these texts; credentials/error.go of docker-credential-helpers has them.
test('the fixed texts are those of Docker', () => {
  assert.deepEqual(notFound, {
    outcome: 'quiet-failure',
    text: 'credentials not found in native keychain',
  });
  assert.equal(MISSING_SERVER_URL, 'no credentials server URL');
  assert.equal(MISSING_USERNAME, 'no credentials username');
});

test('the actions are the four of Docker, and nothing else is one', () => {
  assert.deepEqual([...ACTIONS], ['get', 'store', 'erase', 'list']);
  assert.ok(ACTIONS.every(isAction));
  for (const text of [undefined, '', 'GET', ' get', 'version', 'toString']) assert.ok(!isAction(text));
});

describe('the server URL on stdin', () => {
  const rows: readonly [string, string, string | undefined][] = [
    ['a line without an end', 'host.example', 'host.example'],
    ['a line', 'host.example\n', 'host.example'],
    ['a line ending in CR LF', 'host.example\r\n', 'host.example'],
    ['two lines, kept as they are for the grammar to refuse', 'host.example\nevil', 'host.example\nevil'],
    ['a line and an empty one', 'host.example\n\n', 'host.example\n'],
    ['a CR that ends no line', 'host.example\r', 'host.example\r'],
    ['spaces, kept', ' host.example ', ' host.example '],
    ['nothing', '', undefined],
    ['an empty line', '\n', undefined],
    ['an empty line ending in CR LF', '\r\n', undefined],
    ['only blanks', ' \t \n', undefined],
  ];
  for (const [what, input, expected] of rows) {
    test(`is read from ${what}`, () => assert.equal(readServerURL(input), expected));
  }
});

describe('the credential on stdin', () => {
  const secret = 'canary-0123456789';

  test('is read from the JSON that Docker sends', () => {
    const credential = { ServerURL: 'host.example', Username: 'AWS', Secret: secret };
    assert.deepEqual(readCredential(`${JSON.stringify(credential)}\n`), credential);
  });

  test('comes back as it was sent, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.record({ ServerURL: text, Username: text, Secret: text }, { noNullPrototype: true }),
        (credential) => {
          assert.deepEqual(readCredential(JSON.stringify(credential)), credential);
        },
      ),
    );
  });

  test('has an empty text where a field is missing, and nothing of other fields', () => {
    assert.deepEqual(readCredential('{}'), { ServerURL: '', Username: '', Secret: '' });
    assert.throws(() => readCredential(`{"Username":"${'x'.repeat(1_025)}"}`), { code: 'protocol' });
    assert.deepEqual(readCredential(`{"Secret":"${secret}","Label":1,"__proto__":{"Username":"x"}}`), {
      ServerURL: '',
      Username: '',
      Secret: secret,
    });
  });

  const wrong = {
    nothing: '',
    'text that is not JSON': secret,
    'JSON cut off': `{"ServerURL":"host.example","Username":"AWS","Secret":"${secret}`,
    'JSON with text behind it': `{"Secret":"${secret}"} ${secret}`,
    'a text': `"${secret}"`,
    'a number': '1',
    null: 'null',
    'a list': `["${secret}"]`,
    'a secret that is no text': `{"ServerURL":"host.example","Username":"AWS","Secret":["${secret}"]}`,
    'a user name that is no text': `{"ServerURL":"host.example","Username":1,"Secret":"${secret}"}`,
    'a server URL that is no text': `{"ServerURL":{},"Username":"AWS","Secret":"${secret}"}`,
    'null for a text': `{"ServerURL":"host.example","Username":"AWS","Secret":null}`,
  };
  for (const [what, input] of Object.entries(wrong)) {
    test(`is refused where it is ${what}, without a word of it`, () => {
      assert.throws(
        () => readCredential(input),
        (error: unknown) => {
          assert.ok(error instanceof XacctError && error.code === 'protocol');
          assert.equal(error.cause, undefined);
          assert.equal(
            errorLine(error),
            'ecr-xacct: store: stdin is not a JSON object with ServerURL, Username and Secret; run: docker login',
          );
          assert.ok(!`${error.stack}`.includes(secret));
          return true;
        },
      );
    });
  }
});
