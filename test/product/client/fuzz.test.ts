// The fuzzer of the native client still compiles against it, runs, and finds nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipWithout } from '../../support/peers.ts';

const script = fileURLToPath(new URL('../../../scripts/fuzz.ts', import.meta.url));

test('Five seconds of fuzzing find nothing in the native client.', { skip: skipWithout('clang-14') }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--seconds', '5'], {
    encoding: 'utf8',
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, stdout);
  const [, runs, covered] = /^(\d+) runs, coverage (\d+) of \d+ edges/m.exec(stdout) ?? [];
  assert.ok(Number(runs) > 0 && Number(covered) > 0, stdout);
});
