// `ecr-xacct logout`: what it forgets, and what it prints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordOf } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const OTHER = HOST.replace(/^\d{12}/, '999988887777');

/** A daemon with one token for two registries, and a login for the second. */
async function startWithMemory() {
  const stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  passwordOf(await product.get(OTHER, { env: { AWS_PROFILE: 'dev' } }), OTHER);
  const input = JSON.stringify({ ServerURL: OTHER, Username: 'AWS', Secret: 'of a login' });
  await product.run(['docker-credential-ecr-xacct', 'store'], { input });
  const logout = (...words: string[]) => product.run(['ecr-xacct', 'logout', ...words]);
  return Object.assign(stage, { logout });
}

test('A registry’s token and login are forgotten, in whatever spelling, and others stay.', async (t) => {
  for (const spelling of [OTHER, `https://${OTHER}/`, `${OTHER}/team/app:1`]) {
    await t.test(spelling, async () => {
      await using stage = await startWithMemory();
      const { product, logout } = stage;
      passwordOf(await product.get(HOST, { env: { ECR_XACCT_PROFILE: 'dev' } }), HOST);
      assert.deepEqual(await logout(spelling), {
        status: 0,
        stdout: `${OTHER}:\n  forgot the login\n  forgot the token of profile dev in us-east-1; it served ${HOST}, too\n`,
        stderr: '',
      });
      const daemon = await product.daemon();
      assert.deepEqual([daemon?.tokens, daemon?.logins], [[], []]);
      assert.equal((await logout(spelling)).stdout, `Nothing is kept for ${OTHER}.\n`);
    });
  }
});

test('--all forgets everything, and the daemon runs on.', async () => {
  await using stage = await startWithMemory();
  const { product, logout } = stage;
  const before = await product.daemon();
  assert.deepEqual(await logout('--all'), {
    status: 0,
    stdout: 'Forgot 1 token and 1 login.\n',
    stderr: '',
  });
  const daemon = await product.daemon();
  assert.deepEqual([daemon?.pid, daemon?.tokens, daemon?.logins], [before?.pid, [], []]);
  assert.equal((await logout('--all')).stdout, 'Nothing was kept.\n');
  passwordOf(await product.get(HOST), HOST);
  assert.equal(stage.aws.count(), 2);
});

test('Without a daemon there is nothing to forget, and none is started.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const kept: Record<string, string> = {
    [HOST]: `Nothing is kept for ${HOST}: `,
    '--all': 'Nothing is kept: ',
  };
  for (const [word, begin] of Object.entries(kept)) {
    const { status, stdout } = await product.run(['ecr-xacct', 'logout', word]);
    assert.deepEqual([status, stdout], [0, `${begin}no daemon is running.\n`]);
  }
  assert.equal(await product.daemon(), undefined);
});

test('Neither a registry nor --all, both, or no hostname is wrong usage, which says what to write.', async () => {
  await using stage = await startProductStage();
  for (const words of [[], [HOST, '--all'], ['nowhere'], [`${HOST}:5000`], [`user@${HOST}`], ['x\x1b[2J']]) {
    const { status, stdout, stderr } = await stage.product.run(['ecr-xacct', 'logout', ...words]);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(
      stderr,
      /^ecr-xacct: .*, as in:\n {2}ecr-xacct logout 111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com\n/,
    );
    assert.ok(!stderr.includes('\x1b'));
  }
});
