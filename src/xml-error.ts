// Parses an error that a server wrote as XML: only its code and its message, because the rest may contain a signature.

export interface XmlError {
  code?: string;
  message?: string;
}

/** How much of an answer is searched. */
const MAX_CHARACTERS = 16_384;

/**
 * Accepts a code in an element of its own, as from S3 and the query protocol
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), or as the name of the root, as from AWS's
 * front ends (`<AccessDeniedException><Message>…`). Undefined for anything else, HTML included.
 */
export function parseXmlError(body: string): XmlError | undefined {
  const text = body
    .slice(0, MAX_CHARACTERS)
    .replace(/^\uFEFF/, '')
    .trimStart();
  const root = /^(?:<\?xml[^>]*>\s*)?<([A-Z]\w{0,100})[\s/>]/.exec(text)?.[1] ?? '';
  const element = (pattern: RegExp) => pattern.exec(text)?.[1]?.replace(ENTITY, decoded).trim();
  const named = /(?:Exception|Error|Failure|Unavailable)$/.test(root) && root !== 'Error' ? root : undefined;
  const code = element(/<[Cc]ode>([^<]*)<\/[Cc]ode>/) || named;
  const message = element(/<[Mm]essage>([^<]*)<\/[Mm]essage>/);
  return root === '' || root === 'HTML' || !code ? undefined : { code, ...(message && { message }) };
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
const ENTITY = /&(?:#(\d{1,7})|([a-z]{2,4}));/g;

function decoded(whole: string, number: string | undefined, name: string | undefined): string {
  if (name !== undefined) return ENTITIES[name] ?? whole;
  const code = Number(number);
  return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
}
