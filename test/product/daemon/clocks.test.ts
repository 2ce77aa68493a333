// A machine whose clock differs from AWS's by hours: how often AWS is asked, and what people are told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  keysOf,
  mfaRole,
  type ProductStage,
  roleFiles,
  startProductStage,
} from '../../support/product/stage.ts';

const HOUR = 3_600_000;
const WEST = HOST.replace('us-east-1', 'us-west-2');
const MOMENT = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
/** The difference of this machine's clock from AWS's. */
const APART = [
  ['13 hours behind', 13 * HOUR],
  ['13 hours ahead of', -13 * HOUR],
  ['5 hours ahead of', -5 * HOUR],
] as const;

/** `awsAhead`: milliseconds. */
function startApart(awsAhead: number, files = devFiles): Promise<ProductStage> {
  return startProductStage({ files, aws: { now: () => Date.now() + awsAhead } });
}

const say = async (product: Product, ...command: string[]) => {
  const { status, stdout, stderr } = await product.run(['ecr-xacct', ...command]);
  // Docker does not ask for the registry here, and `status` exits accordingly.
  assert.deepEqual({ status, stderr }, { status: command[0] === 'status' ? 1 : 0, stderr: '' });
  return stdout;
};
const gapSaid = (apart: string) =>
  new RegExp(
    String.raw`\nNote: this machine's clock is ${apart} AWS's\s\(here ${MOMENT}, AWS ${MOMENT}\)\.\n  set the clock: sudo timedatectl set-ntp true\n`.replaceAll(
      ' ',
      String.raw`\s+`,
    ),
  );

for (const [apart, awsAhead] of APART) {
  describe(`Where this machine's clock is ${apart} AWS's,`, () => {
    for (const [identity, files] of Object.entries({ keys: devFiles, 'a role': roleFiles })) {
      test(`three gets are one mint, by ${identity}, and AWS is asked no more.`, async () => {
        await using stage = await startApart(awsAhead, files);
        const { aws, product } = stage;
        const first = passwordOf(await product.get(HOST), HOST);
        const asked = aws.count();
        for (let time = 0; time < 2; time += 1) {
          assert.equal(passwordOf(await product.get(HOST), HOST), first);
        }
        assert.deepEqual([aws.issuedTokens.length, aws.count()], [1, asked]);
        const [token] = (await product.daemon())?.tokens ?? [];
        const left = token?.leftMs ?? 0;
        assert.ok(left > 12 * HOUR - 60_000 && left < 12 * HOUR, `${left}`);
      });
    }

    test('login, explain --mint and status say so with both times, and what is left of the token.', async () => {
      await using stage = await startApart(awsAhead);
      const { product } = stage;
      const login = await say(product, 'login', HOST);
      assert.match(login, /its token lasts 11 h 59 min\.\n/);
      assert.match(login, gapSaid(apart));
      const explained = await say(product, 'explain', '--mint', HOST);
      assert.match(explained, /token in memory: expires in 11 h 59 min/);
      assert.match(explained, gapSaid(apart));
      const status = await say(product, 'status');
      assert.match(status, /\n {2}\S+ {2}#{10} 11 h 59 min\n/);
      assert.match(status, gapSaid(apart));
    });

    test('a docker login is kept.', async () => {
      await using stage = await startApart(awsAhead);
      const { aws, product } = stage;
      passwordOf(await product.get(HOST), HOST);
      const expiration = (aws.world.now() + 12 * HOUR) / 1_000;
      const Secret = Buffer.from(JSON.stringify({ expiration })).toString('base64');
      const login = { ServerURL: HOST, Username: 'AWS', Secret };
      await product.run(['docker-credential-ecr-xacct', 'store'], { input: JSON.stringify(login) });
      assert.equal(passwordOf(await product.get(HOST), HOST), Secret);
    });

    test('an MFA session serves the next role.', async () => {
      await using stage = await startApart(awsAhead, (cast) => ({
        credentials: { dev: keysOf(cast.dev) },
        config: { 'profile careful': mfaRole(cast) },
        registries: { [HOST]: { profile: 'careful' }, [WEST]: { profile: 'careful' } },
      }));
      const { product, cast, aws } = stage;
      const login = await say(product, 'login', '--mfa-code', cast.mfa.code, HOST);
      assert.match(login, /\nserves every role behind the same keys for 11 h 59 min\.\n/);
      passwordOf(await product.get(WEST), WEST);
      const begun = aws.calls.filter(
        ({ action, outcome }) => action === 'GetSessionToken' && outcome === 'ok',
      );
      assert.equal(begun.length, 1);
    });
  });
}

test('Where the clocks agree, nothing is said of them.', async () => {
  await using stage = await startApart(4 * 60_000);
  for (const command of [['login'], ['explain', '--mint']]) {
    assert.doesNotMatch(await say(stage.product, ...command, HOST), /clock/);
  }
});

for (const [service, action] of [
  ['sts', 'AssumeRole'],
  ['ecr', 'GetAuthorizationToken'],
] as const) {
  test(`An answer that is not AWS's to ${action} does not say what time it is.`, async () => {
    await using stage = await startProductStage({ files: roleFiles });
    const { aws, product } = stage;
    aws.faults.next({ kind: 'malformed', service, action, now: Date.now() - 5 * HOUR });
    assert.match(failureOf(await product.get(HOST)), / is not AWS, /);
    assert.equal(aws.calls.at(-1)?.outcome, 'malformed', 'not signed again, by that clock');
  });
}

test('A token that is expired on arrival is had by each get, and login and explain --mint say why it is not kept.', async () => {
  await using stage = await startProductStage();
  const { aws, product } = stage;
  aws.faults.next({ kind: 'token', expiresAt: Date.UTC(2015, 0, 1), times: 5 });
  const why = new RegExp(
    `Its token was expired on arrival \\(AWS's clock ${MOMENT}, expiry 2015-01-01 00:00 UTC\\): it is not kept, so each pull asks for another\\.`.replaceAll(
      ' ',
      String.raw`\s+`,
    ),
  );
  for (const count of [1, 2, 3]) {
    assert.equal(passwordOf(await product.get(HOST), HOST), aws.issuedTokens.at(-1)?.password);
    assert.equal(aws.count('ecr'), count);
  }
  assert.match(await say(product, 'login', HOST), why);
  assert.match(await say(product, 'explain', '--mint', HOST), why);
  assert.equal(aws.count('ecr'), 5);
  assert.doesNotMatch(await say(product, 'login', HOST), /expired/, 'until one lives');
  assert.equal(passwordOf(await product.get(HOST), HOST), aws.issuedTokens.at(-1)?.password);
  assert.equal(aws.count('ecr'), 6);
});
