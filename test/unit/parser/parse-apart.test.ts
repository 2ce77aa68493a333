// Which callers wait for the process that reads a large file, and for how long.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createParseApart, withinTimeout } from '../../../src/parser/parse-apart.ts';

/** A program that replaces ours. */
function programThat(script: string) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'parse-apart-'));
  const path = join(folder.path, 'program');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return { path, parseApart: createParseApart([path]), [Symbol.dispose]: () => folder.remove() };
}

const MIB = 1024 * 1024;

test('A smaller file does not wait for larger ones.', async () => {
  const line = 'echo "[\\"default\\",{}]" >&3; echo "{\\"end\\":true}" >&3';
  using program = programThat(`[ "$3" = small ] || read -r line <"$0.wait"; ${line}`);
  execFileSync('mkfifo', [`${program.path}.wait`]);
  const large = program.parseApart('sections', 'large', MIB);
  const small = await program.parseApart('sections', 'small', 1);
  await writeFile(`${program.path}.wait`, 'go on\n');
  assert.deepEqual([...small], [['default', {}]]);
  assert.deepEqual(await large, small);
});

test('A process that ends early, or says what is no line of ours, is an error with the path.', async () => {
  for (const script of ['exit 1', 'echo "[1" >&3', 'echo "{}" >&3; exit 0']) {
    using program = programThat(script);
    await assert.rejects(program.parseApart('config', '/home/dev/config.yaml', 1), {
      code: 'internal',
      message: /^could not read \/home\/dev\/config\.yaml: /,
    });
  }
});

test('What is wrong with the file is told as it was found.', async () => {
  using program = programThat(`echo '{"error":{"code":"config-invalid","message":"wrong"}}' >&3`);
  await assert.rejects(program.parseApart('config', 'x', 1), { code: 'config-invalid', message: 'wrong' });
});

test('No caller waits longer than for its answer.', async () => {
  const read = withinTimeout(
    () => new Promise<never>(() => {}),
    () => 1,
  );
  // Only what it waits for keeps this process alive.
  const alive = setInterval(() => {}, 1_000);
  await assert.rejects(async () => read({}), {
    code: 'timeout',
    message: 'a large file was not read within 0.001 s',
  });
  clearInterval(alive);
  assert.equal(
    withinTimeout(
      () => 'here',
      () => 1,
    )({}),
    'here',
  );
});
