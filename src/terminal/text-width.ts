// Measures, shortens, wraps and pads texts by their columns on a terminal, which differ from the number of characters.
import stringWidth from 'string-width';

/** ASCII, and the arrows, dots, crosses and blocks of our own texts: one column each. */
const NARROW = /^[\x20-\x7e\xb7\xd7\u2013\u2026\u2190-\u2193\u2500-\u259f]*$/;

/** string-width would give the same result for narrow texts, but takes time to load. */
function columnsOf(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** Padded with spaces to this width. */
export function padded(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - columnsOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** The columns of the widest text. */
export function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => columnsOf(text)));
}

/** At most `width` columns: the middle of a wider text becomes `…`. */
export function shorten(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const characters = charactersOf(text);
  const tail = Math.floor((width - 1) / 2);
  const head = beginning(characters, width - 1 - tail);
  return `${head.join('')}…${beginning(characters.toReversed(), tail).toReversed().join('')}`;
}

/**
 * Lines of at most `width` columns with unchanged characters, so that names can be searched. A word that is wider than
 * a line, such as a hostname, is shortened in the middle.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').map((whole) => shorten(whole, width))) {
    const last = lines.pop();
    const longer = last ? `${last} ${word}` : word;
    if (!last || columnsOf(longer) <= width) lines.push(longer);
    else lines.push(last, word);
  }
  return lines;
}

function charactersOf(text: string): string[] {
  if (NARROW.test(text)) return [...text];
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

/** As many of the characters as fit; never all of them. */
function beginning(characters: readonly string[], width: number): string[] {
  let used = 0;
  const end = characters.findIndex((character) => {
    used += columnsOf(character);
    return used > width;
  });
  return characters.slice(0, end);
}
