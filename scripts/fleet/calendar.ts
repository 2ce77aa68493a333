// A calendar of events for millions of items, one event each at a time: to set one and to take the next cost the same for any number.

/** What happens within one tick happens at one time. Milliseconds. */
export const TICK = 10;

const NONE = -1;

export interface Calendar {
  /** Takes the place of the item's event, if any. Events after the end never happen. */
  set(item: number, at: number): void;
  /** Until the end, in the order of time. */
  run(visit: (item: number, now: number) => void): void;
}

/** Each tick has a list of its items, doubly linked within arrays. */
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

  /** In any order: those that were set last are to have no better chance of a quota's last call than others. */
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
        // Another one's event may have set it anew.
        if (tickOf[item] !== current) continue;
        remove(item);
        visit(item, current * TICK);
      }
    }
  }

  return { set, run };
}
