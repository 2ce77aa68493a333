// The benchmark's plot: a line for each program, within the frame, longer times above shorter ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plot } from '../../../scripts/bench/plot.ts';

const SERIES = [
  {
    name: 'ours',
    colour: 'green',
    points: [
      [1, 0.5],
      [10, 5],
      [40, 20],
    ],
  },
  {
    name: 'a < b & c',
    colour: 'red',
    points: [
      [1, 700],
      [10, 7_000],
      [40, 28_000],
    ],
  },
] as const;

function placesOf(svg: string): [x: number, y: number][][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) =>
    points.split(' ').map((point) => point.split(',').map(Number) as [number, number]),
  );
}

test('A plot has a line for each series, from left to right, the slower one above.', () => {
  const lines = placesOf(plot('Title', 'registries', SERIES));
  assert.equal(lines.length, 2);
  const [ours = [], slow = []] = lines;
  assert.equal(ours.length, 3);
  for (const [index, [x, y]] of ours.entries()) {
    const [slowX, slowY] = slow[index] ?? [Number.NaN, Number.NaN];
    assert.equal(x, slowX);
    assert.ok(slowY < y);
    assert.ok(index === 0 || x > (ours[index - 1]?.[0] ?? Number.NaN));
    assert.ok(x >= 0 && x <= 760 && y >= 0 && y <= 440);
  }
});

test('A plot has names, counts and times as text, escaped.', () => {
  const svg = plot('Title', 'registries', SERIES);
  for (const words of ['ours', 'a &lt; b &amp; c', '0.1 ms', '100 s', '40', '20 ms', '28 s', 'registries'])
    assert.ok(svg.includes(`>${words}<`), words);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test('A plot of a single time has an axis, too.', () => {
  const svg = plot('Title', 'registries', [
    {
      name: 'ours',
      colour: 'green',
      points: [
        [1, 1],
        [2, 1],
      ],
    },
  ]);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test('What is no time is written as the caller says.', () => {
  const svg = plot('Title', 'nodes', SERIES, (measured) => `${measured} calls`);
  assert.match(svg, />28000 calls</);
  assert.doesNotMatch(svg, />[\d.]+ m?s</);
});
