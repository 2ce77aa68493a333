// Runs another program, such as a credential helper, once: in its own process group, with limits on time and output.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { IN_OWN_GROUP, killGroup } from '../../os/process-group.ts';

export interface HelperRun {
  /** Absolute path. */
  program: string;
  args: readonly string[];
  input: string;
  /** The whole environment. */
  env: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
}

export interface HelperRan {
  /** `ended`, or why the process was killed. */
  end: 'ended' | 'timeout' | 'too-much';
  /** Null if a signal ended it. */
  status: number | null;
  stdout: Buffer;
  /** Only the beginning. */
  stderr: Buffer;
}

/** Enough for a list of about five thousand registries. */
export const MAX_STDOUT_BYTES = 512 * 1024;
const MAX_STDERR_BYTES = 4 * 1024;

/** After its exit the rest of its output is already in the pipe. A child process may hold the pipe open forever. */
const DRAIN_MS = 250;

/** Runs the program until it exits or reaches a limit. @throws the system's error if it cannot be started. */
export async function runHelper({ program, args, input, env, timeoutMs }: HelperRun): Promise<HelperRan> {
  // No shell. Not in the caller's folder, where a careless helper may load the wrong files.
  const child = spawn(program, args, {
    env: { ...env },
    cwd: '/',
    ...IN_OWN_GROUP,
    stdio: 'pipe',
  });
  const timers = new Set<NodeJS.Timeout>();
  try {
    return await new Promise((resolve, reject) => {
      let status: number | null = null;
      const stop = (end: HelperRan['end']) => {
        killGroup(child);
        resolve({ end, status, stdout: stdout(), stderr: stderr() });
      };
      const stdout = collect(child.stdout, MAX_STDOUT_BYTES, () => stop('too-much'));
      const stderr = collect(child.stderr, MAX_STDERR_BYTES, () => {});
      timers.add(setTimeout(() => stop('timeout'), timeoutMs));
      child.once('error', reject);
      child.once('exit', (code) => {
        status = code;
        timers.add(setTimeout(() => stop('ended'), DRAIN_MS));
      });
      child.once('close', () => resolve({ end: 'ended', status, stdout: stdout(), stderr: stderr() }));
      // A program may ignore its input.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    // If even SIGKILL does not end it, as on a file system that hangs, it must not keep this process alive.
    child.unref();
  }
}

/** Keeps up to `max` bytes of a stream, and reads all of it: a full pipe would block the program. */
function collect(stream: Readable | null, max: number, onTooMuch: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('error', () => {});
  stream?.on('data', (chunk: Buffer) => {
    if (size > max) return;
    const kept = chunk.subarray(0, max - size + 1);
    chunks.push(kept);
    size += kept.length;
    if (size > max) onTooMuch();
  });
  return () => Buffer.concat(chunks);
}
