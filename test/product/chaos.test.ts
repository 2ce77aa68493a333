// The random schedule of `npm run chaos`, bounded: a few hundred operations of one seed, each answer as the model
// expects.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipWithout } from '../support/peers.ts';

const OPERATIONS = 300;
const command = fileURLToPath(new URL('../../scripts/chaos.ts', import.meta.url));
const skip = skipWithout('namespaces', 'cc');

test(`${OPERATIONS} random operations: no wrong answer, no token or login lost, nothing left.`, {
  skip,
}, (t) => {
  const args = [command, '--seed', '2', '--operations', String(OPERATIONS), '--quiet'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
  const counts = new Map(
    [...stdout.matchAll(/^ +(\d+) {2}(.+)$/gm)].map(([, count, what]) => [what, Number(count)]),
  );
  t.diagnostic(`${counts.get('operations')} operations, ${counts.get('tokens issued')} tokens issued`);
  assert.ok((counts.get('operations') ?? 0) >= OPERATIONS);
  for (const what of [
    'wrong answers',
    'logins lost',
    'tokens lost',
    'processes left',
    'temporary files left',
  ]) {
    assert.equal(counts.get(what), 0, what);
  }
});
