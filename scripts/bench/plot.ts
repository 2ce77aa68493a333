// Draws latencies, or other values, as an SVG: both axes logarithmic, one line for each program, its name at the line's
// end.

export interface Series {
  readonly name: string;
  /** A colour in CSS. */
  readonly colour: string;
  /** By default, number of registries and milliseconds. */
  readonly points: readonly (readonly [count: number, measured: number])[];
}

const [WIDTH, HEIGHT] = [760, 440];
const MARGIN = { left: 70, right: 120, top: 50, bottom: 55 };
const INK = '#555';

/** Powers of ten that enclose the values. */
function decades(values: readonly number[]): number[] {
  const [from, to] = [Math.min(...values), Math.max(...values)].map(Math.log10) as [number, number];
  const [first, last] = [Math.floor(from), Math.max(Math.ceil(to), Math.floor(from) + 1)];
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

/** Maps a value to pixels on its axis. */
function axis(from: number, to: number, start: number, end: number): (value: number) => number {
  const scale = (end - start) / (Math.log(to) - Math.log(from));
  return (value) => round(start + (Math.log(value) - Math.log(from)) * scale);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** As in `0.5 ms`, `20 ms`, `3 s`. */
function timeText(milliseconds: number): string {
  return milliseconds >= 1_000 ? `${milliseconds / 1_000} s` : `${Number(milliseconds.toPrecision(3))} ms`;
}

function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replace(/[<&]/g, (character) => (character === '<' ? '&lt;' : '&amp;'));
}

/** `across` names the horizontal axis; `label` formats a value. */
export function plot(
  title: string,
  across: string,
  series: readonly Series[],
  label: (measured: number) => string = timeText,
): string {
  const points = series.flatMap((one) => one.points);
  const counts = [...new Set(points.map(([count]) => count))].toSorted((a, b) => a - b);
  const times = decades(points.map(([, measured]) => measured));
  const [bottom, right] = [HEIGHT - MARGIN.bottom, WIDTH - MARGIN.right];
  const x = axis(counts[0] ?? 1, counts.at(-1) ?? 10, MARGIN.left, right);
  const y = axis(times[0] ?? 1, times.at(-1) ?? 10, bottom, MARGIN.top);
  const lines = series.flatMap(({ name, colour, points: own }) => {
    const path = own.map(([count, measured]) => `${x(count)},${y(measured)}`);
    const [count, measured] = own.at(-1) ?? [1, 1];
    return [
      `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
      ...path.map((place) => `<circle cx="${place.replace(',', '" cy="')}" r="3.5" fill="${colour}"/>`),
      text(x(count) + 10, y(measured) - 2, name, `fill="${colour}" font-weight="bold"`),
      text(x(count) + 10, y(measured) + 13, label(Number(measured.toPrecision(2))), `fill="${colour}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(MARGIN.left, 28, title, `font-size="16" fill="#222"`),
    ...times.flatMap((time) => [
      `<path d="M${MARGIN.left} ${y(time)}H${right}" stroke="#ddd"/>`,
      text(MARGIN.left - 8, y(time) + 4, label(time), `fill="${INK}" text-anchor="end"`),
    ]),
    ...counts.map((count) =>
      text(x(count), bottom + 20, String(count), `fill="${INK}" text-anchor="middle"`),
    ),
    text((MARGIN.left + right) / 2, HEIGHT - 12, across, `fill="${INK}" text-anchor="middle"`),
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
