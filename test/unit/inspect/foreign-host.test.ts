// Tests which program is said to answer Docker for a host that is not ours.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { foreignHost } from '../../../src/inspect/foreign-host.ts';

const HOST = 'images.example';

/** `programs` are on PATH. Without a config, Docker itself chooses a helper. */
function servedBy(config: object | undefined, programs: readonly string[] = []): string {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'foreign-host-'));
  const [home, bin] = [join(folder.path, 'home'), join(folder.path, 'bin')];
  for (const path of [join(home, '.docker'), bin]) mkdirSync(path, { recursive: true });
  for (const name of programs) writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  if (config !== undefined) writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify(config));
  const env = { HOME: home, PATH: bin };
  const explanation = { hostname: HOST, steps: [], candidates: [], learnt: [], unknown: [] };
  const said = foreignHost(explanation, { self: ['node'], env, uid: process.getuid?.() }).servedBy;
  return said.replace(home, '~');
}

test('A helper that is named is said to be, and where.', () => {
  const [store, helper] = [{ credsStore: 'desktop' }, { credHelpers: { [HOST]: 'gcr' } }];
  assert.equal(
    servedBy(store),
    'docker-credential-desktop answers for it (credsStore in ~/.docker/config.json).',
  );
  assert.equal(
    servedBy(helper),
    'docker-credential-gcr answers for it (credHelpers in ~/.docker/config.json).',
  );
});

test('One that Docker chooses by itself is in no file.', {
  skip: process.platform !== 'linux' && 'another system has another',
}, () => {
  assert.equal(
    servedBy(undefined, ['pass', 'docker-credential-pass']),
    "docker-credential-pass answers for it (Docker's own choice: ~/.docker/config.json names no helper).",
  );
  assert.equal(servedBy(undefined), 'Docker has no credential for it, and goes on without one.');
});
