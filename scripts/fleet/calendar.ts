// A calendar of events for millions of items, with one event for each. Setting and taking an event cost the same for
// any number.

/** Events within one tick happen at the same time. Milliseconds. */
export const TICK = 10;

const NONE = -1;

export interface Calendar {
  /** Replaces the item's event, if it has one. Events after the end never happen. */
  set(item: number, at: number): void;
  /** Until the end, in order of time. */
  run(visit: (item: number, now: number) => void): void;
}

/** Each tick has a doubly linked list of its items, in arrays. */
export function createCalendar(items: number, end: number, random: () => number): Calendar {
  const ticks = Math.ceil(end / TICK);
  const heads = new Int32Array(ticks).fill(NONE);
  const next = new Int32Array(items);
  const previous = new Int32Array(items);
  const tickOf = new Int32Array(items).fill(NONE);
  let current = NONE;

  function remove(item: number): void {
    const tick = tickOf[item] ?? NONE;
    if (tick === NONE) return;
    const [after = NONE, before = NONE] = [next[item], previous[item]];
    if (before === NONE) heads[tick] = after;
    else next[before] = after;
    if (after !== NONE) previous[after] = before;
    tickOf[item] = NONE;
  }

  function set(item: number, at: number): void {
    remove(item);
    const tick = Math.max(Math.ceil(at / TICK), current + 1);
    if (tick >= ticks) return;
    const first = heads[tick] ?? NONE;
    if (first !== NONE) previous[first] = item;
    next[item] = first;
    previous[item] = NONE;
    heads[tick] = item;
    tickOf[item] = tick;
  }

  /** In random order, so that the last ones set have no better chance of a quota's last call. */
  function shuffled(tick: number): number[] {
    const order: number[] = [];
    for (let item = heads[tick] ?? NONE; item !== NONE; item = next[item] ?? NONE) {
      const place = Math.floor(random() * (order.length + 1));
      order.push(order[place] ?? item);
      order[place] = item;
    }
    return order;
  }

  function run(visit: (item: number, now: number) => void): void {
    for (current = 0; current < ticks; current += 1) {
      if (heads[current] === NONE) continue;
      for (const item of shuffled(current)) {
        // Another item's event may have set it again.
        if (tickOf[item] !== current) continue;
        remove(item);
        visit(item, current * TICK);
      }
    }
  }

  return { set, run };
}
