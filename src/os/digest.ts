// SHA-256 of a text, for what must be compared and not kept.
import { sha256 } from '@noble/hashes/sha2.js';

/** In base64url. Not with node:crypto, whose OpenSSL takes 3 MB in a daemon that needs nothing else of it. */
export function digest(text: string): string {
  return Buffer.from(sha256(Buffer.from(text))).toString('base64url');
}
