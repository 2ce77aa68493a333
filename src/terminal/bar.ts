// Draws the remaining time as a bar.

import type { Screen, Style } from './screen.ts';
import type { Cell } from './table.ts';

const CELLS = 10;
/** Below this share, the bar has a warning colour. */
const LOW = 0.25;

/** `leftMs` of `totalMs`, and the words after it, as in `███████░░░ 8 h 12 min`; in ASCII `#######--- 8 h 12 min`. */
export function remainderBar(leftMs: number, totalMs: number, words: string, { isUnicode }: Screen): Cell {
  const part = totalMs > 0 ? Math.min(1, Math.max(0, leftMs / totalMs)) : 0;
  // Any remaining time shows at least one full cell.
  const full = leftMs <= 0 ? 0 : Math.min(CELLS, Math.max(1, Math.round(part * CELLS)));
  const [on, off] = isUnicode ? ['█', '░'] : ['#', '-'];
  const style: Style = leftMs <= 0 ? 'red' : part < LOW ? 'yellow' : 'green';
  return { text: `${on.repeat(full)}${off.repeat(CELLS - full)} ${words}`, style };
}
