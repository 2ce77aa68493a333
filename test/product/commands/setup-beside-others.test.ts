// `ecr-xacct setup` and its undo while other programs write config.json, and after a setup that was killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bin, makeProduct, type Product } from '../../support/product/product.ts';
import { AWS_BOTH, CONFIG, DOCKER, makeSetupHome, type SetupHome } from '../../support/unit/setup-home.ts';

const OTHER = fileURLToPath(new URL('../../support/product/other-login.ts', import.meta.url));
const LOGINS = 250;

const setupIn = (user: SetupHome, product: Product, ...args: string[]) =>
  product.run(['ecr-xacct', 'setup', ...args, '--yes'], { env: { HOME: user.home } });

for (const how of ['rename', 'in-place']) {
  test(`No login that another program writes (${how}) is lost to setups and undos beside it.`, async () => {
    await using product = await makeProduct({ url: 'http://127.0.0.1:1' });
    using user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: '{}' });
    const other = spawn(process.execPath, [OTHER, join(user.home, DOCKER), `${LOGINS}`, how], {
      stdio: 'inherit',
    });
    const ended = once(other, 'exit');
    let runs = 0;
    while (other.exitCode === null) {
      for (const args of [[], ['--undo']]) {
        const { status, stderr } = await setupIn(user, product, ...args);
        // If a program never pauses, it may give up, or find a file that is half written; it says so.
        if (status !== 0)
          assert.match(
            stderr,
            /config\.json(?: is changed all the time by another program|:\d+:\d+: not valid JSON)/,
          );
        else runs += 1;
      }
    }
    assert.deepEqual(await ended, [0, null]);
    assert.ok(runs > 0, 'no setup ran beside it');
    const names = Object.keys(JSON.parse(user.read(DOCKER) ?? '').auths);
    assert.deepEqual(
      names.toSorted(),
      Array.from({ length: LOGINS }, (_, number) => `registry-${number}.example`).toSorted(),
    );
    assert.deepEqual(temporaryFiles(user), []);
  });
}

function temporaryFiles(user: SetupHome): string[] {
  return [CONFIG, DOCKER]
    .flatMap((path) => {
      try {
        return readdirSync(join(user.home, dirname(path)));
      } catch {
        return [];
      }
    })
    .filter((name) => name.endsWith('.tmp'));
}

/** Starts a setup, and sends the signal when its first temporary file exists. Resolves to its end. */
async function signalled(user: SetupHome, signal: NodeJS.Signals, path: string): Promise<unknown> {
  const { promise: isThere, resolve } = Promise.withResolvers<void>();
  const watcher = watch(join(user.home, dirname(path)), (_, name) => {
    if (name?.endsWith('.tmp')) resolve();
  });
  const child = spawn(join(bin, 'ecr-xacct'), ['setup', '--yes'], {
    env: { HOME: user.home, PATH: `${bin}:/usr/bin:/bin` },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await Promise.race([isThere, ended]);
  child.kill(signal);
  const [status, by] = await ended;
  watcher.close();
  return by ?? status;
}

describe('a setup that is ended by a signal', () => {
  test('leaves nothing that a later one does not remove, where it could not do so itself.', async () => {
    await using product = await makeProduct({ url: 'http://127.0.0.1:1' });
    const login = '{"auths":{"registry.example":{"auth":"bm8tc2VjcmV0"}}}';
    using user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: login, [CONFIG]: '# mine\n' });
    let left = 0;
    for (const path of Array.from({ length: 6 }, (_, number) => (number % 2 === 0 ? DOCKER : CONFIG))) {
      await signalled(user, 'SIGKILL', path);
      left += temporaryFiles(user).length;
      // So that the next setup has something to write.
      assert.equal((await setupIn(user, product, '--undo')).status, 0);
      assert.deepEqual(temporaryFiles(user), []);
    }
    assert.ok(left > 0, 'none was killed in time');
    assert.deepEqual(JSON.parse(user.read(DOCKER) ?? ''), JSON.parse(login));
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`(${signal}) ends by it, with all of its files written or none, and no temporary one.`, async () => {
      const isWritten = (user: SetupHome, path: string) => user.read(path)?.includes('111122223333') === true;
      let by: unknown;
      // It may have ended before the signal.
      for (let tries = 0; by !== signal && tries < 20; tries += 1) {
        using user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: '{}', [CONFIG]: '# mine\n' });
        by = await signalled(user, signal, DOCKER);
        assert.deepEqual(temporaryFiles(user), []);
        assert.equal(isWritten(user, DOCKER), isWritten(user, CONFIG));
      }
      assert.equal(by, signal);
    });
  }
});

test('A setup that has nothing to change, and an undo that has nothing to undo, remove what others have left.', async () => {
  using user = makeSetupHome({ '.aws/config': AWS_BOTH, [DOCKER]: '{}' });
  await user.succeed('--yes');
  for (const args of [['--yes'], ['--undo', '--yes'], ['--undo', '--yes']]) {
    // No process has this ID, which is above Linux's maximum.
    user.write({ [join(dirname(DOCKER), '.ecr-xacct-99999999.tmp')]: 'a login' });
    user.write({ [join(dirname(CONFIG), '.ecr-xacct-99999999-0123abcd.tmp')]: 'a login' });
    await user.succeed(...args);
    assert.deepEqual(temporaryFiles(user), [], args.join(' '));
  }
});
