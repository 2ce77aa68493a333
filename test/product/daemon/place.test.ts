// A caller with other files than the daemon's, as in a container with a shared folder, never gets the answer of the
// daemon's user.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { skipWithout } from '../../support/peers.ts';
import { daemonPid, failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, keysOf, type ProductStage, startProductStage } from '../../support/product/stage.ts';

const skip = skipWithout('namespaces');

const FRONTS: Record<string, readonly string[]> = {
  'the native client': ['docker-credential-ecr-xacct'],
  'the TypeScript client': ['ecr-xacct', 'helper'],
};

/** Runs a program after this mount, in its own mount namespace. */
function within(product: Product, mount: string, command: readonly string[], input = '', env = {}) {
  const shell = ['unshare', '--mount', 'sh', '-c', `${mount} && exec "$@"`, 'sh', ...command];
  return product.run(shell, { input, env, cwd: '/' });
}

/** A stage whose daemon has a token of `dev`. `other` is a folder like its ~/.aws, with keys that have no rights. */
async function startStage(): Promise<ProductStage & { other: string }> {
  const stage = await startProductStage();
  const { product, cast } = stage;
  passwordOf(await product.get(HOST), HOST);
  const other = product.holdsSecret(join(product.folder, 'other'));
  mkdirSync(other);
  const { aws_access_key_id, aws_secret_access_key } = keysOf(cast.denied);
  writeFileSync(
    join(other, 'credentials'),
    `[dev]\naws_access_key_id = ${aws_access_key_id}\naws_secret_access_key = ${aws_secret_access_key}\n`,
  );
  writeFileSync(join(other, 'config'), '[profile dev]\nregion = us-east-1\n');
  return { ...stage, other };
}

for (const [name, front] of Object.entries(FRONTS)) {
  describe(`${name} in a mount namespace`, { skip }, () => {
    test('with another ~/.aws is the identity of that, in its own process', async () => {
      await using stage = await startStage();
      const { product } = stage;
      const pid = await daemonPid(product);
      const mount = `mount --bind '${stage.other}' '${product.home}/.aws'`;
      const ran = await within(product, mount, [...front, 'get'], HOST);
      assert.match(failureOf(ran), /not authorized to perform: ecr:GetAuthorizationToken/);
      assert.equal((await product.daemon())?.failures.length, 0);
      assert.equal(await daemonPid(product), pid);
    });

    test('with an empty HOME has no identity, as without a daemon', async () => {
      await using stage = await startStage();
      const { product } = stage;
      const ran = await within(product, `mount -t tmpfs none '${product.home}'`, [...front, 'get'], HOST);
      assert.match(failureOf(ran), /no AWS identity/);
    });

    test('with another home folder, which only the user database names, is the identity of that', async () => {
      await using stage = await startProductStage({ env: { HOME: undefined } });
      const { product } = stage;
      const home = userInfo().homedir;
      // In its own mount namespace, so that this user's folder does not change.
      const get = `printf %s ${HOST} | ${front.join(' ')} get`;
      const own = `mount --bind '${product.home}' '${home}'`;
      const other = `unshare --mount sh -c "mount -t tmpfs none '${home}' && ${get}"`;
      const ran = await within(product, own, ['sh', '-c', `${get} >/dev/null && ${other}`]);
      assert.match(failureOf(ran), /no AWS identity/);
    });

    test('with another file under the same name in a variable is the identity of that', async () => {
      await using stage = await startProductStage();
      const { product, cast } = stage;
      const file = product.holdsSecret(join(product.folder, 'credentials'));
      const [own, other] = [cast.dev, cast.denied].map((key) => {
        const { aws_access_key_id, aws_secret_access_key } = keysOf(key);
        return `[dev]\naws_access_key_id = ${aws_access_key_id}\naws_secret_access_key = ${aws_secret_access_key}\n`;
      }) as [string, string];
      writeFileSync(file, own);
      writeFileSync(product.holdsSecret(`${file}.other`), other);
      const env = { AWS_SHARED_CREDENTIALS_FILE: file };
      passwordOf(await product.get(HOST, { env }), HOST);
      const mount = `mount --bind '${file}.other' '${file}'`;
      const ran = await within(product, mount, [...front, 'get'], HOST, env);
      assert.match(failureOf(ran), /not authorized to perform: ecr:GetAuthorizationToken/);
    });

    test('with the same files is served by the daemon, whatever else is mounted', async () => {
      await using stage = await startStage();
      const { product, aws } = stage;
      for (const mount of [
        'true',
        'mount -t tmpfs none /var/tmp',
        `mount --bind '${product.home}' '${product.home}'`,
      ]) {
        passwordOf(await within(product, mount, [...front, 'get'], HOST), HOST);
      }
      assert.equal(aws.count(), 1);
    });

    test('with other files is served by the daemon whose socket it names', async () => {
      await using stage = await startStage();
      const { product, aws } = stage;
      const mount = `mount --bind '${stage.other}' '${product.home}/.aws'`;
      const env = { ECR_XACCT_SOCKET: product.socket };
      passwordOf(await within(product, mount, [...front, 'get'], HOST, env), HOST);
      assert.equal(aws.count(), 1);
    });

    test('with other files leaves the daemon’s logins alone, and says that its own is kept nowhere', async () => {
      await using stage = await startStage();
      const { product } = stage;
      const mount = `mount -t tmpfs none '${product.home}'`;
      const login = JSON.stringify({ ServerURL: HOST, Username: 'AWS', Secret: 'from the container' });
      const line = failureOf(await within(product, mount, [...front, 'store'], login));
      assert.match(line, /no daemon to keep this login: the daemon that runs here sees other files/);
      assert.match(line, /run: export ECR_XACCT_SOCKET="\$HOME\/\.ecr-xacct\/daemon\.sock"/);
      assert.equal((await within(product, mount, [...front, 'erase'], HOST)).status, 0);
      const listed = await within(product, mount, [...front, 'list'], 'unused');
      assert.deepEqual(listed, { status: 0, stdout: '{}\n', stderr: '' });
      const { tokens, logins } = (await product.daemon()) ?? {};
      assert.deepEqual([tokens?.length, logins], [1, []]);
    });
  });
}

test('ecr-xacct login and explain in a mount namespace with other files do not ask the daemon.', {
  skip,
}, async () => {
  await using stage = await startStage();
  const { product } = stage;
  const mount = `mount --bind '${stage.other}' '${product.home}/.aws'`;
  const login = await within(product, mount, ['ecr-xacct', 'login', HOST]);
  assert.equal(login.status, 1);
  assert.match(login.stderr, /no daemon to keep a token: the daemon that runs here sees other files/);
  const explained = await within(product, mount, ['ecr-xacct', 'explain', HOST]);
  assert.match(explained.stdout, /no token in memory/);
});
