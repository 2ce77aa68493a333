// Tests what a watch draws, when it ends, and that it restores the terminal.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { screenOf } from '../../../src/terminal/screen.ts';
import { watch } from '../../../src/terminal/watch.ts';

/** A fake terminal with keys and a window; `raw` records each change of its mode. */
function createTerminal(rows = 24) {
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => raw.push(isRaw),
  });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows });
  const shown = () => text(stdout.end());
  return { stdin, stdout, raw, shown, screen: () => screenOf(stdout, {}) };
}

describe('a watch on a terminal', () => {
  for (const key of ['q', 'Q', '\x03']) {
    test(`ends with ${JSON.stringify(key)}, and gives keys, screen and signals back`, async () => {
      const { stdin, stdout, raw, shown, screen } = createTerminal();
      const listeners = process.listenerCount('SIGINT');
      let draws = 0;
      const pause = async () => {
        if (draws === 2) stdin.write(key);
        await new Promise(setImmediate);
      };
      await watch(async () => `draw ${++draws}\n`, { stdin, stdout }, screen, pause);
      const end = '\x1b[K\r\n';
      const page = (draw: number) => `\x1b[Hdraw ${draw}${end}${end}q or Ctrl-C ends it.${end}\x1b[J`;
      assert.equal(await shown(), `\x1b[?1049h\x1b[?25l${page(1)}${page(2)}\x1b[?25h\x1b[?1049l`);
      assert.deepEqual(raw, [true, false]);
      assert.equal(process.listenerCount('SIGINT'), listeners);
    });
  }

  test('ends at once while something is being asked', { timeout: 60_000 }, async () => {
    const { stdin, stdout, raw, screen } = createTerminal();
    const never = () => {
      stdin.write('q');
      return new Promise<string>(() => {});
    };
    await watch(never, { stdin, stdout }, screen);
    assert.deepEqual(raw, [true, false]);
  });

  test('gives the terminal back also where drawing fails', async () => {
    const { stdin, stdout, raw, shown, screen } = createTerminal();
    const failing = () => {
      throw new Error('no');
    };
    await assert.rejects(watch(failing, { stdin, stdout }, screen), { message: 'no' });
    assert.ok((await shown()).endsWith('\x1b[?25h\x1b[?1049l'));
    assert.deepEqual(raw, [true, false]);
  });

  test('scrolls by its keys what the window is too low for, at once, and says where it is', async () => {
    const { stdin, stdout, shown, screen } = createTerminal(5);
    const text = '1\n2\n3\n4\n5\n6\n';
    const moves: [string, string][] = [
      ['\x1b[B', '2-3'],
      ['j', '3-4'],
      ['\x1b[A', '2-3'],
      ['G', '5-6'],
      ['j', '5-6'],
      ['\x1b[5~', '4-5'],
      ['g', '1-2'],
      ['k', '1-2'],
      [' \x1bOB', '3-4'],
    ];
    const pause = async () => {
      for (const [keys] of moves) stdin.write(keys);
      stdin.write('q');
      await new Promise(setImmediate);
    };
    await watch(async () => text, { stdin, stdout }, screen, pause);
    const pages = (await shown()).split('\x1b[H').slice(1);
    const places = pages.map((page) => /Lines (\d-\d) of 6\./.exec(page)?.[1]);
    const expected = moves.flatMap(([keys, place]) => (keys === ' \x1bOB' ? ['2-3', place] : [place]));
    assert.deepEqual(places, ['1-2', ...expected]);
    for (const [index, page] of pages.entries()) {
      const lines: string = (places[index] ?? '').replace('-', '\x1b[K\r\n');
      assert.ok(page.startsWith(`${lines}\x1b[K\r\n\x1b[K\r\nLines `), page);
    }
  });

  test('is drawn anew for another window, and shows no place that is there no more', async () => {
    const { stdin, stdout, shown, screen } = createTerminal(5);
    let draws = 0;
    const pause = async (signal: AbortSignal) => {
      if (draws > 1) return void stdin.write('q');
      stdin.write('G');
      await new Promise(setImmediate);
      stdout.rows = 24;
      stdout.columns = 100;
      stdout.emit('resize');
      assert.ok(signal.aborted);
    };
    const draw = async () => `${++draws}, ${screen().width} columns\nb\nc\nd\n`;
    await watch(draw, { stdin, stdout }, screen, pause);
    const pages = (await shown()).split('\x1b[H').slice(1);
    assert.match(pages[1] ?? '', /^c.*\r\nd.*\r\n.*\r\nLines 3-4 of 4\./);
    assert.match(pages[2] ?? '', /^2, 100 columns.*\r\nb.*\r\nc.*\r\nd.*\r\n.*\r\nq or Ctrl-C ends it\./);
    assert.equal(stdout.listenerCount('resize'), 0);
  });
});

test('a watch that is not drawn in place prints one text after another, and leaves the keys alone', async () => {
  const { stdin, stdout, raw, shown } = createTerminal();
  let draws = 0;
  const pause = async () => {
    if (draws === 2) process.emit('SIGTERM');
  };
  await watch(async () => `draw ${++draws}\n`, { stdin, stdout }, undefined, pause);
  assert.equal(await shown(), 'draw 1\ndraw 2\n');
  assert.deepEqual(raw, []);
});

test('a watch ends when its output is no longer read', async () => {
  const { stdin, stdout } = createTerminal();
  stdout.on('error', () => {});
  const pause = async () => {
    stdout.destroy(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    await new Promise(setImmediate);
  };
  await watch(async () => 'draw\n', { stdin, stdout }, undefined, pause);
  assert.ok(stdout.destroyed);
});
