// The diff of a config.json, in one line or in many, has everything except secrets.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileChange } from '../../../src/setup/file-change.ts';
import { fileDiffText } from '../../../src/setup/setup-text.ts';
import { screenOf } from '../../../src/terminal/screen.ts';

const plain = screenOf(new PassThrough(), {});

function diffOf(before: string, after: string): string {
  const change: FileChange = {
    path: '/home/me/.docker/config.json',
    kind: 'docker',
    before: { bytes: Buffer.from(before), mode: 0o600, uid: 1_000, gid: 1_000 },
    after: Buffer.from(after),
    edits: [],
  };
  return fileDiffText(change, plain);
}

const served = (config: object) => ({ ...config, credHelpers: { 'ecr.example': 'ecr-xacct' } });

test('A config.json in one line is shown with its URLs, without their userinfo and without what is in auth.', () => {
  const config = {
    auths: { 'https://index.docker.io/v1/': { auth: 'canary1', email: 'me@corp.example' } },
    proxies: { default: { httpProxy: 'http://me:canary2@proxy.example:3128', noProxy: '*.corp.example' } },
  };
  assert.equal(
    diffOf(JSON.stringify(config), JSON.stringify(served(config))),
    `--- /home/me/.docker/config.json
+++ /home/me/.docker/config.json
@@ -1,1 +1,1 @@
${[
  ['-', ''],
  ['+', ',"credHelpers":{"ecr.example":"ecr-xacct"}'],
]
  .map(
    ([sign, more]) =>
      `${sign}{"auths":{"https://index.docker.io/v1/":{"auth":"(hidden)","email":"me@corp.example"}},"proxies":` +
      `{"default":{"httpProxy":"http://***@proxy.example:3128","noProxy":"*.corp.example"}}${more}}\n`,
  )
  .map((line) => `${line}\\ No newline at end of file\n`)
  .join('')}`,
  );
});

/** Found in the diff, however it is cut off and decoded. */
const SECRET = 'canary';
const part = fc.string({
  unit: fc.constantFrom('a', '7', '/', '"', "'", ' ', '\\', '?', '#', ':', '@', ',', '}', '%', '.'),
});
/** A password in a URL, with characters that should have been encoded. */
const password = fc.tuple(part, part).map(([before, after]) => `${before}${SECRET}${after}`);
const host = fc.constantFrom(
  'index.docker.io',
  'proxy.example:3128',
  '111122223333.dkr.ecr.us-east-1.amazonaws.com',
);
const user = fc.constantFrom('me', 'me@corp.example', '');
const url = fc
  .tuple(fc.constantFrom('https', 'http', 'socks5'), user, password, host)
  .map(([scheme, name, word, at]) => `${scheme}://${name}:${word}@${at}/v2/`);
const entry = fc.record({
  auth: fc.constant(SECRET),
  email: user,
  seen: fc.constant('https://shown.example/a'),
});

/** As written by a program that avoids ASCII punctuation. */
const WRITTEN: readonly ((json: string) => string)[] = [
  (json) => json,
  (json) => json.replaceAll('/', '\\/'),
  (json) => json.replaceAll('@', '\\u0040'),
];

test('No secret of any config.json is in its diff, and what follows a URL is.', () => {
  const config = fc.record({
    auths: fc.dictionary(fc.oneof(url, host, user), entry),
    proxies: fc.dictionary(
      fc.constantFrom('default', 'tcp://docker:2375'),
      fc.record({ httpProxy: url, noProxy: host }),
    ),
    plugins: fc.record({ list: fc.array(fc.oneof(url, user, host)) }),
    last: fc.constant('shown'),
  });
  fc.assert(
    fc.property(
      config,
      fc.constantFrom('', '\t', '  '),
      fc.constantFrom(...WRITTEN),
      (one, indent, written) => {
        const [before = '', after = ''] = [one, served(one)].map((value) =>
          written(JSON.stringify(value, undefined, indent)),
        );
        const text = diffOf(before, after);
        assert.ok(!text.includes(SECRET), text);
        assert.match(text, /"last": ?"shown"/);
        assert.match(text, /"credHelpers": ?\{[^{}]*"ecr-xacct"/);
      },
    ),
    { numRuns: 500 },
  );
});
