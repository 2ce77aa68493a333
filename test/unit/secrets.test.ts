// Known secrets in texts: hidden in whatever form another program repeats them, and nothing else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSecrets, environmentSecrets } from '../../src/secrets.ts';

const TOKEN = 'IQoJb3JpZ2luX2VjEH8aCXVzLWVhc3QtMSJHMEUCIQDx/+a==';

/** As in any password; as in a token. */
const UNITS = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  fc.constantFrom(...'aZ09+/=~*!\'()&<>"\\ %@:'),
);

/** How another program may have it in a text. */
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
          // Small letters would make another secret of it, but for those of the codes.
          fc.pre(!form.includes('small') || /^[^A-Z]*$/.test(secret));
          const written = write(secret);
          const shown = createSecrets(secret).hide(`${before} ${written} ${after}`);
          // Of base64, the ends are also made of what is around.
          const own = form.includes('base64') ? written.slice(4, -8) : written;
          for (let at = 0; at + 16 <= own.length; at += 1) {
            assert.ok(!shown.includes(own.slice(at, at + 16)), `${written} in ${shown}`);
          }
        }),
      );
    });
  }

  test('is hidden where it was cut, from 16 characters on.', () => {
    const { hide } = createSecrets(TOKEN);
    assert.equal(hide(`The token ${TOKEN.slice(0, 20)}... is invalid`), 'The token ***... is invalid');
    assert.equal(hide(`The token ...${TOKEN.slice(-18)} is invalid`), 'The token ...*** is invalid');
    assert.equal(hide(`begins with ${TOKEN.slice(0, 12)}`), `begins with ${TOKEN.slice(0, 12)}`);
  });

  test('that is short is hidden as a word, and not in numbers and words of others.', () => {
    const { hide } = createSecrets('123456', 'pass', 'of', '');
    assert.equal(hide('code 123456 of 111123456111 (pass) passes'), 'code *** of 111123456111 (***) passes');
  });

  test('leaves a text without it as it is.', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(createSecrets(TOKEN).hide(text), text)));
    const arn = 'arn:aws:sts::111122223333:assumed-role/Admin/session';
    assert.equal(createSecrets(TOKEN, 'pw').hide(arn), arn);
  });

  test('costs what text and secrets are long, whatever repeats itself in them.', () => {
    const cost = (length: number) => {
      const { hide } = createSecrets('a'.repeat(length), 'ab'.repeat(length / 2));
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

test('The secrets of an environment are those that its names say, and what its URLs have before the host.', () => {
  const secrets = environmentSecrets({
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
  });
  for (const secret of ['secret-key', 'session-token', 'container-token', 'vault-token']) {
    assert.ok(secrets.includes(secret), secret);
  }
  for (const secret of ['p%40ssword', 'p@ssword', 'password-2']) assert.ok(secrets.includes(secret), secret);
  assert.ok(!secrets.some((secret) => /run|corp|^https/.test(secret)), `${secrets}`);
});
