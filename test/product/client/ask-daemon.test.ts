// The client with fake daemons: silent, gone, older or newer. It still answers, in time.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { decodeRequest } from '../../../src/wire/codec.ts';
import { placeVariables } from '../../../src/wire/place.ts';
import { answering, pretendDaemon, type Treatment } from '../../support/product/pretend-daemon.ts';
import { daemonPid, failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

/** Listens in the daemon's place. */
async function pretend({ socket: path }: Product, treat: Treatment): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { mode: 0o700 });
  return pretendDaemon(path, treat);
}

test('A daemon that never answers is given up at the deadline, with one line that names its process.', async (t) => {
  for (const front of [['docker-credential-ecr-xacct'], ['ecr-xacct', 'helper']]) {
    await t.test(`Asked by ${front.join(' ')}.`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      passwordOf(await product.get(HOST), HOST);
      const pid = await daemonPid(product);
      process.kill(pid, 'SIGSTOP');
      try {
        const options = { input: HOST, env: { ECR_XACCT_TIMEOUT: '1' } };
        const line = failureOf(await product.run([...front, 'get'], options));
        assert.match(line, new RegExp(`the daemon at .* did not answer within 3 s; run: kill -KILL ${pid}$`));
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      assert.equal(stage.aws.count(), 1);
    });
  }
});

test('Where a daemon never answers and the config cannot be read, the line names the registry all the same.', async () => {
  await using stage = await startProductStage({
    files: () => ({ registries: { [HOST]: { profiel: 'dev' } } }),
  });
  const { product } = stage;
  await using _daemon = await pretend(product, () => {});
  const line = failureOf(await product.get(HOST, { env: { ECR_XACCT_TIMEOUT: '1' } }));
  assert.ok(line.startsWith(`ecr-xacct: ${HOST}: `), line);
});

test('A daemon that answers with half of nothing is done without.', async (t) => {
  const treatments: Record<string, Treatment> = {
    'It hangs up at once': (socket) => socket.destroy(),
    'It hangs up after the request': answering(''),
    'It leaves the answer to the client': answering('3'),
    'It answers in a way that this client does not know': answering('9 later protocol'),
  };
  for (const [what, treat] of Object.entries(treatments)) {
    await t.test(`${what}: the client mints by itself.`, async () => {
      await using stage = await startProductStage();
      await using _daemon = await pretend(stage.product, treat);
      passwordOf(await stage.product.get(HOST), HOST);
      assert.equal(stage.aws.count(), 1);
    });
  }
});

test('What a daemon answers is passed on as it is, byte for byte.', async (t) => {
  const answers = {
    '0{"any":"thing"}\n': { status: 0, stdout: '{"any":"thing"}\n', stderr: '' },
    '0': { status: 0, stdout: '', stderr: '' },
    '1nothing here': { status: 1, stdout: 'nothing here\n', stderr: '' },
    '2went wrong': { status: 1, stdout: 'went wrong\n', stderr: 'went wrong\n' },
  };
  for (const [answer, expected] of Object.entries(answers)) {
    await t.test(JSON.stringify(answer), async () => {
      await using stage = await startProductStage();
      await using _daemon = await pretend(stage.product, answering(answer));
      assert.deepEqual(await stage.product.get(HOST), expected);
    });
  }
});

test('The request has the action, stdin as it came, and of the environment only what is needed.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const { promise: request, resolve } = Promise.withResolvers<Buffer>();
  await using _daemon = await pretend(product, answering('0', resolve));
  const env = {
    AWS_PROFILE: 'dev',
    https_proxy: 'http://127.0.0.1:1',
    LC_ALL: 'C',
    NODE_OPTIONS: '--no-warnings',
    LD_LIBRARY_PATH: '/nowhere',
    GITHUB_TOKEN: 'secret-of-a-job',
    HOMEPAGE: 'not HOME',
  };
  await product.get(`${HOST}\nü`, { env });
  const decoded = decodeRequest(await request);
  assert.ok(typeof decoded !== 'string');
  assert.equal(decoded.action, 'get');
  assert.equal(decoded.input, `${HOST}\nü`);
  const { AWS_PROFILE, https_proxy, LC_ALL } = env;
  const place = placeVariables(product.env);
  assert.deepEqual({ ...decoded.env }, { ...place, ...product.env, AWS_PROFILE, https_proxy, LC_ALL });
});

test('ECR_XACCT_DAEMON=off asks no daemon and starts none.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST, { env: { ECR_XACCT_DAEMON: 'off' } }), HOST);
  assert.equal(await product.daemon(), undefined);
});

test('erase and list start no daemon: one that is not there has nothing to forget.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  for (const action of ['erase', 'list']) {
    const { status } = await product.run(['docker-credential-ecr-xacct', action], { input: HOST });
    assert.equal(status, 0);
  }
  assert.equal(await product.daemon(), undefined);
});

test('A start that the native client has tried in vain is not tried again: get answers here, store says that it cannot.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const helper = ['ecr-xacct', 'helper'];
  passwordOf(await product.run([...helper, 'get', '--no-daemon'], { input: HOST }), HOST);
  const login = JSON.stringify({ ServerURL: HOST, Username: 'AWS', Secret: 'kept nowhere' });
  const line = failureOf(await product.run([...helper, 'store', '--no-daemon'], { input: login }));
  assert.match(line, /there is no daemon to keep this login/);
  assert.equal(await product.daemon(), undefined);
});
