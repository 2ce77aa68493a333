// The single executable: it runs only its own code, it is small enough, and V8 uses its compiled code.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compiledBundle } from '../../scripts/package/executable.ts';
import { nodeBase } from '../../scripts/package/node-base.ts';
import { type BuiltPackages, builtPackages, target, versions } from '../support/packages/built-packages.ts';
import { skipWithout } from '../support/peers.ts';
import { passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('musl-gcc', 'rpmbuild', 'buildah');

/** Says whether V8 accepts a file's compiled code. */
const CHECK = `
const { readFileSync } = require('node:fs');
const cachedData = readFileSync(process.argv[2]);
const source = readFileSync(process.argv[2].replace(/\\.code$/, ''), 'latin1');
const script = new (require('node:vm').Script)('(function (exports, require, module) {' + source + '\\n})', { cachedData });
process.stdout.write(script.cachedDataRejected ? 'rejected' : 'taken');
`;

describe('the single executable', { skip, timeout: 600_000 }, () => {
  let built: BuiltPackages;
  let program: string;
  let folder: string;
  before(async () => {
    built = await builtPackages();
    program = join(built.tree, 'lib', 'docker-credential-ecr-xacct', 'ecr-xacct');
    folder = await mkdtemp(join(tmpdir(), 'executable-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('runs no code of NODE_OPTIONS, and takes no option of Node.', () => {
    const script = join(folder, 'injected.cjs');
    writeFileSync(
      script,
      `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'injected'))}, '')`,
    );
    const run = (args: readonly string[], env: Record<string, string> = {}) =>
      spawnSync(program, args, { encoding: 'utf8', env: { HOME: folder, ...env } });
    const { stdout } = run(['--version'], { NODE_OPTIONS: `--require=${script} --inspect=127.0.0.1:0` });
    assert.equal(stdout, `${versions.current}\n`);
    for (const option of [
      `--require=${script}`,
      '--inspect',
      `--node-options=--require=${script}`,
      '--eval=1',
    ]) {
      const { status, stderr } = run([option]);
      assert.deepEqual([status, stderr.split('\n')[0]], [2, `ecr-xacct: unknown option '${option}'`]);
    }
    assert.throws(() => statSync(join(folder, 'injected')), { code: 'ENOENT' });
  });

  test('opens no inspector at SIGUSR1.', async () => {
    await using stage = await startProductStage({ env: { PATH: join(built.tree, 'bin') } });
    const { product } = stage;
    const daemon = spawn(program, ['daemon', 'run'], { env: product.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await new Promise((resolve) => daemon.stdout.once('data', resolve));
    daemon.kill('SIGUSR1');
    // It answers after the signal. An inspector would listen here.
    assert.equal((await product.daemon())?.pid, daemon.pid);
    const listens = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port: 9229 });
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
    assert.deepEqual([said, listens], ['', false]);
  });

  test('holds nothing as a daemon of what its wrapper has open, under a limit below that.', {
    timeout: 30_000,
  }, async () => {
    await using stage = await startProductStage({
      env: { PATH: `${join(built.tree, 'bin')}:/usr/bin:/bin` },
    });
    const { product } = stage;
    const fifo = join(product.folder, 'fifo');
    await product.run(['mkfifo', fifo]);
    const script = 'exec 9>"$0" 200>"$0"; ulimit -n 150; exec "$1" daemon run';
    const daemon = product.run(['bash', '-c', script, fifo, program]);
    assert.equal(await readFile(fifo, 'utf8'), '');
    passwordOf(await product.get(HOST), HOST);
    await product.run(['ecr-xacct', 'daemon', 'stop']);
    assert.equal((await daemon).status, 0);
  });

  test('is within what was promised for a download, and so is the native client.', () => {
    assert.ok(statSync(built.deb).size <= 40e6, `${statSync(built.deb).size}`);
    const client = join(built.tree, 'bin', 'docker-credential-ecr-xacct');
    assert.ok(statSync(client).size <= 60e3, `${statSync(client).size}`);
    // Static: without a loader, and without libraries.
    assert.match(
      execFileSync('readelf', ['--file-header', '--dynamic', client], { encoding: 'utf8' }),
      /no dynamic section/,
    );
  });

  test('has compiled code of what a pull needs, the same bytes each time, and V8 takes it.', async () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    for (const path of [one, other]) await compiledBundle(target, path, versions.current);
    const script = join(folder, 'check.cjs');
    writeFileSync(script, CHECK);
    const codes = (await readdir(one)).filter((name) => name.endsWith('.code')).toSorted();
    for (const name of ['main', 'answer-here', 'run-daemon', 'run-minter'])
      assert.ok(codes.includes(`${name}.cjs.code`), name);
    for (const name of codes) {
      assert.ok(readFileSync(join(one, name)).equals(readFileSync(join(other, name))), name);
      assert.equal(
        execFileSync(nodeBase(target).file, [script, join(one, name)], { encoding: 'utf8' }),
        'taken',
      );
    }
  });
});
