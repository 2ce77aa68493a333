// EngFlow's protocol, which Bazel uses: `get` with a URI as JSON on stdin, for every front.
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fronts, runFront } from '../support/product/fronts.ts';
import { failureOf, type Ran } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const NOTHING = { status: 0, stdout: '{"headers":{}}\n', stderr: '' };

/** As Bazel writes it: without a line break at the end. */
const asks = (uri: string) => JSON.stringify({ uri });

/** The content of the header, and its expiration in epoch milliseconds. */
function headerOf({ status, stdout, stderr }: Ran): { scheme: string; login: string; expires: number } {
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  // The only form of a time that Bazel can read.
  const [, scheme = '', code = '', expires = ''] =
    /^\{"headers":\{"Authorization":\["(Basic|Bearer) (\S+)"\]\},"expires":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"\}\n$/.exec(
      stdout,
    ) ?? [];
  assert.notEqual(code, '', 'the answer is not as Bazel reads it');
  return { scheme, login: Buffer.from(code, 'base64').toString(), expires: Date.parse(expires) };
}

for (const front of fronts) {
  test(`${front.name}: get for a URI.`, async (t) => {
    await using stage = await startProductStage();
    const { product, aws } = stage;
    const get = (uri: string) => runFront(product, front, 'get', asks(uri));

    await t.test('A URI of the registry is given the token that Docker gets, and its end.', async () => {
      for (const path of ['', '/v2/', '/v2/team/app/blobs/sha256:0123']) {
        const { scheme, login, expires } = headerOf(await get(`https://${HOST}${path}`));
        assert.deepEqual([scheme, login], ['Basic', `AWS:${aws.issuedTokens.at(-1)?.password}`]);
        const end = aws.issuedTokens.at(-1)?.expiresAt ?? 0;
        assert.ok(expires < end && expires > end - 3_600_000, `${expires} for a token that ends ${end}`);
      }
      const before = aws.count('ecr');
      await runFront(product, front, 'get', HOST);
      assert.equal(aws.count('ecr') - before, front.remembers ? 0 : 1);
      assert.equal(aws.count('ecr'), front.remembers ? 1 : 4);
    });

    for (const uri of ['https://example.com/v2/', `http://${HOST}/v2/`, `https://${HOST}.evil.example/`]) {
      await t.test(`${uri} is given no header, and stderr stays silent.`, async () => {
        assert.deepEqual(await get(uri), NOTHING);
      });
    }

    await t.test('What is no request is one line, and repeats nothing of it.', async () => {
      const said = failureOf(await runFront(product, front, 'get', `{"url":"https://${HOST}"}`));
      assert.match(said, /^ecr-xacct: stdin is not a GetCredentialsRequest: it has no uri; /);
      assert.ok(!said.includes(HOST), said);
    });

    await t.test('A daemon that cannot be trusted costs the registries of ours alone.', async () => {
      if (!front.remembers) return;
      await chmod(dirname(product.socket), 0o777);
      const said = failureOf(await get(`https://${HOST}/v2/`));
      assert.ok(said.startsWith(`ecr-xacct: ${HOST}: `) && said.includes('; run: chmod'), said);
      for (const uri of ['https://example.com/', 'https://public.ecr.aws/v2/']) {
        assert.deepEqual(await get(uri), NOTHING);
      }
      await chmod(dirname(product.socket), 0o700);
    });

    await t.test(
      'Without an identity it fails for the registry, and lets ECR Public be anonymous.',
      async () => {
        await product.configure({});
        const said = failureOf(await get(`https://${HOST}/v2/`));
        assert.ok(said.startsWith(`ecr-xacct: ${HOST}: no AWS identity`), said);
        assert.deepEqual(await get('https://public.ecr.aws/v2/docker/library/alpine/manifests/3'), NOTHING);
      },
    );
  });
}
