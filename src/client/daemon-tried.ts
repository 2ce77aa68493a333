// What the native client has waited for in vain. It passes this on, so that the TypeScript program does not wait again.

/** `silent`: the daemon did not answer. `not started`: it did not start. */
export type DaemonTried = 'silent' | 'not started';

const TRIED: Readonly<Record<string, DaemonTried>> = {
  '--daemon-silent': 'silent',
  '--no-daemon': 'not started',
};

export function daemonTried(option: string | undefined): DaemonTried | undefined {
  return TRIED[option ?? ''];
}
