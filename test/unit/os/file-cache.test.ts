// Tests that a file is read again exactly if it has changed, and that no file can block or confuse the reader.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { command, commandText, type Hint } from '../../../src/hint.ts';
import { createFileCache, createSharedFileCache, withoutByteOrderMark } from '../../../src/os/file-cache.ts';

/** A clock by which new files are already old. */
const later = () => Date.now() + 60_000;

/** A folder, a path in it, and a cache that counts how often it parses. */
function createCache() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'file-cache-'));
  const parsed: string[] = [];
  const parse = (text: string, path: string) => {
    if (text === 'bad') throw new Error(`${path} is bad`);
    parsed.push(text);
    return { text };
  };
  const read = createFileCache({ parse, maxBytes: 1024 * 1024, irregular: 'refused' }, later);
  return { path: join(folder.path, 'file'), parsed, read, [Symbol.dispose]: () => folder.remove() };
}

describe('a file', () => {
  test('is parsed once while it stays as it is', () => {
    using cache = createCache();
    writeFileSync(cache.path, 'one');
    const first = cache.read(cache.path);
    assert.deepEqual(first, { text: 'one' });
    assert.equal(cache.read(cache.path), first);
    assert.deepEqual(cache.parsed, ['one']);
  });

  test('is checked when it is open, by what it is itself, and again where its mode has changed', () => {
    using cache = createCache();
    const seen: string[] = [];
    const check = (path: string, file: { mode: number }) => {
      seen.push((file.mode & 0o777).toString(8));
      if (seen.length > 1) return;
      // After the check, another file is put in its place.
      writeFileSync(`${path}.other`, 'other', { mode: 0o640 });
      renameSync(`${path}.other`, path);
    };
    const kind = { parse: (text: string) => text, maxBytes: 1024, irregular: 'refused', check } as const;
    const read = createFileCache(kind, later);
    writeFileSync(cache.path, 'one', { mode: 0o600 });
    assert.equal(read(cache.path), 'one');
    assert.equal(read(cache.path), 'other');
    read(cache.path);
    assert.deepEqual(seen, ['600', '640']);
    chmodSync(cache.path, 0o660);
    read(cache.path);
    assert.deepEqual(seen, ['600', '640', '660']);
  });

  test('is parsed again when it was rewritten with as many bytes', () => {
    using cache = createCache();
    writeFileSync(cache.path, 'one');
    utimesSync(cache.path, 1_000, 1_000);
    cache.read(cache.path);
    writeFileSync(cache.path, 'two');
    assert.deepEqual(cache.read(cache.path), { text: 'two' });
  });

  test('is parsed again when another was renamed to it, of the same size and time', () => {
    using cache = createCache();
    for (const [path, text] of [
      [cache.path, 'one'],
      [`${cache.path}.new`, 'two'],
    ] as const) {
      writeFileSync(path, text);
      utimesSync(path, 1_000, 1_000);
    }
    cache.read(cache.path);
    renameSync(`${cache.path}.new`, cache.path);
    assert.deepEqual(cache.read(cache.path), { text: 'two' });
  });

  test('is undefined while it is not there', () => {
    using cache = createCache();
    assert.equal(cache.read(cache.path), undefined);
    writeFileSync(cache.path, 'one');
    assert.deepEqual(cache.read(cache.path), { text: 'one' });
    rmSync(cache.path);
    assert.equal(cache.read(cache.path), undefined);
    assert.equal(cache.read(join(cache.path, 'below')), undefined);
  });

  test('is parsed again after a parse that failed', () => {
    using cache = createCache();
    writeFileSync(cache.path, 'bad');
    for (let time = 0; time < 2; time += 1) {
      assert.throws(() => cache.read(cache.path), { message: `${cache.path} is bad` });
    }
  });

  test('is kept apart from others, and of many only some are kept', () => {
    using cache = createCache();
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 100; index += 1) {
        writeFileSync(`${cache.path}${index}`, `${index}`);
        assert.deepEqual(cache.read(`${cache.path}${index}`), { text: `${index}` });
      }
    }
  });
});

describe('what is no readable file is refused by name', () => {
  test('a folder', () => {
    using cache = createCache();
    mkdirSync(cache.path);
    assert.throws(() => cache.read(cache.path), {
      code: 'config-invalid',
      message: `${cache.path} is not a regular file`,
      hint: { run: command`ls -ld ${cache.path}` },
    });
  });

  test('a pipe, and nothing is read from it', () => {
    using cache = createCache();
    execFileSync('mkfifo', [cache.path]);
    // With a limit, so that a reader that opens the pipe fails instead of waiting for ever.
    const writer = spawn('sh', ['-c', 'echo text > "$1"', 'sh', cache.path]);
    try {
      assert.throws(() => cache.read(cache.path), { message: `${cache.path} is not a regular file` });
    } finally {
      writer.kill();
    }
  });

  test('a link that leads to itself', () => {
    using cache = createCache();
    symlinkSync(cache.path, cache.path);
    assert.throws(() => cache.read(cache.path), {
      code: 'config-invalid',
      message: `cannot read ${cache.path} (ELOOP)`,
      hint: { run: command`ls -l ${cache.path}` },
    });
  });

  test('a file of which this user may read nothing', () => {
    using cache = createCache();
    writeFileSync(cache.path, 'one');
    chmodSync(join(cache.path, '..'), 0o711);
    chmodSync(cache.path, 0o000);
    const read = () => asOrdinaryUser(() => cache.read(cache.path));
    assert.throws(read, {
      code: 'config-invalid',
      message: `cannot read ${cache.path} (EACCES)`,
      hint: { run: command`ls -l ${cache.path}` },
    });
  });
});

describe('what is not UTF-8 is so by the commands of its hint', () => {
  const text = '[default]\n# é\n';
  const rows: readonly [string, Buffer][] = [
    ['UTF-16, the low byte first', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, the high byte first', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['Latin-1', Buffer.from(text, 'latin1')],
    ['a byte order mark', Buffer.from(`\uFEFF${text}`)],
  ];
  for (const [what, bytes] of rows) {
    test(what, () => {
      using cache = createCache();
      const path = join(cache.path, '..', "it's a file");
      const link = join(cache.path, '..', 'link');
      writeFileSync(path, bytes, { mode: 0o600 });
      symlinkSync(path, link);
      const hint = what === 'a byte order mark' ? withoutByteOrderMark(link) : hintAgainst(cache.read, link);
      for (let step: Hint | undefined = hint; step?.run !== undefined; step = step.next) {
        execFileSync('sh', ['-c', commandText(step.run)], { stdio: 'pipe' });
      }
      assert.deepEqual(cache.read(link), { text });
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.equal(statSync(path).mode & 0o777, 0o600);
      // The former content is kept, as secret as before.
      const kept = readdirSync(join(cache.path, '..')).filter((name) => name.startsWith('link.'));
      assert.deepEqual(
        kept.map((name) => readFileSync(join(cache.path, '..', name))),
        [bytes],
      );
      assert.equal(statSync(join(cache.path, '..', kept[0] ?? '')).mode & 0o777, 0o600);
    });
  }
});

function hintAgainst(read: (path: string) => unknown, path: string): Hint | undefined {
  try {
    read(path);
    return undefined;
  } catch (error) {
    return error instanceof XacctError ? error.hint : undefined;
  }
}

/** Root may read everything, so the call runs as another user. */
function asOrdinaryUser<T>(call: () => T): T {
  if (process.geteuid?.() !== 0) return call();
  process.seteuid?.(65_534);
  try {
    return call();
  } finally {
    process.seteuid?.(0);
  }
}

/**
 * A cache that reads files of more than ten bytes or three lines apart, also the first one if told so, with the result
 * of each such reading.
 */
function createShared(first?: { bytes: number; lines: number }) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'file-cache-'));
  const parse = (text: string) => ({ text });
  const apart: PromiseWithResolvers<{ text: string }>[] = [];
  const counts = { garbage: 0 };
  const read = createSharedFileCache(
    { parse, maxBytes: 20, irregular: 'refused' },
    {
      over: { bytes: 10, lines: 3 },
      ...(first && { first }),
      isLight: (text) => text !== 'heavy',
      onGarbage: () => {
        counts.garbage += 1;
      },
      parse: () => {
        const reading = Promise.withResolvers<{ text: string }>();
        apart.push(reading);
        return reading.promise;
      },
    },
    later,
  );
  return { path: join(folder.path, 'file'), apart, counts, read, [Symbol.dispose]: () => folder.remove() };
}

const LARGE = 'eleven bytes';

test('the first file may be larger before it is read apart, and no other', async () => {
  using shared = createShared({ bytes: 15, lines: 4 });
  const { path, apart, read } = shared;
  writeFileSync(path, LARGE);
  assert.deepEqual(read(path), { text: LARGE });
  writeFileSync(path, 'a large file 2');
  assert.ok(read(path) instanceof Promise);
  assert.equal(apart.length, 1);
  using other = createShared({ bytes: 15, lines: 4 });
  writeFileSync(other.path, `${LARGE}, five`);
  assert.ok(other.read(other.path) instanceof Promise);
});

test('what was written a moment ago is read again: it may be written once more with the same length and time', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'file-cache-'));
  const path = join(folder.path, 'file');
  writeFileSync(path, 'one');
  let now = Date.now();
  let parsed = 0;
  const parse = (text: string) => {
    parsed += 1;
    return { text };
  };
  const kind = { parse, maxBytes: 100, irregular: 'refused' } as const;
  const apart = {
    over: { bytes: 1, lines: 1 },
    isLight: () => false,
    parse: async () => parse('apart'),
    onGarbage: () => {},
  };
  const reads = [createFileCache(kind, () => now), createSharedFileCache(kind, apart, () => now)];
  for (const read of reads) {
    parsed = 0;
    for (const _ of [1, 2]) await read(path);
    assert.equal(parsed, 2);
    now += 10_000;
    for (const _ of [1, 2, 3]) await read(path);
    assert.equal(parsed, 3);
    now -= 10_000;
  }
});

test('a file of the system without an end is refused where its bound is', () => {
  const read = createFileCache({ parse: (text) => text, maxBytes: 1024 * 1024, irregular: 'refused' });
  assert.throws(() => read('/proc/self/pagemap'), {
    code: 'config-invalid',
    message: 'cannot read /proc/self/pagemap (it is larger than 1 MiB)',
  });
});

describe('a file that is shared', () => {
  test('is read at once where it is small, apart where it is large, and not at all where it is larger', () => {
    using cache = createShared();
    assert.equal(cache.read(cache.path), undefined);
    writeFileSync(cache.path, 'ten bytes!');
    assert.deepEqual(cache.read(cache.path), { text: 'ten bytes!' });
    assert.equal(cache.apart.length, 0);
    writeFileSync(cache.path, 'a\nb\nc');
    assert.deepEqual(cache.read(cache.path), { text: 'a\nb\nc' });
    assert.equal(cache.apart.length, 0);
    writeFileSync(cache.path, 'heavy');
    assert.ok(cache.read(cache.path) instanceof Promise, 'a small one that takes long');
    writeFileSync(cache.path, LARGE);
    assert.ok(cache.read(cache.path) instanceof Promise);
    writeFileSync(cache.path, 'more than twenty bytes');
    assert.throws(() => cache.read(cache.path), { code: 'config-invalid', message: /file is larger than/ });
    assert.equal(cache.apart.length, 2);
  });

  test('is read apart once for all who ask meanwhile, and kept until it changes', async () => {
    using cache = createShared();
    writeFileSync(cache.path, LARGE);
    const asked = [cache.read(cache.path), cache.read(cache.path)];
    cache.apart[0]?.resolve({ text: 'first' });
    assert.deepEqual(await Promise.all(asked), [{ text: 'first' }, { text: 'first' }]);
    assert.deepEqual(cache.read(cache.path), { text: 'first' }, 'and no promise any more');
    writeFileSync(cache.path, `${LARGE}!`);
    const again = cache.read(cache.path);
    cache.apart[1]?.resolve({ text: 'second' });
    assert.deepEqual(await again, { text: 'second' });
    assert.equal(cache.apart.length, 2);
    cache.counts.garbage = 0;
    writeFileSync(cache.path, 'small');
    assert.deepEqual(cache.read(cache.path), { text: 'small' });
    assert.equal(cache.counts.garbage, 1, 'the large one is let go');
    writeFileSync(cache.path, 'other');
    assert.deepEqual(cache.read(cache.path), { text: 'other' });
    assert.equal(cache.counts.garbage, 1);
  });

  test('that changes while it is read is read again', async () => {
    using cache = createShared();
    writeFileSync(cache.path, LARGE);
    const first = cache.read(cache.path);
    writeFileSync(cache.path, `${LARGE}!`);
    const second = cache.read(cache.path);
    cache.apart[1]?.resolve({ text: 'second' });
    await second;
    cache.apart[0]?.resolve({ text: 'first' });
    assert.deepEqual(await first, { text: 'first' });
    assert.deepEqual(cache.read(cache.path), { text: 'second' });
  });

  test('keeps what is wrong with it, and no failure to read it', async () => {
    using cache = createShared();
    writeFileSync(cache.path, LARGE);
    const late = cache.read(cache.path);
    cache.apart[0]?.reject(new XacctError('timeout', 'late'));
    await assert.rejects(async () => late, { code: 'timeout' });
    const wrong = cache.read(cache.path);
    cache.apart[1]?.reject(new XacctError('config-invalid', 'wrong'));
    await assert.rejects(async () => wrong, { code: 'config-invalid' });
    await assert.rejects(async () => cache.read(cache.path), { code: 'config-invalid' });
    assert.equal(cache.apart.length, 2);
  });
});

test('a file that is larger than may be read is refused in one line, before it is read', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'file-cache-'));
  const path = join(folder.path, 'sparse');
  writeFileSync(path, '');
  truncateSync(path, 400 * 1024 * 1024);
  const read = createFileCache({
    parse: () => assert.fail('read'),
    maxBytes: 1024 * 1024,
    irregular: 'refused',
  });
  assert.throws(() => read(path), {
    code: 'config-invalid',
    message: `${path} is larger than 1 MiB, which is the limit`,
  });
});
