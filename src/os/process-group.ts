// Processes in a group of their own: how they are started, and killed with all their children.
import type { ChildProcess } from 'node:child_process';

/** Options of `spawn`. Windows has no groups; there, a detached process would open a console window. */
export const IN_OWN_GROUP = { detached: process.platform !== 'win32', windowsHide: true };

/**
 * Kills a child that was started with these options, and its children: a credential_process, gpg, a script's programs.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (IN_OWN_GROUP.detached) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // All of them have ended already.
  }
}
