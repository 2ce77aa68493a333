// What the native client has tried without success. It passes this on, so that the TypeScript program need not try.

/** `silent`: the daemon did not answer. `not started`: it did not start. */
export type DaemonTried = 'silent' | 'not started';

const TRIED: Readonly<Record<string, DaemonTried>> = {
  '--daemon-silent': 'silent',
  '--no-daemon': 'not started',
};

export function daemonTried(option: string | undefined): DaemonTried | undefined {
  return TRIED[option ?? ''];
}
