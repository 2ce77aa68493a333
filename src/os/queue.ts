// Limits how many tasks run at once; the others wait in order.

/** Runs at most `most` at once. `onIdle`: called when none is left. */
export function createQueue(
  most: number,
  onIdle: () => void = () => {},
): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      // The next task takes this one's place, so that a new task cannot overtake it.
      if (next !== undefined) next();
      else {
        running -= 1;
        if (running === 0) onIdle();
      }
    }
  };
}
