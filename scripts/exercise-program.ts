// Runs each part of the built program once to its end, so that V8's compiled code of it can be kept.
//
// A part that is killed while it writes that code, as minters are, would leave half of it behind.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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
const TIMEOUT_MS = 60_000;

/** `node` with what stands before the program's command: flags, and its script. */
export async function exerciseProgram(node: string, before: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-xacct-build-'));
  const env = { ...AWS, HOME: folder, XDG_RUNTIME_DIR: folder, PATH: '/usr/bin:/bin' };
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    spawnSync(node, [...before, ...args], { input: HOST, env: { ...env, ...more }, timeout: TIMEOUT_MS });
  /** It says something on this descriptor, and lives until it is stopped. */
  const begin = (args: readonly string[], childEnv: Record<string, string>) =>
    spawn(node, [...before, ...args], {
      env: childEnv,
      stdio: ['pipe', 'ignore', 'inherit', ...Array<'pipe'>(RESULT_FD - 2).fill('pipe')],
      timeout: TIMEOUT_MS,
    });
  try {
    const minter = begin(['mint', '--spare'], {});
    minter.stdin?.write(`${JSON.stringify(mintJob(env))}\n`);
    await end(minter);
    run(['helper', 'get'], { ECR_XACCT_DAEMON: 'off' });
    const daemon = begin(['daemon', 'run', '--ready-fd', String(RESULT_FD)], env);
    await once(daemon.stdio[RESULT_FD] as NodeJS.ReadableStream, 'data');
    run(['helper', 'get']);
    run(['setup', '--yes']);
    run(['status']);
    run(['complete', '--', 'logout', '']);
    run(['daemon', 'stop']);
    await end(daemon);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nobody kills it. @throws Error where it ends with a failure. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`${child.spawnargs.join(' ')}: ended with ${child.exitCode}`);
}

/** Of a token that AWS refuses. */
function mintJob(env: Record<string, string>): MintJob {
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
  return {
    question: 'token',
    input: undefined,
    resolution,
    env,
    timeoutMs: TIMEOUT_MS,
    givenAt: Date.now(),
  };
}
