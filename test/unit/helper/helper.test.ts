// Owns the proof of what each action of Docker's protocol answers, byte for byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { createHelperFixture } from '../../support/unit/helper.ts';
import { FILE } from '../../support/unit/user-files.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const PUBLIC = 'public.ecr.aws';
const VPCE = 'vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com';
const CONFIG = `registries:
  ${ECR}: { profile: dev }
  images.corp.example: { registry: ${ECR}, profile: dev }
`;
const BROKEN = 'registries: []\n';

const done = { outcome: 'success', text: '' };
const notFound = { outcome: 'quiet-failure', text: 'credentials not found in native keychain' };
const noServerURL = { outcome: 'quiet-failure', text: 'no credentials server URL' };
const login = (ServerURL: string, Secret = 'from docker login', Username = 'AWS') =>
  JSON.stringify({ ServerURL, Username, Secret });

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
      assert.deepEqual(await fixture.run('get', foreign), notFound);
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
  test('is one line with hostname, identity, what failed and what mends it', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.failure = new XacctError('sso-expired', 'the SSO session has expired', {
      hint: { run: command`aws sso login --profile dev` },
    });
    assert.deepEqual(await fixture.run('get', `https://${ECR}/repo`), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: profile dev: the SSO session has expired; run: aws sso login --profile dev`,
    });
  });

  test('that a person mends is not remembered', async () => {
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
      text: `ecr-xacct: ${ECR}: there is no profile gone in ~/.aws/config or ~/.aws/credentials; run: aws configure list-profiles`,
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

  test('has no terminal escapes and no second line, whoever wrote them', async () => {
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

  test('is left to an anonymous pull where none can be had and none was asked for', async () => {
    const fixture = createHelperFixture();
    fixture.failure = new XacctError('access-denied', 'denied');
    assert.deepEqual(await fixture.run('get', PUBLIC), notFound);
    fixture.env = { AWS_PROFILE: 'gone' };
    assert.deepEqual(await fixture.run('get', 'ecr-public.aws.com'), notFound);
  });

  test('fails where a rule or ECR_XACCT_PROFILE says who to be', async () => {
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

describe('store', () => {
  for (const hostname of [ECR, PUBLIC, 'images.corp.example', ECR.replace('.ecr.', '.ecr-fips.')]) {
    test(`keeps what docker login brought for ${hostname}`, async () => {
      const fixture = createHelperFixture(CONFIG);
      assert.deepEqual(await fixture.run('store', login(`https://${hostname}/v2/`)), done);
      assert.equal(await fixture.secretOf(hostname), 'from docker login');
      assert.deepEqual(fixture.mints, []);
    });
  }

  test('keeps the user name too', async () => {
    const fixture = createHelperFixture();
    await fixture.run('store', login(ECR, 'secret', 'somebody'));
    assert.deepEqual(await fixture.run('get', ECR), {
      outcome: 'success',
      text: `{"ServerURL":"${ECR}","Username":"somebody","Secret":"secret"}\n`,
    });
  });

  test('keeps it for 12 hours, and then the rules hold again', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', login(ECR));
    fixture.now += 12 * 3_600_000 + 1;
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
  });

  test('keeps it for its hostname alone', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', login(ECR));
    assert.equal(await fixture.secretOf(ECR.replace('1111', '9999')), 'token 1 of profile default');
  });

  test('succeeds for an ECR hostname, whatever state the config is in', async () => {
    const fixture = createHelperFixture(BROKEN);
    assert.deepEqual(await fixture.run('store', login(ECR)), done);
    assert.equal(await fixture.secretOf(ECR), 'from docker login');
  });

  test('leaves a token that get gave under the rules: docker login without a name stores it', async () => {
    const fixture = createHelperFixture(CONFIG);
    const secret = await fixture.secretOf(ECR);
    assert.deepEqual(await fixture.run('store', login(ECR, String(secret))), done);
    fixture.configText = CONFIG.replaceAll('dev', 'gov');
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile gov');
  });

  test('gives way to ECR_XACCT_PROFILE', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', login(ECR));
    fixture.env = { ECR_XACCT_PROFILE: 'gov' };
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile gov');
    fixture.env = {};
    assert.equal(await fixture.secretOf(ECR), 'from docker login');
  });

  test('misses a server URL and a user name in Docker’s words', async () => {
    const { run } = createHelperFixture();
    for (const text of ['{}', login(''), login(' ')]) assert.deepEqual(await run('store', text), noServerURL);
    assert.deepEqual(await run('store', login(ECR, 'secret', '')), {
      outcome: 'quiet-failure',
      text: 'no credentials username',
    });
  });

  for (const foreign of ['docker.io', `${ECR}.evil.example`, `${ECR}:5000`, 'x\x1b[2J']) {
    test(`refuses ${JSON.stringify(foreign)}, without its secret and on one line`, async () => {
      const { outcome, text } = await createHelperFixture(CONFIG).run('store', login(foreign, 'canary'));
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
    await fixture.run('store', login(ECR));
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
    await fixture.run('store', login(PUBLIC, 'secret', 'somebody'));
    fixture.failure = new XacctError('network', 'no network');
    fixture.configText = BROKEN;
    const { outcome, text } = await fixture.run('list', 'unused');
    assert.equal(outcome, 'success');
    assert.deepEqual(JSON.parse(text), { [ECR]: 'AWS', 'images.corp.example': 'AWS', [PUBLIC]: 'somebody' });
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
