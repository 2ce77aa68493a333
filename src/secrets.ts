// Hides known secrets in texts, in whatever form and part another program repeats them.
import type { Environment } from './invocation.ts';
import { HIDDEN } from './userinfo.ts';

export interface Secrets {
  /** Nothing of what is no text, or a short one. */
  add(...values: unknown[]): void;
  /** The same text with `***` for every secret, and for every part of one that has 16 characters or more. */
  hide(text: string): string;
}

/** So many characters in a row that are also in a secret are no chance. */
const PART = 16;
/** Every part has one of these whole, wherever it begins. */
const PIECE = PART / 2;
/** AWS's tokens have a few kilobytes. What is longer is known by its beginning, and there is an end to what is looked for. */
const MAX_CHARACTERS = 8_192;
const MAX_ALL_CHARACTERS = 24_576;
/** Shorter ones are words and numbers of every text. */
const SHORTEST = 4;
/** Shorter ones are hidden only where they stand alone: an MFA code may be a part of an account's number. */
const SHORTEST_IN_A_WORD = 8;

export function createSecrets(...values: unknown[]): Secrets {
  const known = new Set<string>();
  let left = MAX_ALL_CHARACTERS;
  const add: Secrets['add'] = (...more) => {
    for (const value of more) {
      const kept = typeof value === 'string' ? value.slice(0, Math.min(MAX_CHARACTERS, left)) : '';
      if (kept.length < SHORTEST || known.has(kept)) continue;
      known.add(kept);
      left -= kept.length;
    }
  };
  add(...values);
  return {
    add,
    hide(text) {
      if (known.size === 0) return text;
      const forms = [...new Set([...known].flatMap(formsOf))];
      const isHidden = new Uint8Array(text.length);
      markParts(text, forms, isHidden);
      for (const form of forms) if (form.length < PART) markWhole(text, form, isHidden);
      return replaced(text, isHidden);
    },
  };
}

/** As it is, and as URLs, forms, JSON, XML and headers have it. */
function formsOf(value: string): string[] {
  const whole = value.toWellFormed();
  const percent = encodeURIComponent(whole);
  const strict = percent.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  const bytes = Buffer.from(whole);
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset));
  return [
    value,
    ...[
      percent,
      strict,
      percent.replaceAll('%20', '+'),
      `${new URLSearchParams([['', whole]])}`.slice(1),
    ].flatMap((form) => [
      form,
      form.replace(/%../g, (code) => code.toLowerCase()),
      form.replace(/%../g, (code) => code.toUpperCase()),
      encodeURIComponent(form),
    ]),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
    ...["'", '&apos;', '&#39;'].flatMap((single) =>
      ['"', '&quot;', '&#34;'].map((double) => xmlOf(value, { "'": single, '"': double })),
    ),
    ...[bytes.toString('base64'), ...base64].flatMap((form) => [
      form,
      form.replaceAll('+', '-').replaceAll('/', '_'),
      encodeURIComponent(form),
    ]),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ].filter((form) => form.length >= SHORTEST);
}

function xmlOf(value: string, quotes: Readonly<Record<string, string>>): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', ...quotes };
  return value.replace(/[&<>'"]/g, (character) => entities[character] ?? character);
}

/** What it causes in the base64 of something that it is part of: that depends on its distance from a multiple of three bytes. */
function base64Within(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  return all.subarray(offset === 0 ? 0 : 3, all.length - (all.length % 3)).toString('base64');
}

/** Looks the parts of the forms up among those of the text: linear in both, whatever repeats itself in them. */
function markParts(text: string, forms: readonly string[], isHidden: Uint8Array): void {
  const pieces = new Set(slices(text, PIECE, 1));
  const near = forms.filter((form) => slices(form, PIECE, PIECE).some((piece) => pieces.has(piece)));
  if (near.length === 0) return;
  const parts = new Set(slices(text, PART, 1));
  const common = new Set(near.flatMap((form) => slices(form, PART, 1).filter((part) => parts.has(part))));
  for (let at = 0; at + PART <= text.length; at += 1) {
    if (common.has(text.slice(at, at + PART))) isHidden.fill(1, at, at + PART);
  }
}

function slices(text: string, length: number, step: number): string[] {
  const all: string[] = [];
  for (let at = 0; at + length <= text.length; at += step) all.push(text.slice(at, at + length));
  return all;
}

const WORD = /[\p{L}\p{N}]/u;

function markWhole(text: string, form: string, isHidden: Uint8Array): void {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    const end = at + form.length;
    const isAlone = !WORD.test(text.charAt(at - 1)) && !WORD.test(text.charAt(end));
    if (isAlone || form.length >= SHORTEST_IN_A_WORD) isHidden.fill(1, at, end);
  }
}

function replaced(text: string, isHidden: Uint8Array): string {
  let shown = '';
  for (let at = 0; at < text.length; ) {
    const end = endOfRun(isHidden, at);
    shown += isHidden[at] === 1 ? HIDDEN : text.slice(at, end);
    at = end;
  }
  return shown;
}

function endOfRun(marks: Uint8Array, start: number): number {
  const end = marks.indexOf(marks[start] === 1 ? 0 : 1, start);
  return end < 0 ? marks.length : end;
}

const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_?KEY/i;
/** What names a place is none. */
const PLACE_NAME = /(?:_FILE|_PATH|_DIR|_URI|_URL|_ENDPOINT)$/i;

/** The values of a caller's variables that are secrets by their names, and the userinfo of those that are URLs; the shortest first. */
export function environmentSecrets(env: Environment): string[] {
  const secrets = Object.entries(env).flatMap(([name, value]) => {
    if (!value) return [];
    if (SECRET_NAME.test(name) && !PLACE_NAME.test(name)) return [value];
    return /url|proxy|uri|endpoint/i.test(name) ? userinfoOf(value) : [];
  });
  return secrets.sort((one, other) => one.length - other.length);
}

/** The userinfo of a URL, and each part of it that may be a password, as they are written and as they are meant. */
export function userinfoOf(url: string): string[] {
  const start = url.indexOf('://');
  const at = url.lastIndexOf('@');
  if (at < 0) return [];
  const userinfo = url.slice(start < 0 ? 0 : start + 3, at);
  const password = userinfo.slice(userinfo.indexOf(':') + 1);
  return [userinfo, password].flatMap((one) => [one, decoded(one)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
