// So many things at once, and the others in the order in which they came.

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
      // It takes this one's place, so that none who comes now is before it.
      if (next !== undefined) next();
      else {
        running -= 1;
        if (running === 0) onIdle();
      }
    }
  };
}
