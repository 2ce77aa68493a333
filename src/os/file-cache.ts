// Reads a file again only when it has changed, so that an edit counts at once and an answer costs one stat.
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import { limitError } from './limits.ts';

/** Enough for every set of files that one user's shells name; more would be a leak. */
const MAX_FILES = 64;

/**
 * A reader that parses the file at a path, and undefined where there is none. A failed parse is not kept. /dev/null is an empty
 * file; `irregular` is what becomes of another one that is none: a pipe, a folder.
 * @throws XacctError `config-invalid` where the file is there but cannot be read or is not UTF-8; `limit`; and whatever `parse`
 * throws.
 */
export function createFileCache<T>(
  parse: (text: string, path: string) => T,
  irregular: 'refused' | 'passed over' = 'refused',
): (path: string) => T | undefined {
  const cache = new Map<string, { signature: string; value: T }>();
  return (path) => {
    if (path === devNull) return parse('', path);
    const signature = signatureOf(path, irregular);
    if (signature === undefined) {
      cache.delete(path);
      return undefined;
    }
    const cached = cache.get(path);
    if (cached?.signature === signature) return cached.value;
    const value = parse(read(path), path);
    if (cache.size >= MAX_FILES) cache.clear();
    cache.set(path, { signature, value });
    return value;
  };
}

function signatureOf(path: string, irregular: 'refused' | 'passed over'): string | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    // Anything else (a pipe, a folder) would block or fail in ways that name nothing.
    if (!stat.isFile()) {
      if (irregular === 'passed over') return undefined;
      throw new XacctError('config-invalid', `${path} is not a regular file`, {
        hint: { run: command`ls -ld ${path}` },
      });
    }
    return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function read(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!isUtf8(bytes)) throw notUtf8(path, bytes);
  return bytes.toString();
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
    hint: { say: 'where it is Latin-1, for example', ...inUtf8(path, 'ISO-8859-1') },
  });
}

/** GNU's iconv alone has `-o`. The file stays itself, with its mode and its links; what it was is beside it. */
function inUtf8(path: string, encoding: string): Hint {
  const before = `${path}.${encoding.toLowerCase()}`;
  const convert = `iconv -f ${encoding} -t UTF-8 "$0" >"$1"`;
  return {
    run: command`cp -p ${path} ${before}`,
    next: { run: command`sh -c ${convert} ${before} ${path}` },
  };
}

/** As above; BSD's sed knows no `\xef`, and its `-i` is another than GNU's. */
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
  const refused = new XacctError('config-invalid', `${what} (${errnoOf(error)})`, {
    hint: { run: command`ls -l ${path}` },
    cause: error,
  });
  return limitError(what, error) ?? refused;
}

/** As in ENOENT: what the system calls it, else all that is known. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
