// Finds processes that are not the tests' children: whether they have ended, and which processes they started.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds: much longer than any expected wait. */
const DEADLINE = 20_000;

/** Milliseconds between two reads of /proc, which has no events. */
const INTERVAL = 10;

/** Resolves when the condition holds. Throws if it does not within 20 s; `what` is for the message. */
export async function whenever(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(DEADLINE);
  while (!(await condition())) {
    if (deadline.aborted) throw new Error(`waited in vain: ${what}`);
    await delay(INTERVAL);
  }
}

/** Resolves when the process has ended, with any parent. */
export async function whenEnded(pid: number): Promise<void> {
  await whenever(`process ${pid} ends`, async () => !(await isRunning(pid)));
}

/** Whether a process runs. A zombie does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the state follows the name, which is in parentheses and may contain some.
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** The processes with this text, such as a test folder's name, in their initial environment. */
export async function processesWith(environment: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!environ.includes(environment) || !(await isRunning(pid))) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return [{ pid, command: command.replaceAll('\0', ' ').trim() }];
    }),
  );
  return found.flat();
}
