// On Windows: without a daemon, and it says so. Windows is pretended: its platform, and that it has no user IDs.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { helperFault } from '../../src/cli/helper-fault.ts';
import { passedEnvironment } from '../../src/wire/environment.ts';
import { passwordOf, self } from '../support/product.ts';
import { HOST, startProductStage } from '../support/product-stage.ts';

/** Node's own name of the null device stays this system's. */
const PRETEND = `
require('node:os');
Object.defineProperty(process, 'platform', { value: 'win32' });
delete process.getuid;
`;
const NO_DAEMON =
  'ecr-xacct: there is no daemon on Windows: each call gets its token anew, and what docker login brings is not kept\n';

/** Runs something as if on Windows. */
function pretending<T>(run: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'platform') ?? assert.fail();
  Object.defineProperty(process, 'platform', { value: 'win32' });
  try {
    return run();
  } finally {
    Object.defineProperty(process, 'platform', own);
  }
}

describe('on Windows', () => {
  test('each get mints a token in its own process, and no daemon is started.', async () => {
    await using stage = await startProductStage();
    const { product, aws } = stage;
    const preload = join(product.folder, 'pretend.cjs');
    await writeFile(preload, PRETEND);
    // env-paths would look for config.yaml in AppData.
    const env = { ECR_XACCT_CONFIG: join(product.home, '.config', 'ecr-xacct', 'config.yaml') };
    const [node, ...rest] = self;
    const run = (...args: readonly string[]) =>
      product.run([node, '--require', preload, ...rest, ...args], { env, input: HOST });

    passwordOf(await run('helper', 'get'), HOST);
    passwordOf(await run('helper', 'get'), HOST);
    assert.equal(aws.count('ecr'), 2);
    assert.equal(await product.daemon(), undefined);

    for (const args of [
      ['status'],
      ['daemon', 'run'],
      ['daemon', 'stop'],
      ['logout', '--all'],
      ['login', HOST],
    ]) {
      const { status, stdout, stderr } = await run(...args);
      assert.deepEqual([status, stdout, stderr], [1, '', NO_DAEMON], args.join(' '));
    }
  });

  test('all variables but those for Node are passed on, and PATH however it is spelled.', () => {
    const env = {
      Path: 'C:\\x',
      SystemRoot: 'C:\\Windows',
      USERPROFILE: 'C:\\u',
      node_options: '-r x',
      NODE_EXTRA_CA_CERTS: 'c',
      OPENSSL_CONF: 'o',
    };
    const passed = pretending(() => passedEnvironment(env));
    assert.deepEqual(passed, {
      PATH: 'C:\\x',
      SystemRoot: 'C:\\Windows',
      USERPROFILE: 'C:\\u',
      NODE_EXTRA_CA_CERTS: 'c',
    });
  });

  test('Docker finds the helper by the end of its name; where it does not, the command puts its folder on PATH.', async () => {
    await using stage = await startProductStage();
    const { folder } = stage.product;
    const fault = () => pretending(() => helperFault(folder, folder, [join(folder, 'ecr-xacct.exe')]));
    assert.equal(fault()?.command, `setx PATH "%PATH%;${folder}"`);
    await writeFile(join(folder, 'docker-credential-ecr-xacct.cmd'), '');
    assert.equal(fault(), undefined);
  });
});
