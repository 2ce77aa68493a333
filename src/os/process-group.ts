// Processes in a group of their own: how one is started so, and ended with everything that it started.
import type { ChildProcess } from 'node:child_process';

/** Options of `spawn`. Windows has no groups; there, a process of its own would open a console window. */
export const IN_OWN_GROUP = { detached: process.platform !== 'win32', windowsHide: true };

/** Kills a child that was started so, and what it started: a credential_process, gpg, a script's children. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (IN_OWN_GROUP.detached) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // All of it has ended already.
  }
}
