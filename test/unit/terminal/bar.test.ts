// Tests that a bar shows what remains, in characters that the terminal has.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { remainderBar } from '../../../src/terminal/bar.ts';
import { hintNotes } from '../../../src/terminal/hint-notes.ts';
import { screenOf } from '../../../src/terminal/screen.ts';
import { notes } from '../../../src/terminal/table.ts';

const screen = (env: Record<string, string>) => screenOf(new PassThrough(), env);
const UTF8 = screen({ LANG: 'en_US.UTF-8' });

test('A bar is full at the beginning, empty at the end, and never empty before.', () => {
  for (const [left, bar] of [
    [100, '██████████'],
    [120, '██████████'],
    [50, '█████░░░░░'],
    [1, '█░░░░░░░░░'],
    [0, '░░░░░░░░░░'],
  ] as const) {
    const cell = remainderBar(left, 100, 'left', UTF8);
    assert.equal(typeof cell === 'string' ? cell : cell.text, `${bar} left`);
  }
});

test('Little that is left is in another colour, and nothing in a third.', () => {
  const style = (left: number) => {
    const cell = remainderBar(left, 100, '', UTF8);
    return typeof cell === 'string' ? undefined : cell.style;
  };
  assert.deepEqual([style(90), style(20), style(0)], ['green', 'yellow', 'red']);
});

test('It is ASCII where the locale has no UTF-8, and on a dumb terminal; LC_ALL comes before LC_CTYPE and LANG.', () => {
  for (const [env, isUnicode] of [
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'C', LC_CTYPE: 'de_DE.UTF-8' }, true],
    [{ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'en_US.ISO-8859-1' }, false],
    [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, false],
    [{}, process.platform === 'win32'],
  ] as const) {
    assert.equal(screen(env).isUnicode, isUnicode, JSON.stringify(env));
  }
  const cell = remainderBar(50, 100, 'x', screen({}));
  assert.equal(typeof cell === 'string' ? cell : cell.text, '#####----- x');
});

test('A command stays in one line, however long it is; what is said of it goes before it then.', () => {
  const run = ['aws', 'configure', 'x'.repeat(80)];
  const shown = (say?: string) => notes(hintNotes({ run, ...(say && { say }) }, 2, UTF8), UTF8);
  assert.equal(shown(), `  run: ${run.join(' ')}\n`);
  assert.equal(shown('to write one'), `  To write one, run:\n    ${run.join(' ')}\n`);
  assert.equal(notes(hintNotes({ say: 'why', run: ['ls'] }, 2, UTF8), UTF8), '  why, run: ls\n');
});
