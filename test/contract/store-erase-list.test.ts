// Docker's protocol, `store`, `erase` and `list`, byte for byte, for every front.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Front, fronts, runFront } from '../support/product/fronts.ts';
import { failureOf, passwordOf } from '../support/product/product.ts';
import { HOST, type ProductStage, startProductStage } from '../support/product/stage.ts';

const DONE = { status: 0, stdout: '', stderr: '' };
const NO_SERVER_URL = { status: 1, stdout: 'no credentials server URL\n', stderr: '' };

/** As `docker login` sends it. */
function login(ServerURL: string, Username = 'AWS', Secret = 'secret-of-a-login'): string {
  return JSON.stringify({ ServerURL, Username, Secret });
}

function actionsOf({ product }: ProductStage, front: Front) {
  const run = (action: string) => (input?: string | Uint8Array) => runFront(product, front, action, input);
  return { get: run('get'), store: run('store'), erase: run('erase'), list: run('list') };
}

for (const front of fronts) {
  test(`${front.name}: store.`, async (t) => {
    await using stage = await startProductStage();
    const { get, store } = actionsOf(stage, front);

    for (const ServerURL of [
      HOST,
      `https://${HOST}`,
      `${HOST}:443`,
      `https://${HOST}/v2/`,
      `http://${HOST}`,
    ]) {
      await t.test(`A login at ${ServerURL} succeeds.`, async () => {
        assert.deepEqual(await store(login(ServerURL)), DONE);
      });
    }
    await t.test(
      'What a login brought is handed out before a token of our own, where it is remembered.',
      async () => {
        const password = passwordOf(await get(HOST), HOST);
        assert.equal(
          password,
          front.remembers ? 'secret-of-a-login' : stage.aws.issuedTokens.at(-1)?.password,
        );
      },
    );
    await t.test('A username of its own is handed out as it came.', async () => {
      const other = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';
      assert.deepEqual(await store(login(other, 'someone "else"', 'ü\\n"')), DONE);
      if (!front.remembers) return;
      const stdout = `{"ServerURL":"${other}","Username":"someone \\"else\\"","Secret":"ü\\\\n\\""}\n`;
      assert.deepEqual(await get(other), { ...DONE, stdout });
    });
    await t.test(
      'A missing server URL and a missing username are told in the words of the protocol.',
      async () => {
        const noUsername = { status: 1, stdout: 'no credentials username\n', stderr: '' };
        assert.deepEqual(await store(login('')), NO_SERVER_URL);
        assert.deepEqual(await store('{"Username":"AWS","Secret":"s"}'), NO_SERVER_URL);
        assert.deepEqual(await store(login(HOST, '')), noUsername);
        assert.deepEqual(await store(`{"ServerURL":"${HOST}","Secret":"s"}`), noUsername);
      },
    );

    const refused = {
      'nothing at all': '',
      'half a credential': login(HOST).slice(0, -20),
      'a list': '["secret-of-a-login"]',
      'a number for a secret': `{"ServerURL":"${HOST}","Username":"AWS","Secret":1}`,
      'a registry that is not ours': login('ghcr.io'),
      'a hostname that only ends like ours': login(`${HOST}.evil.example`),
      'bytes that are no UTF-8': Buffer.from(login(`${HOST}\xff`), 'latin1'),
    };
    for (const [what, input] of Object.entries(refused)) {
      await t.test(`A login with ${what} is refused, without quoting its secret.`, async () => {
        assert.doesNotMatch(failureOf(await store(input)), /secret-of/);
      });
    }
  });

  test(`${front.name}: erase.`, async (t) => {
    await using stage = await startProductStage();
    const { get, store, erase, list } = actionsOf(stage, front);

    for (const ServerURL of [HOST, `https://${HOST}`, `http://${HOST}`, `${HOST}:443`, `${HOST}/`]) {
      await t.test(`After ${ServerURL} was erased, neither login nor token is left.`, async () => {
        await store(login(HOST));
        assert.deepEqual(await erase(ServerURL), DONE);
        const minted = stage.aws.count('ecr');
        passwordOf(await get(HOST), HOST);
        assert.equal(stage.aws.count('ecr'), minted + 1);
        assert.deepEqual(await erase(ServerURL), DONE);
        assert.deepEqual(await list(), { ...DONE, stdout: '{}\n' });
      });
    }
    await t.test('What was never there, and what is not ours, is erased without complaint.', async () => {
      for (const ServerURL of [
        HOST,
        `${HOST}\n`,
        'ghcr.io',
        'https://index.docker.io/v1/',
        'no hostname\0',
      ]) {
        assert.deepEqual(await erase(ServerURL), DONE);
      }
    });
    await t.test('A missing server URL is told in the words of the protocol.', async () => {
      assert.deepEqual(await erase(''), NO_SERVER_URL);
      assert.deepEqual(await erase('\n'), NO_SERVER_URL);
    });
  });

  test(`${front.name}: list.`, async (t) => {
    await using stage = await startProductStage();
    const { get, store, list } = actionsOf(stage, front);

    await t.test('It is empty at first, whatever is on stdin.', async () => {
      for (const input of ['unused', '', HOST]) {
        assert.deepEqual(await list(input), { ...DONE, stdout: '{}\n' });
      }
    });
    await t.test(
      'It has the hostnames of tokens and of logins, with their usernames, and sends no request.',
      async () => {
        const other = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';
        await get(HOST);
        await store(login(`https://${other}`, 'someone-else'));
        stage.aws.resetCalls();
        const expected = front.remembers ? `{"${HOST}":"AWS","${other}":"someone-else"}\n` : '{}\n';
        assert.deepEqual(await list('unused'), { ...DONE, stdout: expected });
        assert.equal(stage.aws.count(), 0);
      },
    );
    await t.test('It does not fail for a config that cannot be read.', async () => {
      const rule = { [HOST]: { role_arn: 'no ARN' } };
      await stage.product.configure({ registries: rule });
      assert.equal((await list('unused')).status, 0);
    });
  });
}
