// Makes a short digest of a secret, to compare it without keeping it.
import { sha256 } from '@noble/hashes/sha2.js';
import { readAndWipe } from '../os/wipe.ts';

/** AWS's session tokens have a few kilobytes. */
const MAX_KEY_BYTES = 8_192;

/**
 * SHA-256 in base64url. Not with node:crypto: its OpenSSL takes 3 MB in a daemon that needs nothing else of it. But for
 * texts longer than any key it is used, because they would take half a second without it.
 */
export function digest(text: string): string {
  const hash = (bytes: Buffer) =>
    bytes.length > MAX_KEY_BYTES
      ? process.getBuiltinModule('node:crypto').hash('sha256', bytes, 'buffer')
      : sha256(bytes);
  return Buffer.from(readAndWipe(Buffer.from(text), hash)).toString('base64url');
}
