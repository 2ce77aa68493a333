// Reads a file again only when it has changed: an edit takes effect at once, and a request costs one stat.
import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { devNull } from 'node:os';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import { limitError } from './limits.ts';
import { FileRefused, readBounded } from './small-file.ts';
import type { FileOwner } from './trusted-file.ts';
import { readAndWipe } from './wipe.ts';

/** Enough for all files that one user's shells name; more would be a leak. */
const MAX_FILES = 64;

/** How a kind of file is read. */
export interface CachedKind<T> {
  parse: (text: string, path: string) => T;
  /** Bytes: a larger file is refused before it is read. */
  maxBytes: number;
  /** What happens to anything but a regular file (a pipe, a folder). /dev/null is an empty file. */
  irregular: 'refused' | 'passed over';
  /**
   * Throws for a file that must not be read, by its owner and mode. It checks the opened file, and checks again when
   * these change.
   */
  check?: (path: string, file: FileOwner) => void;
}

/** How a large file is parsed while others wait. */
export interface Apart<T> {
  /** A file with more bytes or lines than these is parsed by `parse`. */
  over: { bytes: number; lines: number };
  /** Replaces `over` for the first file: at the start, all callers wait for the same file. */
  first?: { bytes: number; lines: number };
  /** Whether the text of a smaller file is parsed quickly. */
  isLight: (text: string) => boolean;
  parse: (path: string, size: number) => Promise<T>;
  /** Called when such a file leaves garbage: it was read, or is no longer kept. */
  onGarbage: () => void;
}

/**
 * A reader that parses the file at a path; undefined if there is no file. A failed parse is not kept.
 * @throws XacctError `config-invalid` if the file exists but cannot be read, is too large or is not UTF-8; `limit`; and
 * whatever `parse` throws.
 */
export function createFileCache<T>(kind: CachedKind<T>, now = Date.now): (path: string) => T | undefined {
  const cache = createCache<T>(now);
  return (path) => {
    const state = stateOf(path, kind);
    if (state === undefined || path === devNull) return cache.forget(path, state && kind.parse('', path));
    return cache.get(path, state) ?? cache.keep(path, state, kind.parse(read(path, kind), path));
  };
}

/**
 * A reader like that of `createFileCache`, but with a promise for a file that `apart` parses: one for all callers that
 * ask meanwhile. The fault of such a file is kept until the file changes.
 */
export function createSharedFileCache<T>(
  kind: CachedKind<T>,
  apart: Apart<T>,
  now = Date.now,
): (path: string) => T | undefined | Promise<T> {
  const cache = createCache<T | Promise<T>>(now, apart.onGarbage);
  let over = apart.first ?? apart.over;
  return (path) => {
    const state = stateOf(path, kind);
    if (state === undefined || path === devNull) return cache.forget(path, state && kind.parse('', path));
    const known = cache.get(path, state);
    if (known !== undefined) return known;
    const { bytes, lines } = over;
    over = apart.over;
    const text = state.size <= bytes ? read(path, kind) : undefined;
    if (text !== undefined && text.split('\n', lines + 1).length <= lines && apart.isLight(text)) {
      return cache.keep(path, state, kind.parse(text, path));
    }
    const reading = apart.parse(path, state.size);
    const isAwaited = () => cache.get(path, state) === reading;
    const began = now();
    reading.then(
      (parsed) => isAwaited() && cache.keep(path, state, parsed, { isApart: true, began }),
      (error) => {
        const isFault = error instanceof XacctError && /-invalid$/.test(error.code);
        if (!isFault && isAwaited()) cache.forget(path, undefined);
      },
    );
    return cache.keep(path, state, reading, { isApart: true });
  };
}

interface FileState {
  /** Changes when the file changes. */
  signature: string;
  /** Bytes. */
  size: number;
  /** Epoch ms, by the clock of its file system. */
  changed: number;
}

/** The coarsest clock of a file system, FAT's: two writes within this time may leave the same signature. */
export const TICK_MS = 2_000;

/**
 * A value read from a file that just changed is not kept, but a promise is: for all callers that ask during the read.
 */
function createCache<V>(now: () => number, onGarbage: () => void = () => {}) {
  const entries = new Map<string, { signature: string; value: V; isApart: boolean; isFresh: boolean }>();
  const drop = (path: string) => {
    if (entries.get(path)?.isApart) onGarbage();
    entries.delete(path);
  };
  return {
    get(path: string, { signature }: FileState): V | undefined {
      const entry = entries.get(path);
      return entry?.signature === signature && !entry.isFresh ? entry.value : undefined;
    },
    /** `began`: when the read began. */
    keep(
      path: string,
      { signature, changed }: FileState,
      value: V,
      { isApart = false, began = now() } = {},
    ): V {
      const isFresh = !(value instanceof Promise) && Math.abs(began - changed) < TICK_MS;
      drop(path);
      if (entries.size >= MAX_FILES) for (const other of entries.keys()) drop(other);
      entries.set(path, { signature, value, isApart, isFresh });
      return value;
    },
    forget<R>(path: string, result: R): R {
      drop(path);
      return result;
    },
  };
}

/** Undefined if there is no file. */
function stateOf(path: string, { irregular, maxBytes }: CachedKind<unknown>): FileState | undefined {
  if (path === devNull) return { signature: '', size: 0, changed: 0 };
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    // Anything else (a pipe, a folder) would block, or fail with an unclear error.
    if (!stat.isFile()) {
      if (irregular === 'passed over') return undefined;
      throw new XacctError('config-invalid', `${path} is not a regular file`, {
        hint: { run: command`ls -ld ${path}` },
      });
    }
    if (stat.size > maxBytes) throw tooLarge(path, maxBytes);
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = stat;
    const signature = `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
    return { signature, size: Number(size), changed: Number(ctimeMs) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function tooLarge(path: string, maxBytes: number): XacctError {
  const most = maxBytes / (1024 * 1024);
  return new XacctError('config-invalid', `${path} is larger than ${most} MiB, which is the limit`, {
    hint: { run: command`ls -l ${path}` },
  });
}

/** The file may have been replaced since `stateOf`, so `check` sees the opened file. */
function read(path: string, { maxBytes, check }: CachedKind<unknown>): string {
  let bytes: Buffer;
  try {
    bytes = readBounded(path, maxBytes, (opened) => check?.(path, opened));
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!isUtf8(bytes)) throw notUtf8(path, bytes);
  return readAndWipe(bytes, String);
}

function notUtf8(path: string, bytes: Buffer): XacctError {
  if (['fffe', 'feff'].includes(bytes.toString('hex', 0, 2))) {
    return new XacctError('config-invalid', `${path}:1: the file is UTF-16, not UTF-8`, {
      hint: inUtf8(path, 'UTF-16'),
    });
  }
  const lines = bytes.toString('latin1').split('\n');
  const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, 'latin1'))) + 1;
  return new XacctError('config-invalid', `${path}:${line}: the file is not UTF-8`, {
    hint: { say: 'if it is Latin-1, for example', ...inUtf8(path, 'ISO-8859-1') },
  });
}

/** Only GNU's iconv has `-o`. The file keeps its mode and links; the old content is in a copy beside it. */
function inUtf8(path: string, encoding: string): Hint {
  const before = `${path}.${encoding.toLowerCase()}`;
  const convert = `iconv -f ${encoding} -t UTF-8 "$0" >"$1"`;
  return {
    run: command`cp -p ${path} ${before}`,
    next: { run: command`sh -c ${convert} ${before} ${path}` },
  };
}

/** As above. BSD's sed does not know `\xef`, and its `-i` differs from GNU's. */
export function withoutByteOrderMark(path: string): Hint {
  const before = `${path}.bom`;
  return {
    run: command`cp -p ${path} ${before}`,
    next: { run: command`dd bs=1 skip=3 if=${before} of=${path}` },
  };
}

function unreadable(path: string, error: unknown): XacctError {
  if (error instanceof XacctError) return error;
  const what = `cannot read ${path}`;
  const why = error instanceof FileRefused ? error.message : errnoOf(error);
  const refused = new XacctError('config-invalid', `${what} (${why})`, {
    hint: { run: command`ls -l ${path}` },
    cause: error,
  });
  return limitError(what, error) ?? refused;
}

/** The system's error code, as in ENOENT, else the error's text. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
