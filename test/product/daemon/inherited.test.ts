// What a script has open when it leads to a daemon or a minter: neither holds it, whatever its number and the limit of files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { whenever } from '../../support/processes.ts';
import { daemonPid, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, keysOf, startProductStage } from '../../support/product/stage.ts';

async function makeFifo({ run, folder }: Product): Promise<string> {
  const fifo = join(folder, 'fifo');
  await run(['mkfifo', fifo]);
  return fifo;
}

const hardLimit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })) || Infinity;

describe('a daemon that a get has started holds no pipe of the script, the write end at', () => {
  for (const [fd, limit] of [
    [16, 1024],
    [600, 1024],
    [200, 350],
    [200, 150],
    [19_000, 20_000],
  ] as const) {
    const skip = hardLimit < limit && `the limit of this machine is ${hardLimit}`;
    test(`${fd}, under a limit of ${limit}`, { skip, timeout: 30_000 }, async () => {
      await using stage = await startProductStage();
      const { product } = stage;
      const fifo = await makeFifo(product);
      const script = `ulimit -n ${Math.max(fd + 1, limit)}; exec ${fd}>"$0"; ulimit -n ${limit}; exec docker-credential-ecr-xacct get`;
      const [content, ran] = await Promise.all([
        readFile(fifo, 'utf8'),
        product.run(['bash', '-c', script, fifo], { input: HOST }),
      ]);
      assert.equal(content, '');
      passwordOf(ran, HOST);
      await daemonPid(product);
    });
  }
});

// Those below 16, Node marks as its own.
for (const fd of [7, 9, 200]) {
  test(`A daemon in the foreground lets go of a lock of its wrapper at ${fd}, and serves.`, {
    timeout: 30_000,
  }, async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    const fifo = await makeFifo(product);
    const ended = product.run(['bash', '-c', `exec ${fd}>"$0"; exec ecr-xacct daemon run`, fifo]);
    assert.equal(await readFile(fifo, 'utf8'), '');
    await whenever('it listens', async () => (await product.daemon()) !== undefined);
    // With what is Node's own in place.
    passwordOf(await product.get(HOST), HOST);
    await product.run(['ecr-xacct', 'daemon', 'stop']);
    const { status, stdout, stderr } = await ended;
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.match(stdout, /^ecr-xacct \S+ listens on /);
  });
}

describe('of what the caller has open, nothing is inherited', () => {
  /** Says what it has open, in a file beside itself. */
  const LISTS = 'ls -l /proc/self/fd >"$0.fds"';

  async function listing(path: string): Promise<string> {
    const text = await readFile(`${path}.fds`, 'utf8');
    assert.match(text, / 1 -> /);
    return text;
  }

  for (const ECR_XACCT_DAEMON of ['on', 'off']) {
    test(`by a credential_process, with the daemon ${ECR_XACCT_DAEMON}`, async () => {
      await using stage = await startProductStage({ env: { ECR_XACCT_DAEMON } });
      const { product, cast } = stage;
      const { aws_access_key_id: AccessKeyId, aws_secret_access_key: SecretAccessKey } = keysOf(cast.dev);
      const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
      const program = product.holdsSecret(join(product.folder, 'credentials.sh'));
      await writeFile(program, `#!/bin/sh\n${LISTS}\necho '${keys}'\n`, { mode: 0o700 });
      await product.configure({
        config: { 'profile dev': { credential_process: program } },
        registries: { [HOST]: { profile: 'dev' } },
      });
      const lock = join(product.folder, 'lock');
      const script = 'exec 9>"$0" 200>"$0"; exec docker-credential-ecr-xacct get';
      passwordOf(await product.run(['bash', '-c', script, lock], { input: HOST }), HOST);
      assert.doesNotMatch(await listing(program), /lock/);
    });
  }

  test('by a fallback helper of the daemon that it starts', async () => {
    await using stage = await startProductStage({ files: () => ({ fallbackHelper: 'other' }) });
    const { product } = stage;
    const program = join(product.folder, 'docker-credential-other');
    const credential = { ServerURL: 'registry.example', Username: 'u', Secret: 's' };
    await writeFile(program, `#!/bin/sh\n${LISTS}\necho '${JSON.stringify(credential)}'\n`, { mode: 0o700 });
    const lock = join(product.folder, 'lock');
    const script = 'exec 9>"$0" 200>"$0"; exec docker-credential-ecr-xacct get';
    const env = { PATH: `${product.env.PATH}:${product.folder}` };
    const { stdout } = await product.run(['bash', '-c', script, lock], { input: 'registry.example', env });
    assert.deepEqual(JSON.parse(stdout), credential);
    assert.doesNotMatch(await listing(program), /lock/);
    await daemonPid(product);
  });
});
