// Reads the body of a server's answer, up to a limit.
import type { Readable } from 'node:stream';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';

/** For answers of AWS, and of its endpoints on this machine: those have some kilobytes. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * The beginning of a body. Each chunk is copied: chunks of one byte would take a hundred times the memory.
 * @throws the system's error if the body ends early.
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
      // This also closes its connection.
      body.destroy();
    });
    body.once('end', () => resolve({ bytes: kept.subarray(0, size), isCut: false }));
    body.once('error', reject);
    body.once('close', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  });
}

/** The whole body. @throws XacctError `service` if it is too large; the message names the origin. */
export async function wholeBody(body: Readable, origin: string): Promise<Buffer> {
  const { bytes, isCut } = await readUpTo(body, MAX_ANSWER_BYTES);
  if (!isCut) return bytes;
  throw new XacctError('service', `${origin} answered with more than 1 MiB`, {
    hint: { say: 'to see what answers there', run: command`curl -sSi --max-filesize 1M ${origin}/` },
  });
}
