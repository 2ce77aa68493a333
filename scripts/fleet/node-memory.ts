// What the daemon of each node keeps for its plugins: a token, or who is asking for it and who waits for that.

const NONE = -1;

export interface NodeMemory {
  /** When the token arrived, where one is held that is not to be renewed yet. */
  arrivedAt(key: number, now: number): number | undefined;
  /** Waits for the one that is asking; false where none is: then this run asks. */
  join(key: number, run: number): boolean;
  /** The one that asks has a token. */
  keep(key: number, now: number, renewAt: number): void;
  /** The one that asks is done, with a token or without. Each that waited is told. */
  end(key: number, tell: (run: number) => void): void;
  forgetAll(): void;
}

export function createNodeMemory(keys: number, runs: number): NodeMemory {
  const arrived = new Int32Array(keys);
  const renewed = new Int32Array(keys);
  const isAsking = new Uint8Array(keys);
  const firstWaiting = new Int32Array(keys).fill(NONE);
  const nextWaiting = new Int32Array(runs);

  function join(key: number, run: number): boolean {
    if (isAsking[key] === 0) {
      isAsking[key] = 1;
      return false;
    }
    nextWaiting[run] = firstWaiting[key] ?? NONE;
    firstWaiting[key] = run;
    return true;
  }

  function keep(key: number, now: number, renewAt: number): void {
    arrived[key] = now;
    renewed[key] = renewAt;
  }

  function end(key: number, tell: (run: number) => void): void {
    isAsking[key] = 0;
    let run = firstWaiting[key] ?? NONE;
    firstWaiting[key] = NONE;
    while (run !== NONE) {
      const next = nextWaiting[run] ?? NONE;
      tell(run);
      run = next;
    }
  }

  return {
    arrivedAt: (key, now) => (now < (renewed[key] ?? 0) ? arrived[key] : undefined),
    join,
    keep,
    end,
    forgetAll: () => {
      renewed.fill(0);
      isAsking.fill(0);
      firstWaiting.fill(NONE);
    },
  };
}
