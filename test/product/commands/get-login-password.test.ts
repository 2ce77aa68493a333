// `ecr-xacct get-login-password`: only the password on stdout, or the error on stderr.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

test('It prints the password that docker would get, mapped and from memory.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const secret = passwordOf(await product.get(HOST), HOST);
  for (const spelling of [HOST, `https://${HOST}`, `${HOST}/team/app:1@sha256:${'0'.repeat(64)}`]) {
    assert.deepEqual(await product.run(['ecr-xacct', 'get-login-password', spelling]), {
      status: 0,
      stdout: `${secret}\n`,
      stderr: '',
    });
  }
  assert.equal(stage.aws.count(), 1);
});

test('Without a daemon it starts one, or mints by itself where it is told to do without.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const get = (env = {}) => product.run(['ecr-xacct', 'get-login-password', HOST], { env });
  assert.match((await get({ ECR_XACCT_DAEMON: 'off' })).stdout, /^\S+\n$/);
  assert.equal(await product.daemon(), undefined);
  const { stdout } = await get();
  assert.equal(stdout, `${passwordOf(await product.get(HOST), HOST)}\n`);
});

test('A failure is on stderr: what failed, then the command that fixes it, on a line of its own.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  for (const env of [{}, { ECR_XACCT_DAEMON: 'off' }]) {
    const { status, stdout, stderr } = await product.run(['ecr-xacct', 'get-login-password', HOST], {
      env: { ECR_XACCT_PROFILE: 'gone', ...env },
    });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(
      stderr,
      new RegExp(
        `^ecr-xacct: ${HOST}: there is no profile gone[^\n]*\nTo list them, run:\n  aws configure list-profiles\n$`,
      ),
    );
  }
});

test('The message says that a hostname is not ECR’s, or that there is no identity for ECR Public.', async () => {
  await using stage = await startProductStage();
  const config = `${stage.product.home}/.config/ecr-xacct/config.yaml`;
  const said: Record<string, [status: number, begin: string]> = {
    'docker.io/library/alpine': [
      2,
      `ecr-xacct: docker.io: neither an ECR hostname nor a name in ${config}\nTo map a name `,
    ],
    [`${HOST}.evil.example`]: [2, `ecr-xacct: ${HOST}.evil.example: neither an ECR hostname `],
    'public.ecr.aws': [
      1,
      'ecr-xacct: public.ecr.aws: there is no AWS identity for it\nIt serves pulls without a password; ',
    ],
    [`http://${HOST}`]: [2, `ecr-xacct: http://${HOST}: no password goes to http://`],
  };
  for (const [host, [expected, begin]] of Object.entries(said)) {
    const { status, stdout, stderr } = await stage.product.run(['ecr-xacct', 'get-login-password', host]);
    assert.deepEqual([status, stdout], [expected, ''], host);
    assert.ok(stderr.startsWith(begin), stderr);
    assert.doesNotMatch(stderr, /credentials not found/);
  }
});

test('No hostname, or what is none, is wrong usage.', async () => {
  await using stage = await startProductStage();
  for (const words of [[], ['nowhere'], [HOST, HOST]]) {
    const { status, stdout } = await stage.product.run(['ecr-xacct', 'get-login-password', ...words]);
    assert.deepEqual([status, stdout], [2, '']);
  }
});
