// Hides known secrets in texts, in every form in which another program repeats them, and nothing else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { XacctError } from '../../src/errors.ts';
import { createSecrets, environmentSecrets, SMALL_BUDGET, withoutSecrets } from '../../src/secrets.ts';

const TOKEN = 'IQoJb3JpZ2luX2VjEH8aCXVzLWVhc3QtMSJHMEUCIQDx/+a==';

/** The form of a password; the form of a token. */
const UNITS = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  fc.constantFrom(...'aZ09+/=~*!\'()&<>"\\ %@:'),
);

/** The forms in which another program may write it. */
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  'of a URL': encodeURIComponent,
  'of a URL, in small letters': (secret) => encodeURIComponent(secret).toLowerCase(),
  'of a form': (secret) => `${new URLSearchParams({ a: secret })}`.slice(2),
  'of JSON': (secret) => JSON.stringify(secret).slice(1, -1),
  'of XML': (secret) =>
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'of base64': (secret) => Buffer.from(secret).toString('base64'),
  'of base64 with a user before it': (secret) => Buffer.from(`AWS:${secret}`).toString('base64'),
  'of base64 with one character before it': (secret) => Buffer.from(`:${secret}`).toString('base64'),
  'of base64 for URLs': (secret) => Buffer.from(secret).toString('base64url'),
  'of hexadecimal digits': (secret) => Buffer.from(secret).toString('hex'),
};

describe('a known secret', () => {
  for (const [form, write] of Object.entries(FORMS)) {
    test(`is hidden in the form ${form}, whatever its characters and what is around it.`, () => {
      const secrets = fc.string({ minLength: 24, maxLength: 80, unit: UNITS });
      fc.assert(
        fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
          // Lower case would make another secret of it, except in the codes.
          fc.pre(!form.includes('small') || /^[^A-Z]*$/.test(secret));
          const written = write(secret);
          const shown = createSecrets([secret]).hide(`${before} ${written} ${after}`);
          // The ends of base64 also depend on the neighbouring text.
          const own = form.includes('base64') ? written.slice(4, -8) : written;
          for (let at = 0; at + 16 <= own.length; at += 1) {
            assert.ok(!shown.includes(own.slice(at, at + 16)), `${written} in ${shown}`);
          }
        }),
      );
    });
  }

  test('is hidden where it was cut, from 16 characters on.', () => {
    const { hide } = createSecrets([TOKEN]);
    assert.equal(hide(`The token ${TOKEN.slice(0, 20)}... is invalid`), 'The token ***... is invalid');
    assert.equal(hide(`The token ...${TOKEN.slice(-18)} is invalid`), 'The token ...*** is invalid');
    assert.equal(hide(`begins with ${TOKEN.slice(0, 12)}`), `begins with ${TOKEN.slice(0, 12)}`);
  });

  test('that is short is hidden as a word, and not in numbers and words of others.', () => {
    const { hide } = createSecrets(['123456', 'pass', 'of', '']);
    assert.equal(hide('code 123456 of 111123456111 (pass) passes'), 'code *** of 111123456111 (***) passes');
  });

  test('leaves a text without it as it is.', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(createSecrets([TOKEN]).hide(text), text)));
    const arn = 'arn:aws:sts::111122223333:assumed-role/Admin/session';
    assert.equal(createSecrets([TOKEN, 'pw']).hide(arn), arn);
  });

  test('costs what text and secrets are long, whatever repeats itself in them.', () => {
    const cost = (length: number) => {
      const { hide } = createSecrets(['a'.repeat(length), 'ab'.repeat(length / 2)], {
        values: 2,
        characters: Number.POSITIVE_INFINITY,
      });
      const text = 'a'.repeat(length);
      const times = Array.from({ length: 5 }, () => {
        const begin = process.hrtime.bigint();
        hide(text);
        return Number(process.hrtime.bigint() - begin);
      });
      return Math.min(...times);
    };
    cost(2_000);
    const [once, more] = [cost(2_000), cost(16_000)];
    assert.ok(more < 30 * once, `${once} ns, then ${more} ns`);
  });
});

describe('more secrets than are looked for', () => {
  const tokens = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`T_TOKEN_${i}`, `tok-${i}-of-the-caller`]));
  const tooMany: Readonly<Record<string, () => Iterable<string>>> = {
    'many variables': () => environmentSecrets(tokens(4_000)),
    'equal ones': () => Array.from({ length: 4_000 }, () => 'the same one'),
    'short ones': () => Array.from({ length: 4_000 }, () => 'a'),
    'a long one': () => ['a'.repeat(8_193)],
    'some long ones': () => Array.from({ length: 5 }, (_, i) => `${i}${'a'.repeat(2_000)}`),
    'one that is longer where it is encoded': () => ['\u00e9&"'.repeat(1_000)],
    apostrophes: () => ["'".repeat(8_000)],
  };
  for (const [what, values] of Object.entries(tooMany)) {
    test(`hide all of a text: ${what}.`, () => {
      const secrets = createSecrets(values(), SMALL_BUDGET);
      assert.equal(secrets.hide('T_TOKEN_3999=tok-3999-of-the-caller'), '***');
      const error = new XacctError('process-failed', 'it said tok-3999', { hint: { say: 'tok-3999' } });
      const { code, message, hint } = secrets.hideIn(error, 'x failed; what it printed');
      assert.equal(code, 'process-failed');
      assert.match(message, /^x failed; what it printed is not shown/);
      assert.doesNotMatch(JSON.stringify(hint), /tok/);
      secrets.add('another');
      assert.equal(secrets.hide('whatever'), '***');
    });
  }

  test('are not even made.', () => {
    let made = 0;
    function* endless() {
      for (; ; made += 1) yield `secret number ${made}`;
    }
    createSecrets(endless(), SMALL_BUDGET);
    assert.ok(made <= SMALL_BUDGET.values + 1, `${made}`);
  });

  test('are not those of a caller with a session and some tokens.', () => {
    const env = { ...tokens(40), AWS_SESSION_TOKEN: TOKEN.repeat(40), HTTPS_PROXY: 'http://u:p%40ssword@h' };
    const { hide } = createSecrets(environmentSecrets(env), SMALL_BUDGET);
    assert.equal(hide(`say tok-39-of-the-caller and ${TOKEN}.`), 'say *** and ***.');
  });
});

test('What every text may have in it is no secret, whatever the name of its variable.', () => {
  const values = [
    '111122223333',
    'us-east-1',
    'us-gov-west-1',
    'true',
    '1234567',
    'disabled',
    'Production',
    'arn:aws:iam::111122223333:role/x',
    '/run/secrets/token',
    'vault.corp.example',
  ];
  const env = Object.fromEntries(values.map((value, index) => [`SECRET_${index}`, value]));
  assert.deepEqual(
    [...environmentSecrets({ ...env, SECRET_NAME: 'prod/db-1', SECRET_ARN: 'x'.repeat(20) })],
    [],
  );
  const secrets = [
    'hunter2-hunter2',
    'eyJhbGciOiJI.eyJzdWIi.c2lnbmF0dXJl',
    '/Abc+def/ghi',
    'a'.repeat(600),
    '12345678',
  ];
  const named = Object.fromEntries(secrets.map((value, index) => [`SECRET_${index}`, value]));
  assert.deepEqual([...environmentSecrets(named)], secrets);
});

test('The secrets of an environment are those that its names say, and what its URLs have before the host.', () => {
  const secrets = [
    ...environmentSecrets({
      AWS_SECRET_ACCESS_KEY: 'secret-key',
      AWS_SESSION_TOKEN: 'session-token',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token',
      VAULT_TOKEN: 'vault-token',
      https_proxy: 'http://user:p%40ssword@proxy:3128',
      HTTP_PROXY: 'other:password-2@proxy:3128',
      AWS_ENDPOINT_URL: 'https://host',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/run/token',
      AWS_PROFILE: 'me@corp',
      EMPTY_TOKEN: '',
    }),
  ];
  for (const secret of ['secret-key', 'session-token', 'container-token', 'vault-token']) {
    assert.ok(secrets.includes(secret), secret);
  }
  for (const secret of ['p%40ssword', 'p@ssword', 'password-2']) assert.ok(secrets.includes(secret), secret);
  assert.ok(!secrets.some((secret) => /run|corp|^https/.test(secret)), `${secrets}`);
});

test('What is kept has the variables without secrets, whatever the others are called.', () => {
  const kept = {
    AWS_PROFILE: 'dev',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/t',
    HOME: '/home/you',
    HTTPS_PROXY: 'http://p:1',
  };
  const secret = { AWS_OIDC_TOKEN: 'eyJhbGciOiJSUzI1NiJ9.x', HTTP_PROXY: 'http://me:password1@p:1' };
  assert.deepEqual(withoutSecrets({ ...kept, ...secret, unset: undefined }), kept);
});
