// Counts the copies of a secret in another process's memory.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/**
 * How often a text is in the memory that a process may write to: as bytes, and as V8 stores strings with wide
 * characters. Needs root.
 */
export function copiesIn(pid: number, secret: string): number {
  const needles = [Buffer.from(secret), Buffer.from(secret, 'utf16le')];
  return writableMemory(pid).reduce(
    (sum, bytes) => sum + needles.reduce((count, needle) => count + countOf(bytes, needle), 0),
    0,
  );
}

function writableMemory(pid: number): Buffer[] {
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm);
    return [...maps].flatMap(([, from = '', to = '']) => {
      const start = Number.parseInt(from, 16);
      const bytes = Buffer.alloc(Number.parseInt(to, 16) - start);
      try {
        return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, start));
      } catch {
        // The kernel's own (vvar), or unmapped meanwhile.
        return [];
      }
    });
  } finally {
    closeSync(fd);
  }
}

function countOf(bytes: Buffer, needle: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) count += 1;
  return count;
}
