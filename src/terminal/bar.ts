// What is left of a time, drawn as a bar: seen at a glance where a duration has to be read.

import type { Screen, Style } from './screen.ts';
import type { Cell } from './table.ts';

const CELLS = 10;
/** Less than this part is left: it is time to think of it. */
const LOW = 0.25;

/** `leftMs` of `totalMs`, and the words behind it, as in `███████░░░ 8 h 12 min`; in ASCII `#######--- 8 h 12 min`. */
export function remainderBar(leftMs: number, totalMs: number, words: string, { isUnicode }: Screen): Cell {
  const part = totalMs > 0 ? Math.min(1, Math.max(0, leftMs / totalMs)) : 0;
  // What is left is never shown as nothing.
  const full = leftMs <= 0 ? 0 : Math.min(CELLS, Math.max(1, Math.round(part * CELLS)));
  const [on, off] = isUnicode ? ['█', '░'] : ['#', '-'];
  const style: Style = leftMs <= 0 ? 'red' : part < LOW ? 'yellow' : 'green';
  return { text: `${on.repeat(full)}${off.repeat(CELLS - full)} ${words}`, style };
}
