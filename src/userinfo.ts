// Hides the userinfo of URLs in texts: the part before the `@` of a host may be a password.

/** The text that replaces a secret. */
export const HIDDEN = '***';

/** Characters after which a new word may begin without a blank. A password is assumed not to contain them. */
const DELIMITERS = new Set('"\'`()[]{}<>,=|;');
/** `https%3A%2F%2FUSER%3APASSWORD%40HOST`, also if it is encoded twice. */
const ENCODED = /%(?:40|3a|2f|25)/gi;
const MAX_DECODINGS = 3;
const SUSPICIOUS = /[@?&]|:\/\/|%(?:25)*(?:40|3a)/i;
/** If a URL contains a blank, only quotes show where it ends. */
const QUOTED_URL = /(?<=["'])[a-z][a-z\d+.-]{0,20}:\/\/[^"'\n]*/gi;

/**
 * The text with `***` for the userinfo of any URL, with any characters in it, or of `USER:PASSWORD@HOST`, and for the
 * values of secret query parameters. Other texts with an `@` stay: ARNs and IDs of sessions, digests of images, mail
 * addresses, paths, places in files.
 */
export function withoutUserinfo(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(QUOTED_URL, (url) => (/\s/.test(url) ? withoutUrls(url) : url))
    .replace(/\S+/g, (word) => (SUSPICIOUS.test(word) ? hiddenIn(word, MAX_DECODINGS) : word));
}

/** For JSON.stringify: hides the userinfo in each text of a value. */
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

const QUERY_VALUE = /([?&])([^?&=\s"']{1,80})=([^&\s"'<>]+)/g;
const SECRET_PARAMETER = /token|secret|passw|key|signature|credential/i;

function withoutPlain(word: string): string {
  return withoutUrls(word).replace(QUERY_VALUE, (parameter, mark: string, name: string) =>
    SECRET_PARAMETER.test(name) ? `${mark}${name}=${HIDDEN}` : parameter,
  );
}

function withoutUrls(word: string): string {
  const start = word.indexOf('://') + 3;
  if (start < 3) return withoutAlone(word);
  return `${withoutAlone(word.slice(0, start - 3))}://${withoutAuthority(word.slice(start))}`;
}

/** The text after a colon that is not a port, up to a character that cannot be part of it. */
const NO_PORT = /^([^:/?#[\]@]*):(?!\d{0,5}(?:$|[^\p{L}\p{N}_~!$%&*+-]))[^/?#"'<>]+/u;

function withoutAuthority(url: string): string {
  const end = lastUserinfo(url);
  const before = url.slice(0, end);
  // A password may contain a slash that should have been encoded. Only without a colon is it certainly a path.
  if (end !== undefined && (before.includes(':') || !/[/?#]/.test(before)))
    return `${HIDDEN}${url.slice(end)}`;
  return url.replace(NO_PORT, `$1:${HIDDEN}`);
}

/** For a text without a scheme: exactly `USER:PASSWORD@HOST`. */
function withoutAlone(text: string): string {
  return text.replace(/[^"'`()[\]{}<>,=|;]+/g, (part) => {
    const end = lastUserinfo(part);
    return end !== undefined && isUserinfo(part.slice(0, end)) ? `${HIDDEN}${part.slice(end)}` : part;
  });
}

/** Neither a path nor a place in a file, as in `config.yaml:3:1:`. */
function isUserinfo(text: string): boolean {
  return /^(?!\/(?!\/))[^:]+:./.test(text) && !/^[^:]+:\d+:/.test(text) && !NAME.test(text);
}

/** The index of the last `@` that may follow userinfo. */
function lastUserinfo(word: string): number | undefined {
  let last: number | undefined;
  let begin = 0;
  for (let at = 0; at < word.length; at += 1) {
    if (DELIMITERS.has(word.charAt(at))) begin = at + 1;
    else if (word[at] === '@' && !isName(word, begin, at)) last = at;
  }
  return last;
}

/**
 * `arn:aws…`, `AROA…:SESSION`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
const NAME = /(?:^|:)(?:arn:aws|A(?:ROA|IDA)[A-Z0-9]{12,32}:)/;

/** Whether the `@` is part of a name: of an image's digest, or of a session with a mail address as its name. */
function isName(word: string, begin: number, at: number): boolean {
  return /^sha\d{3}:/.test(word.slice(at + 1, at + 8)) || NAME.test(word.slice(begin, begin + 60));
}
