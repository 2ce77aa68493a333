// Files that take long to read work like any others, delay no other caller, and leave nothing behind.
import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PRIMARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { daemonPid, failureOf, type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, keysOf, startProductStage } from '../../support/product/stage.ts';

const configOf = ({ home }: Product) => join(home, '.config/ecr-xacct/config.yaml');
const profilesOf = ({ home }: Product) => join(home, '.aws/config');

/** Rules for other accounts, and one for HOST. */
function rules(count: number, profile: string): string {
  const lines = Array.from({ length: count }, (_, index) => {
    return `  "${200_000_000_000 + index}.dkr.ecr.eu-west-1.amazonaws.com": { profile: dev }\n`;
  });
  return `registries:\n${lines.join('')}  "${HOST}": { profile: ${profile} }\n`;
}

/** Settings of profiles of other accounts, and those of dev. */
function profiles(count: number, more = ''): string {
  const others = Array.from({ length: count }, (_, index) => {
    const account = 200_000_000_000 + index;
    return `[profile team-${index}]\nsso_account_id = ${account}\nsso_role_name = Reader\nregion = eu-west-1\n\n`;
  });
  return `${others.join('')}[profile dev]\nregion = us-east-1\n${more}`;
}

describe('a config.yaml of ten thousand rules', () => {
  test('says which identity it is, and a later edit does; the daemon goes on', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    writeFileSync(configOf(product), rules(10_000, 'dev'));
    passwordOf(await product.get(HOST), HOST);
    const pid = await daemonPid(product);
    writeFileSync(configOf(product), rules(10_000, 'gone'));
    assert.match(failureOf(await product.get(HOST)), /profile gone/);
    writeFileSync(configOf(product), rules(10_000, 'dev'));
    passwordOf(await product.get(HOST), HOST);
    assert.equal(await daemonPid(product), pid);
    assert.equal(stage.aws.issuedTokens.length, 1, 'the token was kept');
  });

  test('with a mistake is told with its place, at each get', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    writeFileSync(configOf(product), `${rules(10_000, 'dev')}  nowhere.example: { profile: dev }\n`);
    for (const _ of [1, 2]) {
      const failure = failureOf(await product.get(HOST));
      assert.match(failure, /config\.yaml:10003:3: "nowhere\.example" is not an ECR hostname/);
    }
  });

  test('is read once for callers that come at once, and none of another config waits for it', async () => {
    await using stage = await startProductStage();
    const { product } = stage;
    const small = join(product.folder, 'small.yaml');
    writeFileSync(small, `registries:\n  "${HOST}": { profile: dev }\n`);
    const ECR_XACCT_CONFIG = small;
    passwordOf(await product.get(HOST, { env: { ECR_XACCT_CONFIG } }), HOST);
    writeFileSync(configOf(product), rules(30_000, 'dev'));
    const ended: string[] = [];
    const get = async (what: string, env = {}) => {
      passwordOf(await product.get(HOST, { env }), HOST);
      ended.push(what);
    };
    const large = [get('large'), get('large'), get('large')];
    await get('small', { ECR_XACCT_CONFIG });
    await Promise.all(large);
    assert.equal(ended[0], 'small');
  });
});

describe('a file of more than is read', () => {
  for (const [what, file, bytes, most] of [
    ['config.yaml', configOf, 4 * 1024 * 1024 + 1, '4 MiB'],
    ['~/.aws/config', profilesOf, 400 * 1024 * 1024, '1 MiB'],
  ] as const) {
    for (const ECR_XACCT_DAEMON of ['on', 'off']) {
      test(`${what} is refused in one line, with ECR_XACCT_DAEMON=${ECR_XACCT_DAEMON}`, async () => {
        await using stage = await startProductStage({ env: { ECR_XACCT_DAEMON } });
        const { product } = stage;
        truncateSync(file(product), bytes);
        const failure = failureOf(await product.get(HOST));
        assert.match(failure, new RegExp(`^ecr-xacct: [^\n]*is larger than ${most}, which is the limit`));
        assert.equal(stage.aws.issuedTokens.length, 0);
      });
    }
  }
});

describe('a ~/.aws/config of five thousand profiles', () => {
  test('has the profile of an account, whose settings count as they are edited', async () => {
    await using stage = await startProductStage({
      files: ({ dev }) => ({ credentials: { dev: keysOf(dev) } }),
    });
    const { product } = stage;
    const discovered = `aws_account_id = ${PRIMARY_ACCOUNT}\n`;
    writeFileSync(profilesOf(product), profiles(5_000, discovered));
    passwordOf(await product.get(HOST), HOST);
    writeFileSync(profilesOf(product), profiles(5_000, `${discovered}[profile dev]\n`));
    assert.match(
      failureOf(await product.get(HOST)),
      /config:\d+: \[profile dev\] is there already, on line \d+/,
    );
  });

  test('gives keys of a credentials file as large, which is another identity once they change', async () => {
    await using stage = await startProductStage();
    const { product, cast } = stage;
    const credentials = (keys: Record<string, string>) => {
      const lines = Object.entries(keys).map(([name, value]) => `${name} = ${value}\n`);
      return `${'# a comment\n'.repeat(4_000)}[dev]\n${lines.join('')}`;
    };
    writeFileSync(join(product.home, '.aws/credentials'), credentials(keysOf(cast.dev)));
    passwordOf(await product.get(HOST), HOST);
    writeFileSync(join(product.home, '.aws/credentials'), credentials(keysOf(cast.denied)));
    assert.match(failureOf(await product.get(HOST)), /not authorized/);
  });
});
