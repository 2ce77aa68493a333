// What the native client has waited for in vain, and says so as it becomes the TypeScript program: it need not wait again.

/** An answer of the daemon, or the start of one. */
export type DaemonTried = 'silent' | 'not started';

const TRIED: Readonly<Record<string, DaemonTried>> = {
  '--daemon-silent': 'silent',
  '--no-daemon': 'not started',
};

export function daemonTried(option: string | undefined): DaemonTried | undefined {
  return TRIED[option ?? ''];
}
