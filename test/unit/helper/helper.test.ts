// The answers of `get`, byte for byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { createHelperFixture, noServerURL, notFoundAnswer } from '../../support/unit/helper.ts';
import { FILE } from '../../support/unit/user-files.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const PUBLIC = 'public.ecr.aws';
const VPCE = 'vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com';
const CONFIG = `registries:
  ${ECR}: { profile: dev }
  images.corp.example: { registry: ${ECR}, profile: dev }
`;
const BROKEN = 'registries: []\n';

describe('get', () => {
  const spellings = [
    ECR,
    `${ECR}\n`,
    `${ECR}\r\n`,
    `https://${ECR}`,
    `${ECR}:443`,
    `https://${ECR}:443`,
    `${ECR}/`,
    `${ECR}/repo/path`,
    `https://${ECR}/v2/`,
    ECR.toUpperCase(),
  ];
  for (const spelling of spellings) {
    test(`answers ${JSON.stringify(spelling)} with the server URL as it was asked`, async () => {
      const { run } = createHelperFixture(CONFIG);
      assert.deepEqual(await run('get', spelling), {
        outcome: 'success',
        text: `{"ServerURL":"${spelling.trimEnd()}","Username":"AWS","Secret":"token 1 of profile dev"}\n`,
      });
    });
  }

  test('answers all spellings with one mint', async () => {
    const fixture = createHelperFixture(CONFIG);
    for (const spelling of spellings) await fixture.run('get', spelling);
    assert.deepEqual(fixture.mints, [`profile dev for ${ECR}`]);
  });

  test('answers every registry of one identity and region with one mint', async () => {
    const fixture = createHelperFixture();
    for (let account = 0; account < 40; account += 1) {
      const hostname = ECR.replace('111122223333', `${account}`.padStart(12, '0'));
      assert.equal(await fixture.secretOf(hostname), 'token 1 of profile default');
    }
    assert.equal(await fixture.secretOf(ECR.replace('east', 'west')), 'token 2 of profile default');
  });

  test('answers for a name of one’s own with the token of the registry behind it', async () => {
    const fixture = createHelperFixture(CONFIG);
    assert.equal(await fixture.secretOf('images.corp.example'), 'token 1 of profile dev');
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
  });

  for (const foreign of [
    'registry-1.docker.io',
    'https://index.docker.io/v1/',
    'ghcr.io',
    VPCE,
    `${ECR}.evil.example`,
    `evil.${ECR}`,
    `user@${ECR}`,
    `${ECR}:5000`,
    `http://${ECR}`,
    `${ECR}\nevil.example`,
    `${ECR}\0`,
    `${ECR}。`,
    ` ${ECR}`,
    'unused',
  ]) {
    test(`does not find ${JSON.stringify(foreign)}`, async () => {
      const fixture = createHelperFixture(CONFIG);
      fixture.env = { ECR_XACCT_PROFILE: 'gov', AWS_PROFILE: 'gov' };
      assert.deepEqual(await fixture.run('get', foreign), notFoundAnswer);
      assert.deepEqual(fixture.mints, []);
    });
  }

  for (const input of ['', '\n', '\r\n', '  \n']) {
    test(`misses the server URL in ${JSON.stringify(input)}`, async () => {
      assert.deepEqual(await createHelperFixture().run('get', input), noServerURL);
    });
  }

  test('finds another token after an edit of the config', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', ECR);
    fixture.configText = CONFIG.replaceAll('dev', 'gov');
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile gov');
  });
});

describe('a failure of get', () => {
  test('is one line with hostname, identity, what failed and the fix', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.failure = new XacctError('sso-expired', 'the SSO session has expired', {
      hint: { run: command`aws sso login --profile dev` },
    });
    assert.deepEqual(await fixture.run('get', `https://${ECR}/repo`), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: profile dev: the SSO session has expired; run: aws sso login --profile dev`,
    });
  });

  test('that the user fixes is not remembered', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.failure = new XacctError('sso-expired', 'its SSO session has expired');
    await fixture.run('get', ECR);
    fixture.failure = undefined;
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile dev');
  });

  test('of AWS is remembered for three seconds, or until docker logout', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.failure = new XacctError('throttled', 'AWS limits the rate of requests');
    const first = await fixture.run('get', ECR);
    fixture.failure = undefined;
    fixture.now += 2_999;
    assert.deepEqual(await fixture.run('get', ECR), first);
    assert.equal(fixture.mints.length, 1);
    await fixture.run('erase', ECR);
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile dev');
    await fixture.run('erase', ECR);
    fixture.failure = new XacctError('throttled', 'AWS limits the rate of requests');
    await fixture.run('get', ECR);
    fixture.failure = undefined;
    fixture.now += 3_000;
    assert.equal(await fixture.secretOf(ECR), 'token 4 of profile dev');
  });

  test('of a profile that is missing names it', async () => {
    const fixture = createHelperFixture();
    fixture.env = { AWS_PROFILE: 'gone' };
    assert.deepEqual(await fixture.run('get', ECR), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: there is no profile gone in ~/.aws/config or ~/.aws/credentials; to list them, run: aws configure list-profiles`,
    });
  });

  test('is what a broken config is, and never another identity', async () => {
    const fixture = createHelperFixture(BROKEN);
    for (const hostname of [ECR, PUBLIC]) {
      const { outcome, text } = await fixture.run('get', hostname);
      assert.equal(outcome, 'failure');
      assert.ok(text.startsWith(`ecr-xacct: ${hostname}: ${FILE}:1:1: "registries" must be `));
    }
    assert.deepEqual(fixture.mints, []);
  });

  test('has no terminal escapes and no second line, from any source', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.failure = new XacctError('service', 'denied\x1b[2J\r\nforged: line\u202E', {
      hint: { say: 'run:\n\x07x' },
    });
    const { text } = await fixture.run('get', ECR);
    assert.equal(
      text,
      `ecr-xacct: ${ECR}: profile dev: denied\\u{1b}[2J forged: line\\u{202e}; run: \\u{7}x`,
    );
    fixture.configText = 'registries:\n  "a\\eb": { profile: dev }\n';
    assert.doesNotMatch((await fixture.run('get', ECR)).text, /\p{Cc}/u);
  });

  test('of the program itself is a failure too, and never “not found”', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.failure = new TypeError('x is not a function');
    const answer = await fixture.run('get', ECR);
    assert.deepEqual(answer, { outcome: 'failure', text: 'ecr-xacct: internal error: x is not a function' });
  });
});

describe('ECR Public', () => {
  test('is pulled from with an identity where there is one', async () => {
    const fixture = createHelperFixture();
    assert.equal(await fixture.secretOf(PUBLIC), 'token 1 of profile default');
  });

  test('is left to an anonymous pull if there is no identity and none was asked for', async () => {
    const fixture = createHelperFixture();
    fixture.failure = new XacctError('access-denied', 'denied');
    assert.deepEqual(await fixture.run('get', PUBLIC), notFoundAnswer);
    fixture.env = { AWS_PROFILE: 'gone' };
    assert.deepEqual(await fixture.run('get', 'ecr-public.aws.com'), notFoundAnswer);
  });

  test('fails if a rule or ECR_XACCT_PROFILE names the identity', async () => {
    const ruled = createHelperFixture(`registries: { ${PUBLIC}: { profile: dev } }`);
    ruled.failure = new XacctError('access-denied', 'denied');
    const denied = { outcome: 'failure', text: `ecr-xacct: ${PUBLIC}: profile dev: denied` };
    assert.deepEqual(await ruled.run('get', PUBLIC), denied);
    const overridden = createHelperFixture();
    overridden.failure = ruled.failure;
    overridden.env = { ECR_XACCT_PROFILE: 'dev' };
    assert.deepEqual(await overridden.run('get', PUBLIC), denied);
  });

  test('is the only one: an ECR hostname without an identity is never “not found”', async () => {
    const fixture = createHelperFixture();
    fixture.env = { AWS_PROFILE: 'gone' };
    for (const hostname of [ECR, ECR.replace('dkr.ecr', 'dkr-ecr').replace('amazonaws.com', 'on.aws')]) {
      assert.equal((await fixture.run('get', hostname)).outcome, 'failure');
    }
  });
});
