// The lines of the daemon's log: those of the level in ECR_XACCT_LOG, and more severe ones.
import assert from 'node:assert/strict';
import { mkdtempDisposableSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openLog } from '../../../src/daemon/log.ts';

const LEVELS = ['debug', 'info', 'warn'] as const;

describe('of a line of each level, the log has', () => {
  const rows: readonly [string, string | undefined, readonly string[]][] = [
    ['every one at debug', 'debug', LEVELS],
    ['those from info on at info', 'info', ['info', 'warn']],
    ['the same where nothing is said', undefined, ['info', 'warn']],
    ['the warning at warn', 'warn', ['warn']],
    ['those from info on, behind a warning, where there is no such level', 'loud', ['warn', 'info', 'warn']],
  ];
  for (const [what, level, expected] of rows) {
    test(`${what}.`, () => {
      using home = mkdtempDisposableSync(join(tmpdir(), 'log-'));
      const { file = '', write } = openLog({ HOME: home.path, ECR_XACCT_LOG: level });
      for (const one of LEVELS) write(one, 'a line');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).level),
        expected,
      );
    });
  }

  test('none, and is not made, at off.', () => {
    using home = mkdtempDisposableSync(join(tmpdir(), 'log-'));
    const { file, write } = openLog({ HOME: home.path, ECR_XACCT_LOG: 'off' });
    write('warn', 'a line');
    assert.equal(file, undefined);
    assert.deepEqual(readdirSync(home.path), []);
  });
});
