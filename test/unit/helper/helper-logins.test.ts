// The answers of `store`, `erase` and `list`, byte for byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { createHelperFixture, done, loginOf, noServerURL } from '../../support/unit/helper.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const PUBLIC = 'public.ecr.aws';
const CONFIG = `registries:
  ${ECR}: { profile: dev }
  images.corp.example: { registry: ${ECR}, profile: dev }
`;
const BROKEN = 'registries: []\n';

describe('store', () => {
  for (const hostname of [ECR, PUBLIC, 'images.corp.example', ECR.replace('.ecr.', '.ecr-fips.')]) {
    test(`keeps what docker login brought for ${hostname}`, async () => {
      const fixture = createHelperFixture(CONFIG);
      assert.deepEqual(await fixture.run('store', loginOf(`https://${hostname}/v2/`)), done);
      assert.equal(await fixture.secretOf(hostname), 'from docker login');
      assert.deepEqual(fixture.mints, []);
    });
  }

  test('keeps the user name too', async () => {
    const fixture = createHelperFixture();
    await fixture.run('store', loginOf(ECR, 'secret', 'someone-else'));
    assert.deepEqual(await fixture.run('get', ECR), {
      outcome: 'success',
      text: `{"ServerURL":"${ECR}","Username":"someone-else","Secret":"secret"}\n`,
    });
  });

  test('keeps it for 12 hours, and then the rules hold again', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', loginOf(ECR));
    fixture.now += 12 * 3_600_000 + 1;
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
  });

  test('keeps it for its hostname alone', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', loginOf(ECR));
    assert.equal(await fixture.secretOf(ECR.replace('1111', '9999')), 'token 1 of profile default');
  });

  test('succeeds for an ECR hostname, whatever state the config is in', async () => {
    const fixture = createHelperFixture(BROKEN);
    assert.deepEqual(await fixture.run('store', loginOf(ECR)), done);
    assert.equal(await fixture.secretOf(ECR), 'from docker login');
  });

  test('leaves a token that get gave under the rules: docker login without a name stores it', async () => {
    const fixture = createHelperFixture(CONFIG);
    const secret = await fixture.secretOf(ECR);
    assert.deepEqual(await fixture.run('store', loginOf(ECR, String(secret))), done);
    fixture.configText = CONFIG.replaceAll('dev', 'gov');
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile gov');
  });

  test('gives way to ECR_XACCT_PROFILE', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', loginOf(ECR));
    fixture.env = { ECR_XACCT_PROFILE: 'gov' };
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile gov');
    fixture.env = {};
    assert.equal(await fixture.secretOf(ECR), 'from docker login');
  });

  test('misses a server URL and a user name in Docker’s words', async () => {
    const { run } = createHelperFixture();
    for (const text of ['{}', loginOf(''), loginOf(' ')])
      assert.deepEqual(await run('store', text), noServerURL);
    assert.deepEqual(await run('store', loginOf(ECR, 'secret', '')), {
      outcome: 'quiet-failure',
      text: 'no credentials username',
    });
  });

  for (const foreign of ['docker.io', `${ECR}.evil.example`, `${ECR}:5000`, 'x\x1b[2J']) {
    test(`refuses ${JSON.stringify(foreign)}, without its secret and on one line`, async () => {
      const { outcome, text } = await createHelperFixture(CONFIG).run('store', loginOf(foreign, 'canary'));
      assert.equal(outcome, 'failure');
      assert.match(
        text,
        /^ecr-xacct: .*: not an ECR registry and not in the config, so its login is not kept; /,
      );
      assert.doesNotMatch(text, /canary|\p{Cc}/u);
    });
  }

  test('says nothing of what it could not read', async () => {
    const { outcome, text } = await createHelperFixture().run('store', 'canary{');
    assert.equal(outcome, 'failure');
    assert.doesNotMatch(text, /canary/);
  });
});

describe('erase', () => {
  test('forgets what was stored and what was minted', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', ECR);
    await fixture.run('store', loginOf(ECR));
    assert.deepEqual(await fixture.run('erase', `https://${ECR}`), done);
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile dev');
  });

  for (const input of [ECR, `${ECR}\n`, `https://${ECR}`, `http://${ECR}`, `${ECR}\0`, 'x\ny']) {
    test(`succeeds for ${JSON.stringify(input)}, twice, with a broken config`, async () => {
      const { run } = createHelperFixture(BROKEN);
      for (let time = 0; time < 2; time += 1) assert.deepEqual(await run('erase', input), done);
    });
  }

  test('forgets nothing for a hostname that only looks alike', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', ECR);
    await fixture.run('erase', `${ECR}.evil.example`);
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
  });

  test('misses the server URL', async () => {
    assert.deepEqual(await createHelperFixture().run('erase', '\n'), noServerURL);
  });
});

describe('list', () => {
  test('is empty where nothing is in memory, whatever is on stdin', async () => {
    for (const input of ['', 'unused', '{']) {
      assert.deepEqual(await createHelperFixture(CONFIG).run('list', input), {
        outcome: 'success',
        text: '{}\n',
      });
    }
  });

  test('has what was minted and what was stored, from memory alone', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', ECR);
    await fixture.run('get', 'images.corp.example');
    await fixture.run('store', loginOf(PUBLIC, 'secret', 'someone-else'));
    fixture.failure = new XacctError('network', 'no network');
    fixture.configText = BROKEN;
    const { outcome, text } = await fixture.run('list', 'unused');
    assert.equal(outcome, 'success');
    assert.deepEqual(JSON.parse(text), {
      [ECR]: 'AWS',
      'images.corp.example': 'AWS',
      [PUBLIC]: 'someone-else',
    });
    assert.equal(fixture.mints.length, 1);
  });

  test('has no more what was erased or has expired', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', ECR);
    await fixture.run('get', PUBLIC);
    await fixture.run('erase', ECR);
    assert.equal((await fixture.run('list', '')).text, `{"${PUBLIC}":"AWS"}\n`);
    fixture.now += 13 * 3_600_000;
    assert.equal((await fixture.run('list', '')).text, '{}\n');
  });
});
