// Reads a file of a few kilobytes whole: never a pipe, whose end may not come, and never more than a bound.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

/** Why a file was not read, which the system had nothing against; its message is for people, as in `it is a pipe`. */
export class FileRefused extends Error {}

/** @throws FileRefused; the system's error. */
export function readSmallFile(
  path: string,
  { maxBytes = MAX_BYTES, encoding = 'utf8' }: { maxBytes?: number; encoding?: BufferEncoding } = {},
): string {
  // A pipe that is open at no other end would be waited for. (Windows has no such flag.)
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw new FileRefused('it is a folder');
    if (stat.isFIFO()) throw new FileRefused('it is a pipe');
    const bytes = Buffer.alloc(maxBytes + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read) {
      read = readSync(fd, bytes, size, bytes.length - size, null);
    }
    if (size > maxBytes) throw new FileRefused(`it is larger than ${maxBytes / 1024 / 1024} MiB`);
    return bytes.toString(encoding, 0, size);
  } finally {
    closeSync(fd);
  }
}

/** Why a file cannot be read, in words or as the system's code. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof FileRefused) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return WHY[code] ?? code;
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
};
