// Runs each part of the built program once to its end, so that V8's compiled code of it lies beside it from the start.
//
// A part that is killed while it writes that code, as minters are, would leave half of it behind.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MintJob } from '../src/minter/job.ts';
import { RESULT_FD } from '../src/minter/spawn-self.ts';
import { parseRegistry } from '../src/registry/registry.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
/** Nobody's, and refused at once: nothing listens on port 1. */
const AWS = {
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_MAX_ATTEMPTS: '1',
};

/** `program` is the built `ecr-xacct`, and `node` and `script` what it starts. */
export async function primeCompileCache(program: string, node: string, script: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-xacct-build-'));
  const env = { ...AWS, HOME: folder, XDG_RUNTIME_DIR: folder, PATH: '/usr/bin:/bin' };
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    spawnSync(program, args, { input: HOST, env: { ...env, ...more }, timeout: 60_000 });
  try {
    await mintOnce(node, script, env);
    run(['helper', 'get'], { ECR_XACCT_DAEMON: 'off' });
    run(['helper', 'get']);
    run(['setup', '--yes']);
    run(['status']);
    run(['complete', '--', 'logout', '']);
    run(['daemon', 'stop']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A spare minter whose job fails; nobody kills it. */
function mintOnce(node: string, script: string, env: Record<string, string>): Promise<void> {
  const registry = parseRegistry(HOST);
  if (registry === undefined) throw new Error(`${HOST} is no ECR hostname`);
  const resolution = {
    hostname: HOST,
    registry,
    identity: { kind: 'environment' },
    step: 'environment',
    reason: 'the build',
    stsRegion: registry.region,
  } as const;
  const job: MintJob = {
    question: 'token',
    input: undefined,
    resolution,
    env,
    timeoutMs: 60_000,
    givenAt: Date.now(),
  };
  const minter = spawn(node, ['--disable-sigusr1', script, 'mint', '--spare'], {
    env: {},
    stdio: ['pipe', 'ignore', 'ignore', ...Array<'pipe'>(RESULT_FD - 2).fill('pipe')],
    timeout: 60_000,
  });
  minter.stdin?.write(`${JSON.stringify(job)}\n`);
  return new Promise((resolve, reject) => {
    minter.once('error', reject);
    minter.once('exit', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`the built minter ended with ${status}`));
    });
  });
}
