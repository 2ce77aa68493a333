// Docker's protocol, `get`, byte for byte, for every front.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fronts, runFront } from '../support/product/fronts.ts';
import { failureOf, passwordOf } from '../support/product/product.ts';
import { devFiles, HOST, startProductStage } from '../support/product/stage.ts';

const NOT_FOUND = 'credentials not found in native keychain\n';

/** Every form in which a caller names the registry on stdin, and the caller. */
const SPELLINGS = [
  { caller: 'docker, podman, skopeo, buildah', ServerURL: HOST },
  { caller: 'docker with a credsStore', ServerURL: `https://${HOST}` },
  { caller: 'nerdctl', ServerURL: `${HOST}:443` },
  { caller: 'nerdctl', ServerURL: `https://${HOST}:443` },
  { caller: 'a URL of a registry', ServerURL: `https://${HOST}/` },
  { caller: 'a URL of the registry API', ServerURL: `https://${HOST}/v2/` },
  { caller: 'go-containerregistry', ServerURL: `${HOST}/team/app` },
  { caller: 'a person', ServerURL: HOST.toUpperCase() },
];

/** One of each class of foreign names. The tests of `docker` and `registry` have the classes in full. */
const NOT_OURS = [
  'https://index.docker.io/v1/',
  'ghcr.io',
  // A registry without TLS.
  `http://${HOST}`,
  `${HOST}.evil.example`,
  `evil-${HOST}`,
  `https://user:password@${HOST}`,
  `${HOST}:5000`,
  `${HOST}\0`,
  `${HOST}\nevil.example`,
  ` ${HOST}`,
  HOST.replace('.com', '。com'),
];

for (const front of fronts) {
  test(`${front.name}: get.`, async (t) => {
    await using stage = await startProductStage();
    const { product, aws } = stage;
    const get = (input: string | Uint8Array) => runFront(product, front, 'get', input);

    for (const { caller, ServerURL } of SPELLINGS) {
      await t.test(`${ServerURL}, as ${caller} asks, is answered with just that ServerURL.`, async () => {
        const password = passwordOf(await get(ServerURL), ServerURL);
        assert.equal(password, aws.issuedTokens.at(-1)?.password);
      });
    }
    await t.test('A line break behind the ServerURL is not part of it.', async () => {
      passwordOf(await get(`${HOST}\n`), HOST);
      passwordOf(await get(`${HOST}\r\n`), HOST);
    });
    await t.test('However it is spelled, the token is the same where one is remembered.', () => {
      assert.equal(aws.count('ecr'), front.remembers ? 1 : SPELLINGS.length + 2);
    });

    for (const input of NOT_OURS) {
      await t.test(`${JSON.stringify(input)} is not found, without a word on stderr.`, async () => {
        assert.deepEqual(await get(input), { status: 1, stdout: NOT_FOUND, stderr: '' });
      });
    }
    await t.test('Bytes that are no UTF-8 are not found.', async () => {
      const input = Buffer.from(`${HOST}\xff`, 'latin1');
      assert.deepEqual(await get(input), { status: 1, stdout: NOT_FOUND, stderr: '' });
    });

    for (const input of ['', '\n', '\r\n', '  ']) {
      await t.test(`${JSON.stringify(input)} is no server URL.`, async () => {
        const expected = { status: 1, stdout: 'no credentials server URL\n', stderr: '' };
        assert.deepEqual(await get(input), expected);
      });
    }

    await t.test('What AWS refuses is one line on both streams, and not "not found".', async () => {
      await product.configure({
        ...devFiles(stage.cast),
        credentials: {
          dev: { aws_access_key_id: 'AKIAUNKNOWN000000000', aws_secret_access_key: 'unknown-secret' },
        },
      });
      assert.match(failureOf(await get(HOST)), /does not know its access key/);
    });
    await t.test('An ECR hostname without any identity is a failure, and not "not found".', async () => {
      await product.configure({});
      assert.match(failureOf(await get(HOST)), /no AWS identity/);
    });
    await t.test(
      'ECR Public without any identity is not found, so that it is pulled from anonymously.',
      async () => {
        const expected = { status: 1, stdout: NOT_FOUND, stderr: '' };
        assert.deepEqual(await get('public.ecr.aws'), expected);
        assert.deepEqual(await get('ecr-public.aws.com'), expected);
      },
    );
  });
}
