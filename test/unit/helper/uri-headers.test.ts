// The answer of `get` to a URI as JSON, byte for byte, by EngFlow's protocol.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { createHelperFixture, done, loginOf } from '../../support/unit/helper.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const PUBLIC = 'public.ecr.aws';
const CONFIG = `registries:
  ${ECR}: { profile: dev }
  images.corp.example: { registry: ${ECR}, profile: dev }
  gallery.corp.example: { registry: ${PUBLIC}, profile: dev }
`;
const HOUR = 3_600_000;
const NOTHING = { outcome: 'success', text: '{"headers":{}}\n' };

const asks = (uri: unknown) => JSON.stringify({ uri });
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** For a token of 12 hours, with a refresh_margin of 15 minutes. */
const TOKEN_1 = `{"headers":{"Authorization":["Basic ${base64('AWS:token 1 of profile dev')}"]},"expires":"2026-01-01T11:45:00Z"}\n`;

describe('get for a URI', () => {
  for (const uri of [
    `https://${ECR}/v2/`,
    `https://${ECR}/v2/team/app/manifests/1`,
    `https://${ECR}/v2/team/app/blobs/sha256:0123456789abcdef`,
    `https://${ECR}`,
    `https://${ECR}:443/v2/`,
    `https://${ECR}?n=100`,
    `HTTPS://${ECR.toUpperCase()}/v2/a%20b?x=https://evil.example`,
    'https://images.corp.example/v2/team/app/tags/list',
  ]) {
    test(`gives ${uri} the header that ECR takes, until a newer token is there`, async () => {
      const fixture = createHelperFixture(CONFIG);
      assert.deepEqual(await fixture.run('get', asks(uri)), { outcome: 'success', text: TOKEN_1 });
    });
  }

  test('gives the token endpoint of ECR Public user and password', async () => {
    const fixture = createHelperFixture(`${CONFIG}  ${PUBLIC}: { profile: dev }\n`);
    for (const path of ['token', 'token/?scope=aws&service=public.ecr.aws']) {
      const { text } = await fixture.run('get', asks(`https://${PUBLIC}/${path}`));
      const header = `Basic ${base64('AWS:token 1 of profile dev')}`;
      assert.deepEqual(JSON.parse(text).headers, { Authorization: [header] });
    }
  });

  test('gives ECR Public, which lets in no user, the token itself', async () => {
    for (const hostname of [PUBLIC, 'gallery.corp.example']) {
      const fixture = createHelperFixture(`${CONFIG}  ${PUBLIC}: { profile: dev }\n`);
      const { text } = await fixture.run(
        'get',
        asks(`https://${hostname}/v2/docker/library/alpine/tags/list`),
      );
      const header = `Bearer ${base64('AWS:token 1 of profile dev')}`;
      assert.deepEqual(JSON.parse(text).headers, { Authorization: [header] });
    }
  });

  test("passes over members and white space that it does not know, as the protocol's helpers do", async () => {
    const fixture = createHelperFixture(CONFIG);
    const input = ` \n{ "more": [1], "uri": "https://${ECR}/v2/" }\n`;
    assert.equal((await fixture.run('get', input)).text, TOKEN_1);
  });

  // The first two are the specification's examples.
  for (const uri of [
    'grpcs://example.com/com.example.package.Service/Method',
    'https://api.example.org/rest/endpoint',
    'https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/x?X-Amz-Signature=1',
    `http://${ECR}/v2/`,
    `grpcs://${ECR}/v2/`,
    `https://${ECR}.evil.example/v2/`,
    `https://evil.example/${ECR}`,
    `https://evil.example\\@${ECR}/v2/`,
    `https://user:password@${ECR}/v2/`,
    `https://${ECR}:5000/v2/`,
    `https://${ECR}\n.evil.example/`,
    `https://${ECR.replace('.com', '。com')}/`,
    `https:///${ECR}`,
    ECR,
  ]) {
    test(`gives ${JSON.stringify(uri)} no header`, async () => {
      const fixture = createHelperFixture(CONFIG);
      fixture.env = { ECR_XACCT_PROFILE: 'gov', AWS_PROFILE: 'gov' };
      assert.deepEqual(await fixture.run('get', asks(uri)), NOTHING);
      assert.deepEqual(fixture.mints, []);
    });
  }

  test('gives ECR Public none where no identity is there, and asks no fallback helper', async () => {
    const fixture = createHelperFixture(`${CONFIG}fallback_helper: other\n`, '');
    fixture.failure = new XacctError('no-identity', 'there is none');
    for (const host of [PUBLIC, 'ghcr.io']) {
      assert.deepEqual(await fixture.run('get', asks(`https://${host}/v2/`)), NOTHING);
    }
    assert.deepEqual(fixture.asked, []);
  });

  test('shares the token with Docker, and says its end anew each time', async () => {
    const fixture = createHelperFixture(CONFIG);
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
    fixture.now += 2 * HOUR;
    assert.equal((await fixture.run('get', asks(`https://${ECR}/v2/`))).text, TOKEN_1);
    // The token's expiration is the same, whatever the caller allows.
    fixture.configText = `${CONFIG}max_token_age: 4h\n`;
    assert.match((await fixture.run('get', asks(`https://${ECR}/v2/`))).text, /"2026-01-01T03:45:00Z"/);
    assert.equal(fixture.mints.length, 1);
  });

  test('says the end by the clock of this machine, which the caller goes by', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.secretOf(ECR);
    // The clock is ahead: the token has the same lifetime by AWS's clock.
    fixture.deps.awsClock.heard(fixture.now - 5 * HOUR);
    const held = fixture.deps.tokens.get;
    fixture.deps.tokens.get = async (request) => {
      const token = await held(request);
      return { ...token, expiresAt: token.expiresAt - 5 * HOUR, awsNow: token.awsNow - 5 * HOUR };
    };
    assert.equal((await fixture.run('get', asks(`https://${ECR}/v2/`))).text, TOKEN_1);
  });

  test('is to be asked again at once where a newer token could not be had', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.secretOf(ECR);
    fixture.now += 11.9 * HOUR;
    fixture.failure = new XacctError('network', 'no network');
    const { text } = await fixture.run('get', asks(`https://${ECR}/v2/`));
    assert.equal(JSON.parse(text).expires, '2026-01-01T11:54:00Z');
  });

  test('gives what docker login brought, for as long as the caller likes', async () => {
    const fixture = createHelperFixture(CONFIG);
    assert.deepEqual(await fixture.run('store', loginOf(ECR)), done);
    const header = `Basic ${base64('AWS:from docker login')}`;
    const text = `${JSON.stringify({ headers: { Authorization: [header] } })}\n`;
    assert.deepEqual(await fixture.run('get', asks(`https://${ECR}/v2/`)), { outcome: 'success', text });
  });

  test('fails with a line that names the registry, the identity and the fix', async () => {
    const fixture = createHelperFixture(CONFIG);
    const hint = { run: command`aws sso login --profile dev` };
    fixture.failure = new XacctError('credentials-expired', 'there is no session', { hint });
    assert.deepEqual(await fixture.run('get', asks(`https://${ECR}/v2/`)), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: profile dev: there is no session; run: aws sso login --profile dev`,
    });
  });

  for (const [input, why] of [
    ['{', 'it is not JSON'],
    [`{"uri":"https://${ECR}/v2/"} more`, 'it is not JSON'],
    ['{}', 'it has no uri'],
    ['{"uri":1}', 'it has no uri'],
    ['{"url":"https://example.com"}', 'it has no uri'],
  ] as const) {
    test(`refuses ${input}, and repeats nothing of it`, async () => {
      const { outcome, text } = await createHelperFixture(CONFIG).run('get', input);
      assert.equal(outcome, 'failure');
      assert.ok(text.startsWith(`ecr-xacct: stdin is not a GetCredentialsRequest: ${why}; `), text);
      assert.doesNotMatch(text, /\n|amazonaws|example/);
    });
  }
});
