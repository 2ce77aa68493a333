// Reads all of stdin, with limits on size and time: a hostname, a credential, a request of the kubelet.
import type { Readable } from 'node:stream';
import { XacctError } from '../errors.ts';
import { MAX_FRAME_BYTES } from '../wire/codec.ts';

/**
 * Docker writes a line and closes stdin. A caller that does not close it is stuck, or is a person who expects a prompt.
 */
const STDIN_DEADLINE_MS = 30_000;

/** @throws XacctError `protocol` if stdin is too large, `timeout` if it does not end. */
export async function readStdin(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const unfinished = new XacctError('timeout', `stdin did not end within ${STDIN_DEADLINE_MS / 1_000} s`);
  const deadline = setTimeout(() => stdin.destroy(unfinished), STDIN_DEADLINE_MS);
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_FRAME_BYTES) {
        throw new XacctError('protocol', `stdin is larger than ${MAX_FRAME_BYTES / 1024} KiB`);
      }
    }
  } finally {
    clearTimeout(deadline);
  }
  return Buffer.concat(chunks).toString('utf8');
}
