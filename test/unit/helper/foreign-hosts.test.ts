// Tests the hosts for which the fallback helper is asked, its input, and the handling of its answers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WholeEnvironmentNeeded } from '../../../src/caller-environment.ts';
import { XacctError } from '../../../src/errors.ts';
import { createHelperFixture } from '../../support/unit/helper.ts';
import { FILE } from '../../support/unit/user-files.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const MAPPED = 'images.corp.example';
const VPCE = 'vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com';
const HUB = 'https://index.docker.io/v1/';
const CONFIG = `fallback_helper: pass
registries:
  ${ECR}: { profile: dev }
  ${MAPPED}: { registry: ${ECR}, profile: dev }
`;

const done = { outcome: 'success', text: '' };
const notFound = { outcome: 'quiet-failure', text: 'credentials not found in native keychain' };
const theirs = { outcome: 'success' as const, text: '{"ServerURL":"x",\t"Username":"me","Secret":"s"}' };
const asking = { name: 'pass', configFile: FILE };
const login = (ServerURL: string, Username = 'me', Secret = 'hunter2') =>
  JSON.stringify({ ServerURL, Username, Secret });

/** Forms of hosts that are not ECR's, or belong to another program. */
const FOREIGN = [
  HUB,
  'https://index.docker.io/v1/access-token',
  'ghcr.io',
  'localhost:5000',
  'http://registry.internal:5000',
  '[::1]:5000',
  'unused',
  'GHCR.io/owner/image',
  'https://user@ghcr.io',
  `${ECR}.evil.example`,
  `evil-${ECR}`,
  `mirror.example/${ECR}/team/app`,
];

/** Forms of our names, as some parser may read them. */
const OURS = [
  ECR,
  MAPPED,
  VPCE,
  'public.ecr.aws',
  `https://${ECR}/v2/`,
  `http://${ECR}`,
  `http://${MAPPED}`,
  `${ECR}:5000`,
  `${MAPPED}:5000`,
  `${ECR}.`,
  `user@${ECR}`,
  `https://user:password@${MAPPED}/`,
  `${ECR}@evil.example`,
  `https:${ECR}`,
  `https:///${ECR}`,
  `//${ECR}`,
  `https:\\\\${ECR}`,
  `evil.example\\@${ECR}`,
  `${ECR.replace('.dkr', '%2edkr')}`,
  `https://${ECR.toUpperCase()}:0443/`,
  `ftp://${ECR}`,
  `${ECR}?x`,
  `${ECR}#x`,
];

/** Input that no helper gets. */
const UNFIT = [
  `ghcr.io\nhost=${ECR}`,
  'ghcr.io\r',
  'ghcr.io\0',
  'ghcr.io\x1b[2J',
  'ghcr.io\x7f',
  'ghcr.io evil.example',
  ECR.replace('.com', '。com'),
  'ghcr.io\u2028',
  'ghcr.io\ufffd',
  `ghcr.io/${'x'.repeat(5_000)}`,
];

describe('get with a fallback helper', () => {
  for (const ServerURL of FOREIGN) {
    test(`asks it for ${ServerURL}, in Docker's bytes, and gives its answer unchanged`, async () => {
      const fixture = createHelperFixture(CONFIG);
      fixture.fallback = () => theirs;
      fixture.env = { ECR_XACCT_PROFILE: 'gov', AWS_PROFILE: 'gov' };
      for (const input of [ServerURL, `${ServerURL}\n`, `${ServerURL}\r\n`]) {
        fixture.asked.length = 0;
        assert.deepEqual(await fixture.run('get', input), theirs);
        assert.deepEqual(fixture.asked, [{ ...asking, action: 'get', input }]);
      }
      assert.deepEqual(fixture.mints, []);
    });
  }

  for (const ServerURL of [...OURS, ...UNFIT]) {
    test(`does not ask it for ${JSON.stringify(ServerURL.slice(0, 80))}`, async () => {
      const fixture = createHelperFixture(CONFIG);
      fixture.fallback = () => theirs;
      for (const action of ['get', 'erase'] as const) {
        assert.notDeepEqual(await fixture.run(action, ServerURL), theirs);
      }
      assert.notDeepEqual(await fixture.run('store', login(ServerURL)), theirs);
      assert.deepEqual(fixture.asked, []);
    });
  }

  test('never asks it for an ECR hostname, whatever comes before and after it', async () => {
    const fixture = createHelperFixture(CONFIG);
    for (const scheme of ['', 'https://', 'HTTP://', '//', '/', 'https:', 'ftp://', 'https:\\\\']) {
      for (const user of ['', 'user@', 'user:x@', 'a@b@', '%40', '@', 'evil.example%5c@', '.']) {
        for (const behind of ['', '.', ':', ':443', ':5000', '/', '/x', '?x', '#x', '@evil.example', '%2f']) {
          const ServerURL = `${scheme}${user}${ECR}${behind}`;
          await fixture.run('erase', ServerURL);
          assert.deepEqual(fixture.asked, [], ServerURL);
        }
      }
    }
  });

  test('says which host it was where the fallback helper fails', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.fallback = () => {
      throw new XacctError('process-failed', 'docker-credential-pass: locked\x1b[2J', {
        hint: { run: ['x'] },
      });
    };
    assert.deepEqual(await fixture.run('get', 'ghcr.io'), {
      outcome: 'failure',
      text: 'ecr-xacct: ghcr.io: docker-credential-pass: locked\\u{1b}[2J; run: x',
    });
  });

  test('shows nothing that it printed to a caller with more secrets than are looked for', async () => {
    const fixture = createHelperFixture(CONFIG);
    const variables = Array.from({ length: 4_000 }, (_, i) => [`T_TOKEN_${i}`, `tok-${i}-of-the-caller`]);
    fixture.env = Object.fromEntries(variables);
    let code: 'process-failed' | 'timeout' = 'process-failed';
    fixture.fallback = () => {
      throw new XacctError(code, 'docker-credential-pass: tok-3999-of-the-caller');
    };
    const { text } = await fixture.run('get', 'ghcr.io');
    assert.match(text, /^ecr-xacct: ghcr\.io: docker-credential-pass failed; what it printed is not shown: /);
    code = 'timeout';
    assert.match((await fixture.run('get', 'ghcr.io')).text, /tok-3999/, 'only its own words may have them');
    fixture.env = {};
    code = 'process-failed';
    const stored = await fixture.run(
      'store',
      login('ghcr.io', 'me', `tok-3999-of-the-caller${'x'.repeat(200_000)}`),
    );
    assert.match(stored.text, /what it printed is not shown/);
  });

  test('fails for a config that cannot be read, and asks no helper', async () => {
    const fixture = createHelperFixture(`${CONFIG}registries: []\n`);
    for (const ServerURL of ['ghcr.io', HUB, 'localhost:5000']) {
      const { outcome, text } = await fixture.run('get', ServerURL);
      assert.equal(outcome, 'failure');
      assert.ok(text.startsWith(`ecr-xacct: ${ServerURL}: ${FILE}:`), text);
    }
    assert.deepEqual(fixture.asked, []);
  });

  test('finds nothing where the fallback helper is the one that asks', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.fallback = () => theirs;
    fixture.env = { ECR_XACCT_FALLBACK: '1' };
    for (const ServerURL of FOREIGN) assert.deepEqual(await fixture.run('get', ServerURL), notFound);
    assert.deepEqual(await fixture.run('erase', 'ghcr.io'), done);
    assert.equal((await fixture.run('store', login('ghcr.io'))).outcome, 'failure');
    assert.equal((await fixture.run('list', '')).text, '{}\n');
    assert.deepEqual(fixture.asked, []);
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
  });

  test('asks the helper that config.yaml names now', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', 'ghcr.io');
    fixture.configText = 'fallback_helper: secretservice';
    await fixture.run('get', 'ghcr.io');
    fixture.configText = '';
    assert.deepEqual(await fixture.run('get', 'ghcr.io'), notFound);
    assert.deepEqual(
      fixture.asked.map(({ name }) => name),
      ['pass', 'secretservice'],
    );
  });
});

describe('store with a fallback helper', () => {
  test('gives it the login of a host that is not ours, and keeps none itself', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.fallback = () => done as typeof theirs;
    assert.deepEqual(await fixture.run('store', login(HUB)), done);
    const input = `{"ServerURL":"${HUB}","Username":"me","Secret":"hunter2"}\n`;
    assert.deepEqual(fixture.asked, [{ ...asking, action: 'store', input }]);
    assert.equal((await fixture.run('list', '')).text, '{}\n');
  });

  test('gives it only what it has read itself: no second ServerURL by another spelling of the key', async () => {
    const fixture = createHelperFixture(CONFIG);
    const twice = `{"ServerURL":"ghcr.io","serverurl":"${ECR}","Username":"me","Secret":"s","x":1}`;
    await fixture.run('store', twice);
    assert.equal(fixture.asked[0]?.input, '{"ServerURL":"ghcr.io","Username":"me","Secret":"s"}\n');
  });

  for (const ServerURL of [
    'PW@ghcr.io',
    'ghcr.io#PW@x',
    'u;PW@x',
    'u:a PW@h',
    'h/?access_token=PW',
    '\u00e9:PW@'.repeat(9_000),
  ]) {
    test(`does not show a password that is in ${ServerURL.slice(0, 20)}`, async () => {
      const { outcome, text } = await createHelperFixture().run('store', login(ServerURL));
      assert.equal(outcome, 'failure');
      assert.doesNotMatch(text, /PW/);
      assert.match(text, /is not kept/);
    });
  }

  for (const ServerURL of [ECR, MAPPED, 'public.ecr.aws', `http://${ECR}`]) {
    test(`keeps the login of ${ServerURL} itself`, async () => {
      const fixture = createHelperFixture(CONFIG);
      assert.deepEqual(await fixture.run('store', login(ServerURL)), done);
      assert.deepEqual(fixture.asked, []);
    });
  }

  test('names fallback_helper where there is none', async () => {
    const { outcome, text } = await createHelperFixture().run('store', login('ghcr.io'));
    assert.equal(outcome, 'failure');
    assert.match(text, /^ecr-xacct: ghcr\.io: .*is not kept; .*fallback_helper/);
  });

  test('fails with the reason for a config that cannot be read', async () => {
    const { text } = await createHelperFixture('registries: []').run('store', login('ghcr.io'));
    assert.ok(text.startsWith(`ecr-xacct: ghcr.io: ${FILE}:1:1: `), text);
  });
});

describe('erase with a fallback helper', () => {
  test('asks it for a host that is not ours, in Docker’s bytes', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.fallback = () => done as typeof theirs;
    assert.deepEqual(await fixture.run('erase', `${HUB}\n`), done);
    assert.deepEqual(fixture.asked, [{ ...asking, action: 'erase', input: `${HUB}\n` }]);
  });

  test('is quiet about its failure: docker logout also erases spellings that were never stored', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.fallback = () => {
      throw new XacctError('process-failed', 'docker-credential-pass: no such entry');
    };
    assert.deepEqual(await fixture.run('erase', 'http://ghcr.io'), {
      outcome: 'quiet-failure',
      text: 'ecr-xacct: http://ghcr.io: docker-credential-pass: no such entry',
    });
  });

  test('fails for a config that cannot be read: which program keeps that login is unknown', async () => {
    const { outcome, text } = await createHelperFixture('registries: []').run('erase', 'ghcr.io');
    assert.equal(outcome, 'quiet-failure');
    assert.ok(text.startsWith(`ecr-xacct: ghcr.io: ${FILE}:1:1: `), text);
  });

  test('forgets in memory, too, the login of a name that the config has ceased to map', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('store', login(MAPPED));
    fixture.configText = 'fallback_helper: pass';
    await fixture.run('erase', MAPPED);
    assert.deepEqual(await fixture.run('get', MAPPED), notFound);
    assert.deepEqual(
      fixture.asked.map(({ action }) => action),
      ['erase', 'get'],
    );
  });
});

describe('list with a fallback helper', () => {
  const listing = (text: string) => {
    const fixture = createHelperFixture(CONFIG);
    fixture.fallback = ({ action }) =>
      action === 'list' ? { outcome: 'success', text } : (notFound as never);
    return fixture;
  };

  test('has its entries beside ours', async () => {
    const fixture = listing(`{"${HUB}":"me","localhost:5000":"you"}`);
    await fixture.run('get', ECR);
    const { outcome, text } = await fixture.run('list', 'unused');
    assert.equal(outcome, 'success');
    assert.deepEqual(JSON.parse(text), { [HUB]: 'me', 'localhost:5000': 'you', [ECR]: 'AWS' });
    assert.deepEqual(fixture.asked, [{ ...asking, action: 'list', input: 'unused' }]);
  });

  test('has none of its entries for what is ours: it would not be asked for them', async () => {
    const entries = Object.fromEntries([...OURS, ...UNFIT].map((ServerURL) => [ServerURL, 'stale']));
    const fixture = listing(JSON.stringify({ ...entries, 'ghcr.io': 'me' }));
    await fixture.run('store', login(ECR, 'AWS'));
    assert.deepEqual(JSON.parse((await fixture.run('list', '')).text), { 'ghcr.io': 'me', [ECR]: 'AWS' });
  });

  for (const text of [
    '',
    'null',
    '[',
    '"text"',
    '7',
    '[["ghcr.io","me"]]',
    '{"ghcr.io":1}',
    '{"ghcr.io":{}}',
  ]) {
    test(`is ours alone where its list is ${text || 'nothing'}`, async () => {
      const fixture = listing(text);
      await fixture.run('get', ECR);
      assert.equal((await fixture.run('list', '')).text, `{"${ECR}":"AWS"}\n`);
    });
  }

  test('keeps an entry whose name means something to JavaScript', async () => {
    const { text } = await listing('{"__proto__":"me","constructor":"you"}').run('list', '');
    assert.equal(text, '{"__proto__":"me","constructor":"you"}\n');
  });

  test('is ours alone where it fails, and where the config cannot be read', async () => {
    const fixture = createHelperFixture(CONFIG);
    await fixture.run('get', ECR);
    fixture.fallback = () => {
      throw new XacctError('timeout', 'no answer');
    };
    const ours = { outcome: 'success', text: `{"${ECR}":"AWS"}\n` };
    assert.deepEqual(await fixture.run('list', ''), ours);
    fixture.fallback = () => notFound as never;
    assert.deepEqual(await fixture.run('list', ''), ours);
    fixture.configText = 'registries: []';
    assert.deepEqual(await fixture.run('list', ''), ours);
    assert.equal(fixture.asked.length, 2);
  });
});

describe('the whole environment is asked for', () => {
  test('by each action that the fallback helper is to be asked for, which is not asked before', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.isPartial = true;
    for (const action of ['get', 'erase'] as const)
      await assert.rejects(fixture.run(action, 'ghcr.io'), WholeEnvironmentNeeded);
    await assert.rejects(fixture.run('store', login('ghcr.io')), WholeEnvironmentNeeded);
    await assert.rejects(fixture.run('list', ''), WholeEnvironmentNeeded);
    assert.deepEqual(fixture.asked, []);
  });

  test('by none for what is ours', async () => {
    const fixture = createHelperFixture(CONFIG);
    fixture.isPartial = true;
    assert.equal((await fixture.run('get', ECR)).outcome, 'success');
    assert.deepEqual(await fixture.run('erase', ECR), { outcome: 'success', text: '' });
    assert.deepEqual(await fixture.run('store', login(ECR)), { outcome: 'success', text: '' });
  });

  test('with nothing of it kept: the helper gets the caller’s variables, and none of ours', async () => {
    const fixture = createHelperFixture(CONFIG);
    let env: object = {};
    fixture.fallback = (request) => {
      env = request.env;
      return theirs;
    };
    fixture.env = { '@place': '1:2', VAULT_TOKEN: 'x', NODE_OPTIONS: 'y' };
    await fixture.run('get', 'ghcr.io');
    assert.deepEqual(env, { VAULT_TOKEN: 'x', NODE_OPTIONS: 'y' });
  });
});
