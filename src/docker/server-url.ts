// Parses the forms in which Docker and compatible programs name a registry to a credential helper.
import { HIDDEN } from '../userinfo.ts';

export interface ServerURL {
  /** `http` is a registry without TLS, which never receives a credential. */
  scheme: 'https' | 'http';
  /** Lower case; no port (the only one accepted is 443), no path. */
  hostname: string;
}

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const SEGMENT = '(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+';
// One strict grammar, and no second URL parser: if two parsers disagree, a credential can go to the wrong host (`new
// URL` reads `。`, fullwidth digits, `%2e` and `\` as part of a hostname).
const SPELLING = new RegExp(
  `^(?:(?<scheme>https?)://)?(?<hostname>${LABEL}(?:\\.${LABEL})+)(?::(?<port>\\d{1,5}))?(?:/${SEGMENT})*/?$`,
);

/**
 * https://www.rfc-editor.org/rfc/rfc9110#section-4.1 recommends at least 8,000 octets; a registry's name is much
 * shorter.
 */
const MAX_LENGTH = 4096;

/**
 * Reads `HOST`, `https://HOST`, `HOST:443`, `HOST/`, `HOST/repo/path` (go-containerregistry) and `http://HOST`.
 * Undefined for anything else: control bytes, userinfo, another port, percent signs, non-ASCII, queries.
 */
export function parseServerURL(text: string): ServerURL | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = SPELLING.exec(text);
  const { scheme, hostname, port } = match?.groups ?? {};
  if (hostname === undefined) return undefined;
  if (port !== undefined && port !== '443') return undefined;
  return { scheme: scheme === 'http' ? 'http' : 'https', hostname: hostname.toLowerCase() };
}

/**
 * As in `HOST/repo/path:tag@sha256:…`; a text with a scheme is not an image. Grammar:
 * github.com/distribution/reference.
 */
const IMAGE =
  /^(?!https?:)(?<name>[^/]+\/[^:@]+)(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@[A-Za-z0-9+._-]+:[0-9a-fA-F]{32,})?$/;

/** Parses what people write: every form of a server URL, or an image in the registry. Undefined for anything else. */
export function parseRegistryOrImage(text: string): ServerURL | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return parseServerURL(text) ?? parseServerURL(IMAGE.exec(text)?.groups?.name ?? '');
}

/**
 * Whether the text is one line of printable ASCII, which every helper reads in the same way. Some helpers would read a
 * line break as the start of a second server URL.
 */
export function isPlainServerURL(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[\x21-\x7e]+$/.test(text);
}

/**
 * For messages: removes everything before an `@`, because it may be a password. The `@` of an image's digest does not
 * count.
 */
export function shownServerURL(text: string): string {
  return text.replace(/^(https?:\/\/)?.*(?:@|%(?:25)*40)(?!sha\d+:)/s, `$1${HIDDEN}@`);
}

/**
 * Every part of a server URL that another parser might read as the hostname, in lower case: several if the URL has
 * userinfo, for example. Used only to keep our registries from other helpers, never to give out a credential.
 */
export function hostnamesIn(text: string): string[] {
  const decoded = text
    .slice(0, MAX_LENGTH)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const [first = '', second = ''] = decoded.split(/[/?#]+/).filter((part) => part !== '');
  // The first part is a scheme, or a hostname with an empty port.
  const authority = first.endsWith(':') ? `${first}${second}` : first;
  const names = authority.toLowerCase().match(/[a-z0-9.-]+/g) ?? [];
  return names.map((name) => name.replace(/^\.+|(?<!\.)\.+$/g, ''));
}
