// `npm start`: every step of the main job, and nothing is left behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { skipWithout } from '../support/peers.ts';

const DEMO = join(import.meta.dirname, '..', '..', 'scripts', 'demo.ts');

async function demo(): Promise<string> {
  const child = spawn(process.execPath, [DEMO], { stdio: ['ignore', 'pipe', 'pipe'] });
  const status = new Promise((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(await status, 0, `${stdout}${stderr}`);
  assert.equal(stderr, '');
  return stdout;
}

const demoFolders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('ecr-xacct-demo-'));

test('The demo mints, answers from memory, leaves strangers alone, finds the secret nowhere, and pulls.', {
  skip: skipWithout('namespaces', 'docker-registry', 'dockerd', 'docker'),
  timeout: 120_000,
}, async () => {
  const before = await demoFolders();

  const shown = await demo();

  assert.match(shown, /identity arn:aws:sts::111122223333:assumed-role\/EcrPull\/ecr-xacct-/);
  assert.match(shown, /account 111122223333, region us-east-1/);
  assert.match(shown, /AWS calls 2: sts AssumeRole, ecr GetAuthorizationToken/);
  assert.match(shown, /the same answer; AWS calls none/);
  assert.match(shown, /credentials not found in native keychain {3}\(exit status 1; AWS calls none\)/);
  assert.match(shown, /any command line or environment\?\n {3}no\n/);
  assert.match(shown, /Status: Downloaded newer image for 111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com/);
  assert.match(shown, /To use it for real:/);
  assert.deepEqual(await demoFolders(), before);
});
