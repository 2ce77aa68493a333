// `npm run bench` on any machine: it prints rows, writes numbers, and rejects wrong options. Checks no times.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { skipWithout } from '../support/peers.ts';

const BENCH = join(import.meta.dirname, '..', '..', 'scripts', 'bench.ts');

interface Written {
  machine: Record<string, string>;
  sections: { rows: { name: string; numbers: Record<string, number> }[] }[];
}

async function bench(...args: string[]) {
  const child = spawn(process.execPath, [BENCH, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const status = new Promise((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await status, stdout, stderr };
}

test('The benchmark prints a row and writes its numbers.', {
  skip: skipWithout('namespaces', 'docker-credential-ecr-login', 'aws', 'cc'),
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const json = join(folder.path, 'numbers.json');

  const { status, stdout, stderr } = await bench(
    ...['--quick', '--rounds', '3', '--rtt', '0', '--only', 'warm-static', '--json', json],
  );

  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, stdout);
  assert.match(
    stdout,
    /^warm get, static keys +\S+ ms +Go \S+ ms, echo \S+ ms +\S+ × Go +≤ 0\.12 × Go +[✔✖]$/m,
  );
  for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
  const { machine, sections } = JSON.parse(await readFile(json, 'utf8')) as Written;
  assert.match(machine.Go ?? '', /docker-credential-ecr-login/);
  const rows = sections.flatMap((section) => section.rows);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['warm-static'],
  );
  for (const who of ['ours_ms', 'Go_ms', 'echo_ms']) assert.ok(Number(rows[0]?.numbers[who]) > 0, who);
});

for (const { args, says } of [
  { args: ['--rtt', '-1'], says: /^bench: .*--rtt/ },
  { args: ['--rounds', '0'], says: /^bench: --rounds 0: must be a whole number from 1 to 1000\n/ },
  {
    args: ['--only', 'nothing'],
    says: /^bench: --only nothing: there is no such row; there are warm-static, /,
  },
  { args: ['--what'], says: /^bench: .*--what/ },
]) {
  test(`The benchmark refuses ${args.join(' ')} in one line, with its usage.`, async () => {
    const { status, stdout, stderr } = await bench(...args);

    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.match(stderr, says);
    assert.match(stderr, /\nusage: npm run bench/);
  });
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'bench-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
