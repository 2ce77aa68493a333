// Owns the proof of what a watch draws, when it ends, and that it gives back what it took.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { screenOf } from '../../../src/terminal/screen.ts';
import { watch } from '../../../src/terminal/watch.ts';

/** A terminal whose keys and window are ours; `raw` has each change of its mode. */
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

  test('cuts what the window is too low for, and says so', async () => {
    const { stdin, stdout, shown, screen } = createTerminal(5);
    const pause = async () => {
      stdin.write('q');
      await new Promise(setImmediate);
    };
    await watch(async () => '1\n2\n3\n4\n5\n', { stdin, stdout }, screen, pause);
    const page = await shown();
    assert.ok(
      page.includes('\x1b[H1\x1b[K\r\n2\x1b[K\r\n3\x1b[K\r\n… (the window is too low)\x1b[K\r\n\x1b[J'),
      page,
    );
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

test('a watch ends when nobody reads it any more', async () => {
  const { stdin, stdout } = createTerminal();
  stdout.on('error', () => {});
  const pause = async () => {
    stdout.destroy(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    await new Promise(setImmediate);
  };
  await watch(async () => 'draw\n', { stdin, stdout }, undefined, pause);
  assert.ok(stdout.destroyed);
});
