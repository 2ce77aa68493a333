// The single executable, and the native client beside it, under the attacks by name and by environment.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { programFront } from '../support/attack/attacked.ts';
import { attackByEnvironment } from '../support/attack/environment-attacks.ts';
import { attackByName } from '../support/attack/name-attacks.ts';
import { createTally } from '../support/attack/tally.ts';
import { builtPackages } from '../support/packages/built-packages.ts';
import { skipWithout } from '../support/peers.ts';

const SEED = 17;
const COUNT = 200;

describe('attacks on the single executable', {
  skip: skipWithout('musl-gcc', 'rpmbuild', 'buildah'),
  timeout: 600_000,
}, () => {
  for (const [name, run] of Object.entries({ names: attackByName, environments: attackByEnvironment })) {
    test(name, async () => {
      const { tree } = await builtPackages();
      const program = join(tree, 'lib', 'docker-credential-ecr-xacct', 'ecr-xacct');
      const alone = { ECR_XACCT_DAEMON: 'off' };
      const fronts = [
        programFront('packaged client', [join(tree, 'bin', 'docker-credential-ecr-xacct')], {}, 250),
        programFront('executable', [program, 'helper'], {}, 25),
        programFront('executable, no daemon', [program, 'helper'], alone, 25),
      ];
      const tally = createTally();
      await run({ seed: SEED, count: COUNT, tally, fronts });
      assert.deepEqual(tally.wrong, []);
      assert.ok(tally.total() > COUNT / 4);
    });
  }
});
