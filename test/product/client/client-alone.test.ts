// The native client without the rest, as in a dev container: it asks the host's daemon, whose socket is mounted there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { skipWithout } from '../../support/peers.ts';
import { bin, failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const CLIENT = 'docker-credential-ecr-xacct';
const SOCKET = '/run/ecr-xacct/daemon.sock';

const isStatic = !readFileSync(join(bin, CLIENT)).includes('ld-linux');

/** A root with the client, and with nothing else that could answer. */
async function makeContainer({ folder }: Product): Promise<string> {
  const root = join(folder, 'container');
  for (const path of ['usr/local/libexec', 'run/ecr-xacct', 'proc']) {
    await mkdir(join(root, path), { recursive: true });
  }
  await copyFile(join(bin, CLIENT), join(root, 'usr/local/libexec', CLIENT));
  return root;
}

/** Runs it there, with the folder of the socket mounted. */
async function runInside(product: Product, root: string, action: string, input = HOST, env = {}) {
  const mount = `mount --bind '${join(product.runtime, 'ecr-xacct')}' '${root}/run/ecr-xacct'`;
  const script = `${mount} && mount -t proc none '${root}/proc' && exec /usr/sbin/chroot '${root}' "$@"`;
  const command = ['unshare', '--mount', '--pid', '--fork', 'sh', '-c', script, 'sh'];
  return await product.run([...command, `/usr/local/libexec/${CLIENT}`, action], {
    input,
    env: { ECR_XACCT_SOCKET: SOCKET, ...env },
  });
}

describe('the client alone in a container', { skip: skipWithout('namespaces', 'musl-gcc') }, () => {
  test('is static, so that it runs in any.', () => assert.ok(isStatic));

  test("gets the host's tokens from the daemon whose socket is mounted, and what Bazel asks for.", async () => {
    await using stage = await startProductStage();
    const { product, aws } = stage;
    const root = await makeContainer(product);
    const password = passwordOf(await product.get(HOST), HOST);
    assert.equal(passwordOf(await runInside(product, root, 'get'), HOST), password);
    const uri = JSON.stringify({ uri: `https://${HOST}/v2/` });
    const { status, stdout } = await runInside(product, root, 'get', uri);
    assert.deepEqual([status, stdout.startsWith('{"headers":{"Authorization":["Basic ')], [0, true]);
    const listed = await runInside(product, root, 'list', '');
    assert.deepEqual(listed, { status: 0, stdout: `{"${HOST}":"AWS"}\n`, stderr: '' });
    assert.equal(aws.count(), 1);
  });

  test('says what to start on the host where no daemon answers, and nothing of its own.', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    const root = await makeContainer(product);
    await mkdir(join(product.runtime, 'ecr-xacct'), { mode: 0o700 });
    const said = failureOf(await runInside(product, root, 'get'));
    assert.equal(
      said,
      'ecr-xacct: no daemon of this user answers at ECR_XACCT_SOCKET; on the host, run: systemctl --user start ecr-xacct.socket',
    );
    const other = failureOf(await runInside(product, root, 'get', HOST, { ECR_XACCT_DAEMON: 'off' }));
    assert.match(other, /cannot start .*: No such file or directory; install it again$/);
  });
});
