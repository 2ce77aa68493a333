// Runs tests in a copy of the checkout until one fails.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** What found a fault: a failed test, a deadline, or a module that cannot be loaded. Undefined if nothing did. */
export type Shown = string | undefined;

/** All files in one process, which is much faster than one each. */
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
  // In its own process group, so that everything that the tests start ends with it.
  const child = spawn(process.execPath, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    // Otherwise node:test, if it runs this, would report these tests as its own.
    env: { ...process.env, CI: 'true', NODE_TEST_CONTEXT: undefined },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = () => {
    try {
      process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
    } catch {
      // The process has ended already.
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
