// What every secret of the fake AWS has in it, so that one search finds any of them if none may be.

/** In base64, what a token's payload begins with: a token has its payload in base64. */
export const CANARY_PAYLOAD = 'a+canary/';

/**
 * Letters only, so that JSON and URLs leave them as they are. Shorter than the pieces of a known secret that the
 * product hides: what it knows of one secret hides no other.
 */
export const CANARY = Buffer.from(CANARY_PAYLOAD).toString('base64');
