// Tests that tables fit, cannot disturb a terminal, and use colour only if they may.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { screenOf } from '../../../src/terminal/screen.ts';
import { type Column, notes, table } from '../../../src/terminal/table.ts';
import { shorten } from '../../../src/terminal/text-width.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const COLUMNS: readonly Column[] = [
  { title: 'HOST', fit: 'shorten' },
  { title: 'WHY', fit: 'wrap' },
  { title: 'N', align: 'right' },
];

const pipe = screenOf(new PassThrough(), {});
const terminal = (columns: number, env: Record<string, string> = {}) =>
  screenOf(Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 }), env);
const linesOf = (text: string) => stripVTControlCharacters(text).split('\n').slice(0, -1);

describe('a table', () => {
  test('has a line for each row where there is room, without borders and blanks at the end', () => {
    assert.deepEqual(
      linesOf(
        table(
          COLUMNS,
          [
            [HOST, 'a rule', '1'],
            ['b', '', '23'],
          ],
          pipe,
        ),
      ),
      [
        'HOST                                          WHY      N',
        `${HOST}  a rule   1`,
        'b                                                     23',
      ],
    );
  });

  test('shortens names in the middle and wraps texts where there is none', () => {
    const why = 'because the environment of the caller has AWS_PROFILE=dev';
    assert.deepEqual(linesOf(table(COLUMNS, [[HOST, why, '1']], terminal(60))), [
      'HOST                         WHY                           N',
      '111122223333.…amazonaws.com  because the environment of    1',
      '                             the caller has',
      '                             AWS_PROFILE=dev',
    ]);
  });

  test('has notes over its whole width, wrapped or shortened, with their indent on each line', () => {
    const rows = [
      { note: `failed: ${'word '.repeat(14)}`.trim(), indent: 2 },
      { note: HOST.repeat(2), fit: 'shorten' as const },
    ];
    const lines = linesOf(table([{ title: 'A' }], rows, terminal(60)));
    assert.deepEqual(lines.slice(1), [
      '  failed: word word word word word word word word word word',
      '  word word word word',
      shorten(HOST.repeat(2), 60),
    ]);
    assert.deepEqual(linesOf(notes(rows, terminal(60))), lines.slice(1));
  });

  test('gives each character the columns that it takes: a wide one two, a combining mark none, an emoji of several two', () => {
    const rows = [
      ['日本語プロファイル', 'a', '1'],
      ['Zu\u0308rich', 'b', '2'],
      ['🇩🇪 🔑 dev', 'c', '3'],
    ];
    assert.deepEqual(linesOf(table(COLUMNS, rows, pipe)), [
      'HOST                WHY  N',
      '日本語プロファイル  a    1',
      'Zu\u0308rich              b    2',
      '🇩🇪 🔑 dev           c    3',
    ]);
  });

  test('leaves a name of wide characters whole where there is room, and shortens it by its columns where there is none', () => {
    const name = '日本語プロファイル'.repeat(3);
    const columns: readonly Column[] = [{ title: 'WHO', fit: 'shorten' }];
    assert.deepEqual(linesOf(table(columns, [[name]], terminal(60))).slice(1), [name]);
    const long = linesOf(table(columns, [[name + name]], terminal(60))).slice(1);
    assert.deepEqual(long, ['日本語プロファイル日本語プロフ…ロファイル日本語プロファイル']);
  });

  test('wraps by columns, and leaves each character as it was: a name is copied from there', () => {
    const note = `profile ${'日本'.repeat(11)} and a\u0308u\u0308xyz とても 長い`;
    assert.deepEqual(linesOf(notes([{ note }, { note: '' }], terminal(60))), [
      `profile ${'日本'.repeat(11)} and`,
      'a\u0308u\u0308xyz とても 長い',
      '',
    ]);
  });

  test('shows control characters instead of obeying them', () => {
    const text = table([{ title: 'A' }], [['a\x1b[2Jb\nc'], { note: '\x07' }], pipe);
    assert.deepEqual(linesOf(text).slice(1), ['a\\u{1b}[2Jb c', '\\u{7}']);
  });

  test('never is wider than the screen, whatever is in it', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '/', ' ', '…', '日', 'e\u0301', '🇩🇪'),
      maxLength: 200,
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, word)),
        word,
        fc.integer({ min: 60, max: 200 }),
        (rows, note, width) => {
          const cells = rows.map(([host, why]) => [host, why, '1']);
          const lines = linesOf(table(COLUMNS, [...cells, { note, indent: 4 }], terminal(width)));
          for (const line of lines) assert.ok(stringWidth(line) <= width, line);
        },
      ),
    );
  });
});

test('a shortened text keeps both its ends', () => {
  assert.equal(shorten('abcdefgh', 8), 'abcdefgh');
  assert.equal(shorten('abcdefgh', 7), 'abc…fgh');
  assert.equal(shorten('abcdefgh', 4), 'ab…h');
  assert.equal(shorten('abcdefgh', 1), '…');
  assert.equal(shorten('🗝🗝🗝🗝', 3), '🗝…🗝');
  assert.equal(shorten('日本語プロファイル', 18), '日本語プロファイル');
  assert.equal(shorten('日本語プロファイル', 17), '日本語プ…ファイル');
  assert.equal(shorten('日本語', 4), '日…');
  assert.equal(shorten('e\u0301'.repeat(4), 3), 'e\u0301…e\u0301');
  assert.equal(shorten('👩‍💻👨‍👩‍👧🇩🇪', 5), '👩‍💻…🇩🇪');
});

describe('a screen', () => {
  test('is 80 columns wide where it is no terminal, else as wide as the terminal, but at least 60', () => {
    assert.deepEqual(
      [pipe.width, terminal(132).width, terminal(40).width, terminal(0).width],
      [80, 132, 60, 80],
    );
    assert.deepEqual([pipe.height, terminal(80).height], [undefined, 24]);
  });

  const rows: readonly [string, boolean, Record<string, string>, boolean][] = [
    ['on a terminal', true, {}, true],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['not with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['on a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['not in a pipe', false, {}, false],
    ['in a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['not with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['not with both', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ];
  for (const [when, isTTY, env, isColoured] of rows) {
    test(`has colour ${when}: ${isColoured}`, () => {
      const screen = screenOf(Object.assign(new PassThrough(), { isTTY }), env);
      assert.equal(screen.paint('red', 'x'), isColoured ? '\x1b[31mx\x1b[39m' : 'x');
      const text = table([{ title: 'A' }], [[{ text: 'x', style: 'red' }]], screen);
      assert.equal(text.includes('\x1b'), isColoured);
    });
  }
});
