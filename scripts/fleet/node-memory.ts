// The memory of each node's daemon: a token, or which run asks for it and which runs wait.

const NONE = -1;

export interface NodeMemory {
  /** The time at which the token arrived, if there is one that needs no renewal yet. */
  arrivedAt(key: number, now: number): number | undefined;
  /** Makes the run wait for the run that asks. @returns false if none asks: then this run must ask. */
  join(key: number, run: number): boolean;
  /** The asking run has a token. */
  keep(key: number, now: number, renewAt: number): void;
  /** The asking run has ended, with or without a token. Each waiting run is told. */
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
