// Reads a whole file of a few kilobytes: never a pipe, which may not end, and never more than a limit.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

/** Why this program, and not the system, refused to read a file. The message is for people, as in `it is a pipe`. */
export class FileRefused extends Error {}

/** @throws FileRefused; the system's error. */
export function readSmallFile(
  path: string,
  { maxBytes = MAX_BYTES, encoding = 'utf8' }: { maxBytes?: number; encoding?: BufferEncoding } = {},
): string {
  return readBounded(path, maxBytes).toString(encoding);
}

/**
 * Reads the file as bytes. A system file (`/proc`) may be longer than its size says, or endless. `check` gets the stat
 * of the opened file. @throws FileRefused; the system's error; what `check` throws.
 */
export function readBounded(path: string, maxBytes: number, check?: (opened: Stats) => void): Buffer {
  // Opening a pipe without a writer would block. (Windows has no such flag.)
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(fd);
    check?.(stat);
    if (stat.isDirectory()) throw new FileRefused('it is a folder');
    if (stat.isFIFO()) throw new FileRefused('it is a pipe');
    const chunks: Buffer[] = [];
    // For a file that does not grow, one chunk is enough, with one byte to see its end.
    const first = stat.size === 0 ? CHUNK_BYTES : Math.min(stat.size, maxBytes) + 1;
    for (let [size, room] = [0, first]; ; room = CHUNK_BYTES) {
      const chunk = Buffer.alloc(room);
      const read = readSync(fd, chunk, 0, room, null);
      size += read;
      if (size > maxBytes) throw new FileRefused(`it is larger than ${maxBytes / 1024 / 1024} MiB`);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

const CHUNK_BYTES = 64 * 1024;

/** Why a file cannot be read, in words or as the system's error code. */
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
