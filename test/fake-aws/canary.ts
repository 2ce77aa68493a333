// A text that every secret of the fake AWS contains, so that one search finds a leak of any of them.

/** The beginning of a token's payload, in base64. */
export const CANARY_PAYLOAD = 'a+canary/';

/**
 * Letters only, so that JSON and URLs do not change them. Shorter than the pieces of a known secret that the product
 * hides, so that hiding one secret hides no other.
 */
export const CANARY = Buffer.from(CANARY_PAYLOAD).toString('base64');
