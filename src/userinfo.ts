// Takes the userinfo out of URLs in texts: what is before the `@` of a host may be a password.

/** What is shown in place of a secret. */
export const HIDDEN = '***';

/** Where another word may begin without a blank before it: not in a password, as far as a reader can tell. */
const DELIMITERS = new Set('"\'`()[]{}<>,=|;');
/** `https%3A%2F%2FUSER%3APASSWORD%40HOST`, also encoded once more. */
const ENCODED = /%(?:40|3a|2f|25)/gi;
const MAX_DECODINGS = 3;

/**
 * The same text with `***` for the userinfo of whatever is a URL or looks like `USER:PASSWORD@HOST`, whichever characters are in
 * it but blanks. What has an `@` and is none stays: ARNs and IDs of sessions, digests of images, mail addresses, paths.
 */
export function withoutUserinfo(text: string): string {
  if (!/@|%(?:25)*40/.test(text)) return text;
  return text.replace(/\S+/g, (word) => (/@|%(?:25)*40/.test(word) ? hiddenIn(word, MAX_DECODINGS) : word));
}

/** For JSON.stringify: each text of a value, without. */
export function shownValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? withoutUserinfo(value) : value;
}

function hiddenIn(word: string, decodings: number): string {
  const shown = withoutPlain(word);
  const decoded = shown.replace(ENCODED, (code) => decodeURIComponent(code));
  if (decoded === shown || decodings === 0) return shown;
  const again = hiddenIn(decoded, decodings - 1);
  return again === decoded ? shown : again;
}

function withoutPlain(word: string): string {
  const end = lastUserinfo(word);
  const start = end === undefined ? undefined : startOf(word.slice(0, end));
  return start === undefined ? word : `${word.slice(0, start)}${HIDDEN}${word.slice(end)}`;
}

/** Where the last `@` is that may have userinfo before it. */
function lastUserinfo(word: string): number | undefined {
  let last: number | undefined;
  let begin = 0;
  for (let at = 0; at < word.length; at += 1) {
    if (DELIMITERS.has(word.charAt(at))) begin = at + 1;
    else if (word[at] === '@' && !isName(word, begin, at)) last = at;
  }
  return last;
}

/** `AROA…:SESSION`. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const UNIQUE_ID = /^A(?:ROA|IDA)[A-Z0-9]{12,32}:/;

/** Whether the `@` is part of a name: of an image's digest, or of a session that is named after a mail address. */
function isName(word: string, begin: number, at: number): boolean {
  if (word.startsWith('sha256:', at + 1) || word.startsWith('sha512:', at + 1)) return true;
  return word.startsWith('arn:aws', begin) || UNIQUE_ID.test(word.slice(begin, begin + 40));
}

/** Where the userinfo begins in what is before its `@`; undefined where there is none. */
function startOf(before: string): number | undefined {
  const scheme = before.indexOf('://');
  const colon = before.indexOf(':', scheme < 0 ? 0 : scheme + 3);
  if (scheme >= 0) {
    const start = scheme + 3;
    // A password may have a slash in it that should be encoded: only where there is no colon, it is surely a path.
    return colon >= 0 || !/[/?#]/.test(before.slice(start)) ? start : undefined;
  }
  if (colon < 0) return undefined;
  let start = colon;
  while (start > 0 && !DELIMITERS.has(before.charAt(start - 1))) start -= 1;
  const isPath = before[start] === '/' && before[start + 1] !== '/';
  return isPath ? undefined : start;
}
