// A short text for a secret, by which it can be compared and is not kept.
import { sha256 } from '@noble/hashes/sha2.js';
import { readAndWipe } from '../os/wipe.ts';

/** AWS's session tokens have a few kilobytes. */
const MAX_KEY_BYTES = 8_192;

/**
 * SHA-256 in base64url, of what must be compared and not kept. Not with node:crypto, whose OpenSSL takes 3 MB in a daemon that
 * needs nothing else of it; but for what no key is as long as, as that would take half a second.
 */
export function digest(text: string): string {
  const hash = (bytes: Buffer) =>
    bytes.length > MAX_KEY_BYTES
      ? process.getBuiltinModule('node:crypto').hash('sha256', bytes, 'buffer')
      : sha256(bytes);
  return Buffer.from(readAndWipe(Buffer.from(text), hash)).toString('base64url');
}
