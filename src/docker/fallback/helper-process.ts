// One run of another program, a credential helper, say: a process in a group of its own, with an end to its time and to its output.
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
  /** `ended`, or why it was killed. */
  end: 'ended' | 'timeout' | 'too-much';
  /** Null where it was ended by a signal. */
  status: number | null;
  stdout: Buffer;
  /** The beginning. */
  stderr: Buffer;
}

/** A list of some five thousand registries. */
export const MAX_STDOUT_BYTES = 512 * 1024;
const MAX_STDERR_BYTES = 4 * 1024;

/** What is left of its output when it has ended is in the pipe already; a child of its own may hold the pipe open for ever. */
const DRAIN_MS = 250;

/** Runs it to its end, at most for the time and the output it has. @throws the system's error where it cannot be started. */
export async function runHelper({ program, args, input, env, timeoutMs }: HelperRun): Promise<HelperRan> {
  // No shell. Not in the caller's folder, where a helper written in a hurry may find other things than it looks for.
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
      // One that does not read its input has done nothing wrong.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    // One that even SIGKILL cannot end, on a dead file system, must not keep this process.
    child.unref();
  }
}

/** Keeps up to `max` bytes of a stream, and reads all of it: a full pipe would stop the program. */
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
