// Upgrades: clients and daemons of version 1 of the wire and of this one, side by side, as two installations.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { skipWithout, versionOne } from '../../support/peers.ts';
import { isRunning, whenEnded } from '../../support/processes.ts';
import { answering, pretendDaemon } from '../../support/product/pretend-daemon.ts';
import { bin, daemonPid, failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const skip = skipWithout('version-1');

/** The programs of an installation, by folder. */
interface Installation {
  readonly name: string;
  readonly folder: string;
}
const OLD: Installation = { name: 'the old', folder: join(versionOne(), 'dist', 'bin') };
const NEW: Installation = { name: 'the new', folder: bin };

/** Both kinds of callers: the native client, and the TypeScript program alone. */
const FRONTS = {
  'native client': ['docker-credential-ecr-xacct'],
  'TypeScript client': ['ecr-xacct', 'helper'],
};
type Front = keyof typeof FRONTS;

function run({ folder }: Installation, product: Product, words: readonly string[], input = '') {
  const [program = '', ...args] = words;
  return product.run([join(folder, program), ...args], { input });
}

const act = (of: Installation, product: Product, front: Front, action: string, input = HOST) =>
  run(of, product, [...FRONTS[front], action], input);

const login = JSON.stringify({ ServerURL: HOST, Username: 'AWS', Secret: 'of docker login' });
const DONE = { status: 0, stdout: '', stderr: '' };

describe('an older daemon', { skip }, () => {
  for (const front of ['native client', 'TypeScript client'] as const) {
    test(`is replaced by the first newer ${front} that wants a token, once, and never replaces it again`, async () => {
      await using stage = await startProductStage();
      const { product, aws } = stage;
      passwordOf(await act(OLD, product, front, 'get'), HOST);
      const old = await daemonPid(product);
      passwordOf(await act(NEW, product, front, 'get'), HOST);
      const replaced = await daemonPid(product);
      assert.notEqual(replaced, old);
      await whenEnded(old);
      assert.equal(aws.count(), 2);
      for (const one of [OLD, NEW, OLD, OLD, NEW]) passwordOf(await act(one, product, front, 'get'), HOST);
      assert.equal(await daemonPid(product), replaced);
      assert.equal(aws.count(), 2);
    });

    test(`is told by a newer ${front} what docker logout wants forgotten, and asked what it has`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      assert.deepEqual(await act(OLD, product, front, 'store', login), DONE);
      const old = await daemonPid(product);
      const listed = await act(NEW, product, front, 'list', 'unused');
      assert.deepEqual(listed, { ...DONE, stdout: `${JSON.stringify({ [HOST]: 'AWS' })}\n` });
      assert.deepEqual(await act(NEW, product, front, 'erase'), DONE);
      assert.deepEqual((await product.daemon())?.logins, []);
      assert.equal(await daemonPid(product), old);
    });

    test(`is replaced by a newer ${front} that brings a login, which is kept`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      passwordOf(await act(OLD, product, front, 'get'), HOST);
      assert.deepEqual(await act(NEW, product, front, 'store', login), DONE);
      for (const one of [NEW, OLD]) {
        assert.equal(passwordOf(await act(one, product, front, 'get'), HOST), 'of docker login');
      }
    });
  }

  test('is replaced once by many newer clients at the same time, none of which fails', async () => {
    await using stage = await startProductStage();
    const { product, aws } = stage;
    passwordOf(await act(OLD, product, 'native client', 'get'), HOST);
    const old = await daemonPid(product);
    const answers = Array.from({ length: 8 }, (_, n) =>
      act(n % 4 === 3 ? OLD : NEW, product, 'native client', 'get'),
    );
    for (const ran of await Promise.all(answers)) passwordOf(ran, HOST);
    await whenEnded(old);
    const replaced = await daemonPid(product);
    passwordOf(await act(NEW, product, 'native client', 'get'), HOST);
    assert.equal(await daemonPid(product), replaced);
    // An older client may have found no daemon, and have minted itself or through its own.
    assert.ok(aws.count() <= 4, `${aws.count()} mints`);
  });

  test('shows its status to newer commands, explains to them, and is stopped by them', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    passwordOf(await act(OLD, product, 'native client', 'get'), HOST);
    const old = await daemonPid(product);
    const status = await run(NEW, product, ['ecr-xacct', 'status']);
    // Docker does not ask for the registry that has a rule.
    assert.deepEqual([status.status, status.stderr], [1, '']);
    assert.match(status.stdout, new RegExp(`\\b${old}\\b`));
    const explained = await run(NEW, product, ['ecr-xacct', 'explain', HOST]);
    assert.equal(explained.status, 0, explained.stderr);
    assert.match(explained.stdout, /profile dev/);
    assert.equal(await daemonPid(product), old);
    assert.equal((await run(NEW, product, ['ecr-xacct', 'daemon', 'stop'])).status, 0);
    await whenEnded(old);
  });

  test('is replaced by a newer login', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    passwordOf(await act(OLD, product, 'native client', 'get'), HOST);
    const old = await daemonPid(product);
    const ran = await run(NEW, product, ['ecr-xacct', 'login', HOST]);
    assert.equal(ran.status, 0, ran.stderr);
    assert.notEqual(await daemonPid(product), old);
  });
});

describe('a newer daemon', { skip }, () => {
  for (const front of ['native client', 'TypeScript client'] as const) {
    test(`serves an older ${front} in everything, and is left alone`, async () => {
      await using stage = await startProductStage();
      const { product, aws } = stage;
      passwordOf(await act(NEW, product, front, 'get'), HOST);
      const pid = await daemonPid(product);
      passwordOf(await act(OLD, product, front, 'get'), HOST);
      assert.equal(aws.count(), 1);
      assert.deepEqual(await act(OLD, product, front, 'store', login), DONE);
      assert.equal(passwordOf(await act(NEW, product, front, 'get'), HOST), 'of docker login');
      const listed = await act(OLD, product, front, 'list', 'unused');
      assert.deepEqual(listed, { ...DONE, stdout: `${JSON.stringify({ [HOST]: 'AWS' })}\n` });
      assert.deepEqual(await act(OLD, product, front, 'erase'), DONE);
      assert.deepEqual((await product.daemon())?.logins, []);
      assert.equal(await daemonPid(product), pid);
    });
  }

  test('leaves it to an older client to run a credential_process, which it cannot be asked for all variables of', async () => {
    await using stage = await startProductStage({
      files: ({ dev }) => {
        const keys = { Version: 1, AccessKeyId: dev.accessKeyId, SecretAccessKey: dev.secretAccessKey };
        return {
          config: { 'profile dev': { credential_process: `echo '${JSON.stringify(keys)}'` } },
          registries: { [HOST]: { profile: 'dev' } },
        };
      },
    });
    const { product } = stage;
    passwordOf(await act(NEW, product, 'native client', 'get'), HOST);
    const pid = await daemonPid(product);
    passwordOf(await act(OLD, product, 'native client', 'get'), HOST);
    assert.equal(await daemonPid(product), pid);
  });

  test('answers older commands, and ends when one of them says so', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    passwordOf(await act(NEW, product, 'native client', 'get'), HOST);
    const pid = await daemonPid(product);
    for (const words of [['status'], ['explain', HOST], ['login', HOST]]) {
      const ran = await run(OLD, product, ['ecr-xacct', ...words]);
      assert.equal(ran.status, 0, ran.stderr);
    }
    assert.equal(await isRunning(pid), true);
    assert.equal((await run(OLD, product, ['ecr-xacct', 'daemon', 'stop'])).status, 0);
    await whenEnded(pid);
  });
});

describe('a daemon whose program was replaced on disk', () => {
  test('is replaced by the next get, and by the next login, which is kept', async () => {
    await using stage = await startProductStage();
    const { product, aws } = stage;
    const root = join(product.folder, 'installed');
    cpSync(join(bin, '..'), join(root, 'dist'), { recursive: true });
    symlinkSync(join(bin, '../../node_modules'), join(root, 'node_modules'));
    const installed = { name: 'the installed', folder: join(root, 'dist', 'bin') };
    const program = join(root, 'dist', 'lib', 'ecr-xacct.cjs');
    const upgrade = () => cpSync(join(bin, '../lib/ecr-xacct.cjs'), program, { force: true });
    passwordOf(await act(installed, product, 'native client', 'get'), HOST);
    const first = await daemonPid(product);
    upgrade();
    passwordOf(await act(installed, product, 'native client', 'get'), HOST);
    const second = await daemonPid(product);
    assert.notEqual(second, first);
    assert.equal(aws.count(), 2);
    upgrade();
    assert.deepEqual(await act(installed, product, 'native client', 'store', login), DONE);
    assert.notEqual(await daemonPid(product), second);
    assert.equal(passwordOf(await act(installed, product, 'native client', 'get'), HOST), 'of docker login');
    for (const pid of [first, second]) await whenEnded(pid);
  });
});

describe('a daemon of a version to come', () => {
  for (const [name, front] of Object.entries(FRONTS)) {
    test(`is left alone by the ${name}, which answers itself, and says what a login lacks`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      mkdirSync(join(product.runtime, 'ecr-xacct'), { mode: 0o700 });
      const asked: string[] = [];
      const note = (frame: Buffer) => asked.push(frame.toString('latin1').split('\n')[0] ?? '');
      await using _daemon = await pretendDaemon(product.socket, answering('3ecr-xacct/3 version', note));
      passwordOf(await product.run([...front, 'get'], { input: HOST }), HOST);
      const line = failureOf(await product.run([...front, 'store'], { input: login }));
      assert.match(line, /: a daemon of a later version runs here/);
      assert.deepEqual([...new Set(asked)], ['ecr-xacct/2 get', 'ecr-xacct/2 store']);
      // The stage ends with its daemon, and this one cannot be asked for it.
      await rm(product.socket);
    });
  }
});

describe('the native client of one version', { skip }, () => {
  /** The native client of one installation with the program of another. */
  function mixed(product: Product, client: Installation, program: Installation): Installation {
    const folder = join(product.folder, `${client.name} client`);
    mkdirSync(folder);
    cpSync(join(client.folder, 'docker-credential-ecr-xacct'), join(folder, 'docker-credential-ecr-xacct'));
    symlinkSync(join(program.folder, 'ecr-xacct'), join(folder, 'ecr-xacct'));
    return { name: `${client.name} client, ${program.name} program`, folder };
  }

  for (const [client, program] of [
    [OLD, NEW],
    [NEW, OLD],
  ] as const) {
    test(`gets its answers with the program of another: ${client.name} client, ${program.name} program`, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      const both = mixed(product, client, program);
      passwordOf(await act(both, product, 'native client', 'get'), HOST);
      const pid = await daemonPid(product);
      for (const one of [both, program, both])
        passwordOf(await act(one, product, 'native client', 'get'), HOST);
      assert.deepEqual(await act(both, product, 'native client', 'erase'), DONE);
      // A daemon of the program's own version is not replaced. A newer client lets the program answer.
      if (program === NEW) assert.equal(await daemonPid(product), pid);
    });
  }
});
