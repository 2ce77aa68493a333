// Reads the body of an answer, of any server, up to a bound.
import type { Readable } from 'node:stream';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

/** Of an answer of AWS, or of what stands in for it on this machine: theirs have some kilobytes. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * The beginning of a body. Copied as it comes: a body that comes byte by byte would take a hundred times its size, and its time.
 * @throws the system's error where it ends before its end.
 */
export function readUpTo(body: Readable, most: number): Promise<{ bytes: Buffer; isCut: boolean }> {
  const kept = Buffer.alloc(most);
  let size = 0;
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      if (size > most) return;
      kept.set(chunk.subarray(0, most - size), size);
      size += chunk.length;
      if (size <= most) return;
      resolve({ bytes: kept, isCut: true });
      // With its connection.
      body.destroy();
    });
    body.once('end', () => resolve({ bytes: kept.subarray(0, size), isCut: false }));
    body.once('error', reject);
    body.once('close', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  });
}

/** All of a body. @throws XacctError `service` for one that is too large, which names the origin. */
export async function wholeBody(body: Readable, origin: string): Promise<Buffer> {
  const { bytes, isCut } = await readUpTo(body, MAX_ANSWER_BYTES);
  if (!isCut) return bytes;
  throw new XacctError('service', `${origin} answered with more than 1 MiB`, {
    hint: { say: 'to see what answers there', run: command`curl -sSi --max-filesize 1M ${origin}/` },
  });
}
