// Runs tests in a copy of the checkout until one fails.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** What showed a fault: a failed test, a deadline, a module that cannot be loaded. Undefined where nothing did. */
export type Shown = string | undefined;

/** Of the files together in one process: faster by far than in one each. */
export async function firstFailure(
  root: string,
  files: readonly string[],
  deadlineMs: number,
): Promise<Shown> {
  if (files.length === 0) return undefined;
  const entry = join(root, 'mutant-tests.mjs');
  const urls = files.map((file) => pathToFileURL(join(root, file)).href);
  writeFileSync(entry, urls.map((url) => `await import('${url}');\n`).join(''));
  const args = ['--test', '--test-reporter=tap', entry];
  // A group of its own: what the tests have started ends with it.
  const child = spawn(process.execPath, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    // Where a test of this one runs it, node:test would take them for its own.
    env: { ...process.env, CI: 'true', NODE_TEST_CONTEXT: undefined },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = () => {
    try {
      process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    end();
  }, deadlineMs);
  try {
    for await (const line of createInterface(child.stdout)) {
      const failed = /^ *not ok \d+ - (.*?)(?: # .*)?$/.exec(line)?.[1];
      if (failed !== undefined) return failed;
    }
    if (isLate) return 'they did not end';
    const status = await ended;
    return status === 0 ? undefined : `they ended with exit status ${status}`;
  } finally {
    clearTimeout(deadline);
    end();
    await ended;
  }
}
