// The userinfo of URLs in texts is hidden, whatever it contains, and nothing else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { errorText, printable, XacctError } from '../../src/errors.ts';
import { withoutUserinfo } from '../../src/userinfo.ts';

describe('userinfo', () => {
  const hidden: Readonly<Record<string, string>> = {
    'https://u:PW@host/path': 'https://***@host/path',
    'cannot reach https://u:PW@host:8443, try again': 'cannot reach https://***@host:8443, try again',
    'https://ghp_token@host': 'https://***@host',
    'u:PW@host: not an ECR registry': '***@host: not an ECR registry',
    '//u:PW@host': '***@host',
    'https://u:P@W@host/x': 'https://***@host/x',
    'https://u:P/W@host': 'https://***@host',
    'https://u:12/34@host:3128': 'https://***@host:3128',
    'https://u:P?W#x@host': 'https://***@host',
    'https://u:P"W,x(y@host': 'https://***@host',
    'https://u%3APW@host': 'https://***@host',
    'https%3A%2F%2Fu%3APW%40host': 'https://***@host',
    'https%253A%252F%252Fu%253APW%2540host': 'https://***@host',
    'u%3apw%40host': '***@host',
    'HTTPS_PROXY=u:PW@proxy:3128': 'HTTPS_PROXY=***@proxy:3128',
    'AWS_ENDPOINT_URL=https://u:PW@host is no URL': 'AWS_ENDPOINT_URL=https://***@host is no URL',
    '"https://u:PW@host"': '"https://***@host"',
    'u:PW@111122223333.dkr.ecr.us-east-1.amazonaws.com/repo@sha256:0011':
      '***@111122223333.dkr.ecr.us-east-1.amazonaws.com/repo@sha256:0011',
    'a https://u:PW@h b https://x:y@z c': 'a https://***@h b https://***@z c',
    'AWS_ENDPOINT_URL=http://u:PW is no URL': 'AWS_ENDPOINT_URL=http://u:*** is no URL',
    'http://u:12PW/x': 'http://u:***/x',
    'c.yaml:2:3: "https://u:a PW@h" is no hostname': 'c.yaml:2:3: "https://***@h" is no hostname',
    'https://ghcr.io/?a=1&access_token=PW&b=2': 'https://ghcr.io/?a=1&access_token=***&b=2',
    'https://h/x?X-Amz-Signature=0f&X-Amz-Security-Token=PW,':
      'https://h/x?X-Amz-Signature=***&X-Amz-Security-Token=***',
  };
  for (const [text, shown] of Object.entries(hidden)) {
    test(`is hidden in ${text}`, () => {
      assert.equal(withoutUserinfo(text), shown);
      assert.equal(withoutUserinfo(shown), shown, 'it is done once and for all');
    });
  }

  const shown = [
    'arn:aws:sts::111122223333:assumed-role/Admin/user@example.com is not authorized',
    '(User: arn:aws-cn:sts::1:assumed-role/R/u@e.com)',
    '"AWS":"arn:aws:iam::1:user/u@e.com"',
    'AROAEXAMPLEEXAMPLE1:user@example.com',
    'user@example.com',
    'profile dev: user@example.com',
    'public.ecr.aws/x/y:1.2@sha256:abcdef',
    'localhost:5000/repo@sha512:abcdef',
    'https://public.ecr.aws/x@sha256:abcdef',
    'https://host/path?mail=a@b.example',
    'https://host/path?mail=a%40b.example',
    '/home/me@corp.example/.aws/config:3:5: no such profile',
    'not found on PATH=/usr/bin:/home/me@corp.example/bin:/bin',
    'git@host:path/repo',
    '100%40 of it',
    'https://169.254.169.254',
    '@ and : alone',
    'caller:arn:aws-cn:sts::1:assumed-role/r/a@b',
    'config.yaml:3:1:jane@corp.com is none',
    'npm:@aws-sdk/x',
    '"email":jane@corp.com',
    'public.ecr.aws/x/y:1.2@sha384:abcdef',
    'https://h:443: refused (http://[::1]:80, https://h:8080/x?page=2&name=me)',
    '"https://h/x is not for jane@corp.com"',
  ];
  for (const text of shown) test(`is none of ${text}`, () => assert.equal(withoutUserinfo(text), text));

  const password = fc.stringMatching(/^[^\s%]{8,40}$/);
  // Without a scheme before it, a delimiter begins another word.
  const plain = fc.stringMatching(/^[^\s%"'`()[\]{}<>,=|;:]{8,40}$/);
  test('is hidden whatever its characters, wherever the URL is.', () => {
    const around = fc.constantFrom<[string, string]>(['', ''], ['see ', ' now'], ['(', ')'], ['X=', ' ']);
    fc.assert(
      fc.property(password, plain, around, fc.boolean(), (any, bare, [before, after], isEncoded) => {
        for (const scheme of ['https://', 'http://', '']) {
          const secret = scheme === '' ? bare : any;
          const word = isEncoded ? encodeURIComponent(secret.toWellFormed()) : secret;
          const text = withoutUserinfo(`${before}${scheme}user:${word}@proxy.example:3128${after}`);
          assert.ok(!text.includes(word), text);
          assert.ok(text.includes('@proxy.example:3128'), text);
        }
      }),
    );
  });

  test('is in no line, hint or message of an error.', () => {
    const url = 'https://user:password-1@host.example/';
    const error = new XacctError('usage', `${url} is none`, {
      hint: { say: `not ${url}`, run: ['export', `AWS_ENDPOINT_URL=${url}`], next: { run: ['curl', url] } },
    });
    assert.doesNotMatch(JSON.stringify([error.message, error.hint]), /password-1/);
    assert.equal(
      errorText(error),
      'https://***@host.example/ is none; not https://***@host.example/, run: export AWS_ENDPOINT_URL=' +
        "'https://***@host.example/'; then run: curl 'https://***@host.example/'",
    );
    assert.equal(printable(url), 'https://***@host.example/');
  });

  test('costs what the text is long, whatever is in it.', () => {
    for (const part of [
      '@',
      ':@',
      'a:b@',
      '://',
      '%40',
      '%2540',
      '%25',
      'arn:aws@',
      ' a@',
      '(@',
      'AROA',
      '@sha256:',
      '"a://',
      '?a=',
      '&',
      '?token=',
      'a://b:',
      ':arn:aws',
    ]) {
      const cost = (characters: number) => {
        const text = `u:${part.repeat(characters / part.length)}@h`;
        const times = Array.from({ length: 5 }, () => {
          const begin = process.hrtime.bigint();
          withoutUserinfo(text);
          return Number(process.hrtime.bigint() - begin);
        });
        return Math.min(...times);
      };
      const [once, more] = [cost(100_000), cost(800_000)];
      // Eight times, with a reserve for a busy machine. Quadratic time would be 64 times.
      assert.ok(more < 30 * once, `${part}: ${once} ns, then ${more} ns`);
    }
  });
});
