// Docker's protocol as the credsStore: what goes to the fallback helper and comes back, for every front.
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileStore, type HelperScripts, makeHelperScripts } from '../support/helper-scripts.ts';
import { processesWith, whenever } from '../support/processes.ts';
import { type Front, fronts, runFront } from '../support/product/fronts.ts';
import { bin, failureOf, type Product, passwordOf, type Ran } from '../support/product/product.ts';
import { devFiles, HOST, type ProductStage, startProductStage } from '../support/product/stage.ts';

const DONE = { status: 0, stdout: '', stderr: '' };
const NOT_FOUND = { status: 1, stdout: 'credentials not found in native keychain\n', stderr: '' };
const HUB = 'https://index.docker.io/v1/';

interface FallbackStage extends AsyncDisposable {
  stage: ProductStage;
  product: Product;
  scripts: HelperScripts;
}

/** `docker-credential-other` is the fallback helper. */
async function startFallbackStage(
  script: (folder: string) => string,
  env: Record<string, string> = {},
): Promise<FallbackStage> {
  await using resources = new AsyncDisposableStack();
  const scripts = resources.use(await makeHelperScripts());
  const path = await scripts.write('other', script(scripts.folder));
  const stage = resources.use(
    await startProductStage({
      files: (cast) => ({ ...devFiles(cast), fallbackHelper: 'other' }),
      env: { PATH: `${bin}:${dirname(path)}:/usr/bin:/bin`, ...env },
    }),
  );
  const started = resources.move();
  return { stage, product: stage.product, scripts, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function actionsOf(product: Product, front: Front) {
  const run = (action: string) => (input?: string | Uint8Array) => runFront(product, front, action, input);
  return { get: run('get'), store: run('store'), erase: run('erase'), list: run('list') };
}

/** In Go's format. */
const login = (ServerURL: string) =>
  `${JSON.stringify({ ServerURL, Username: 'me', Secret: 'hunter2 <ü>"\\' })}\n`;

for (const front of fronts) {
  test(`${front.name}, for a fallback helper.`, async (t) => {
    await using world = await startFallbackStage(fileStore);
    const { product, scripts } = world;
    const { get, store, erase, list } = actionsOf(product, front);

    for (const ServerURL of [HUB, 'ghcr.io', 'localhost:5000', 'http://registry.internal:5000']) {
      await t.test(`${ServerURL} is stored there, found there, and erased there.`, async () => {
        assert.deepEqual(await get(ServerURL), NOT_FOUND);
        assert.deepEqual(await store(login(ServerURL)), DONE);
        assert.deepEqual(await get(`${ServerURL}\n`), { ...DONE, stdout: login(ServerURL) });
        assert.deepEqual(await erase(ServerURL), DONE);
        assert.deepEqual(await get(ServerURL), NOT_FOUND);
      });
    }
    await t.test(
      'It is asked without a daemon, too, where none is needed: erase and list start none.',
      async () => {
        await product.run(['ecr-xacct', 'daemon', 'stop']);
        await writeFile(join(scripts.folder, 'list'), `{"${HUB}":"me","${HOST}":"stale"}`);
        assert.deepEqual(await list('unused'), { ...DONE, stdout: `{"${HUB}":"me"}\n` });
        const { status, stdout, stderr } = await erase('ghcr.io');
        assert.deepEqual({ status, stderr }, { status: 1, stderr: '' });
        assert.match(stdout, /^ecr-xacct: ghcr\.io: docker-credential-other: there is no ghcr\.io; .*\n$/);
        assert.equal(await product.daemon(), undefined);
      },
    );
    await t.test('Its list is added to ours.', async () => {
      passwordOf(await get(HOST), HOST);
      const ours = front.remembers ? `,"${HOST}":"AWS"` : '';
      assert.deepEqual(await list('unused'), { ...DONE, stdout: `{"${HUB}":"me"${ours}}\n` });
    });
    await t.test(
      'What is ours never gets there, however it is spelled, nor more than one line.',
      async () => {
        const before = await readdir(scripts.folder);
        for (const ServerURL of [
          HOST,
          `http://${HOST}`,
          `${HOST}:5000`,
          `u@${HOST}`,
          `ghcr.io\n${HOST}`,
          'x\0',
        ]) {
          await store(login(ServerURL));
          await get(ServerURL);
          assert.equal((await erase(ServerURL)).status, 0);
        }
        assert.deepEqual(await readdir(scripts.folder), before);
      },
    );
    await t.test(
      'A helper that is not installed is one line on both streams, with the way out.',
      async () => {
        await product.configure({ ...devFiles(world.stage.cast), fallbackHelper: 'gone' });
        for (const ran of [await get('ghcr.io'), await store(login('ghcr.io'))]) {
          assert.match(
            failureOf(ran),
            /ghcr\.io: docker-credential-gone, the fallback_helper, is not on PATH \(\/.*; .*run: /,
          );
        }
        passwordOf(await get(HOST), HOST);
        assert.equal((await list('unused')).status, 0);
      },
    );
  });

  test(`${front.name}, for a fallback helper that misbehaves.`, async (t) => {
    await t.test(
      'One that hangs costs neither the list nor an ECR registry anything, and leaves nothing.',
      async () => {
        await using world = await startFallbackStage(() => 'sleep 1000 & sleep 1000', {
          ECR_XACCT_TIMEOUT: '3',
        });
        const { get, list } = actionsOf(world.product, front);
        const [foreign, ours] = await Promise.all([get('ghcr.io'), get(HOST)]);
        passwordOf(ours, HOST);
        assert.match(failureOf(foreign), /ghcr\.io: docker-credential-other: no answer within 3 s; /);
        const stdout = front.remembers ? `{"${HOST}":"AWS"}\n` : '{}\n';
        assert.deepEqual(await list('unused'), { ...DONE, stdout });
        await whenever('its processes end', async () => {
          const left = await processesWith(world.product.folder);
          return !left.some(({ command }) => command.includes('sleep'));
        });
      },
    );
    await t.test('One that floods, swears or breaks is one printable line.', async () => {
      const script = `read -r what
case $what in
flood) exec yes ;;
swear) printf '\\033[2J\\007line\\nline'; exit 1 ;;
esac
echo '{"Secret":"canary"}'; exit 1`;
      await using world = await startFallbackStage(() => script);
      const { get } = actionsOf(world.product, front);
      assert.match(failureOf(await get('flood')), /printed more than 512 KiB/);
      assert.match(failureOf(await get('swear')), /\\u\{1b\}\[2J\\u\{7\}line line;/);
      assert.doesNotMatch(failureOf(await get('break')), /canary/);
    });
    await t.test('One that leads back to us is not asked again.', async () => {
      await using world = await startFallbackStage(
        (folder) => `echo run >>${folder}/runs; exec docker-credential-ecr-xacct "$1"`,
      );
      const { get, store, erase, list } = actionsOf(world.product, front);
      assert.deepEqual(await get('ghcr.io'), NOT_FOUND);
      assert.deepEqual(await erase('ghcr.io'), DONE);
      assert.deepEqual(await list('unused'), { ...DONE, stdout: '{}\n' });
      assert.match(failureOf(await store(login('ghcr.io'))), /docker-credential-other: .*is not kept/);
      const runs = await world.product.run(['cat', join(world.scripts.folder, 'runs')]);
      assert.equal(runs.stdout, 'run\n'.repeat(4));
    });
    await t.test('One that leads back to us and hides it comes to an end all the same.', async () => {
      const again = 'env -u ECR_XACCT_FALLBACK -u ECR_XACCT_DAEMON docker-credential-ecr-xacct "$1"';
      await using world = await startFallbackStage((folder) => `echo run >>${folder}/runs; ${again}`, {
        ECR_XACCT_TIMEOUT: '2',
      });
      const { get } = actionsOf(world.product, front);
      assert.match(failureOf(await get('ghcr.io')), /no answer within 2 s/);
      const runs = await world.product.run(['cat', join(world.scripts.folder, 'runs')]);
      assert.ok(runs.stdout.length <= 'run\n'.length * 2, runs.stdout);
    });
    // Without a daemon, callers know nothing of each other.
    if (front.env.ECR_XACCT_DAEMON !== 'off') {
      await t.test('Nor does one go on for ever that changes its environment each time.', async () => {
        // The script limits itself, in case the program does not stop it.
        const again = 'env -u ECR_XACCT_FALLBACK DEPTH=x$DEPTH docker-credential-ecr-xacct "$1"';
        await using world = await startFallbackStage(
          (folder) => `test \${#DEPTH} -gt 99 && exit 1; echo run >>${folder}/runs; ${again}`,
        );
        const { get } = actionsOf(world.product, front);
        assert.match(failureOf(await get('ghcr.io')), /docker-credential-other/);
        const runs = await world.product.run(['cat', join(world.scripts.folder, 'runs')]);
        assert.equal(runs.stdout.length, 'run\n'.length * 64);
      });
    }
    await t.test('One in the current folder is not found, whatever PATH contains.', async () => {
      await using world = await startFallbackStage(() => 'exit 0');
      const { product } = world;
      await product.configure({ ...devFiles(world.stage.cast), fallbackHelper: 'evil' });
      const cwd = join(product.home, 'cloned');
      await mkdir(join(cwd, 'bin'), { recursive: true });
      for (const folder of ['.', 'bin']) {
        const file = join(cwd, folder, 'docker-credential-evil');
        await writeFile(file, `#!/bin/sh\ntouch '${product.home}/owned'\necho '{}'\n`, { mode: 0o755 });
      }
      const command = [join(bin, front.command[0] ?? ''), ...front.command.slice(1), 'get'];
      for (const PATH of ['.:/usr/bin:/bin', ':/usr/bin:/bin', '/usr/bin:/bin:', 'bin:./bin:/usr/bin:/bin']) {
        const options = { input: 'ghcr.io', cwd, env: { ...front.env, PATH } };
        const ran: Ran = await product.run(command, options);
        assert.match(failureOf(ran), /docker-credential-evil, the fallback_helper, is not on PATH/);
      }
      assert.ok(!(await readdir(product.home)).includes('owned'));
    });
  });
}

test('Where no daemon can be trusted, the fallback helper answers all the same, and nothing of ours is lost unsaid.', async () => {
  await using world = await startFallbackStage(fileStore);
  const { product, scripts } = world;
  // Other users can write to the folder, so no daemon may be asked or started there.
  const folder = join(product.folder, 'open');
  await mkdir(folder);
  await chmod(folder, 0o777);
  const front = { command: ['docker-credential-ecr-xacct'], name: '', remembers: false };
  const env = { ECR_XACCT_SOCKET: join(folder, 'daemon.sock') };
  const { get, store, erase, list } = actionsOf(product, { ...front, env });
  assert.deepEqual(await store(login('ghcr.io')), DONE);
  assert.deepEqual(await get('ghcr.io'), { ...DONE, stdout: login('ghcr.io') });
  assert.deepEqual(await erase('ghcr.io'), DONE);
  assert.deepEqual(await get('ghcr.io'), NOT_FOUND);
  await writeFile(join(scripts.folder, 'list'), `{"${HUB}":"me"}`);
  assert.deepEqual(await list('unused'), { ...DONE, stdout: `{"${HUB}":"me"}\n` });
  for (const ran of [await get(HOST), await store(login(HOST)), await erase(HOST)]) {
    assert.match(failureOf(ran), /the folder of the daemon's socket, is open to other users/);
  }
});
