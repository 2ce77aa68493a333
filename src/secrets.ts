// Hides known secrets in texts, in any encoding and any part that another program may repeat.
import { XacctError } from './errors.ts';
import type { Environment } from './invocation.ts';
import { HIDDEN } from './userinfo.ts';

export interface Secrets {
  /** Ignores a value that is not a text, or is short. */
  add(...values: unknown[]): void;
  /**
   * The text with `***` for every secret, and for every part of one with 16 characters or more. If there are more
   * secrets than the budget, the result is only `***`.
   */
  hide(text: string): string;
  /**
   * The error with its secrets hidden. `said`: names what is not shown if there are too many, as in `NAME failed; what
   * it printed`.
   */
  hideIn(error: XacctError, said: string): XacctError;
}

/** The maximum number of secrets, duplicates included, and of their characters in all: the time grows with both. */
interface SecretsBudget {
  readonly values: number;
  readonly characters: number;
}

/** For a process that does nothing else. AWS's tokens have a few kilobytes. */
const LARGE: SecretsBudget = { values: 1_024, characters: 24_576 };
/** For the daemon, which also has other callers waiting. */
export const SMALL_BUDGET: SecretsBudget = { values: 128, characters: 8_192 };

/** A run of this many characters that is also in a secret is not a coincidence. */
const PART = 16;
/** Every part contains a whole piece, wherever the part begins. */
const PIECE = PART / 2;
/** Shorter values are often ordinary words and numbers. */
const SHORTEST = 4;
/** A shorter secret is hidden only as a separate word: an MFA code may be part of an account's number. */
const SHORTEST_IN_A_WORD = 8;

export function createSecrets(values: Iterable<unknown>, budget = LARGE): Secrets {
  const known = new Set<string>();
  let left = budget.characters;
  let given = 0;
  let areTooMany = false;
  let forms: readonly string[] | undefined;
  const add = (value: unknown) => {
    if (areTooMany || typeof value !== 'string') return;
    given += 1;
    if (value.length < SHORTEST && given <= budget.values) return;
    left -= value.length <= left && known.has(value) ? 0 : costOf(value, left);
    areTooMany = left < 0 || given > budget.values;
    if (!areTooMany) known.add(value);
    forms = undefined;
  };
  // After too many secrets, the rest is not generated.
  for (const value of values) {
    add(value);
    if (areTooMany) break;
  }
  const hide = (text: string) => {
    if (areTooMany) return HIDDEN;
    forms ??= [...new Set([...known].flatMap(formsOf))];
    return withoutForms(text, forms);
  };
  return {
    add: (...more) => more.forEach(add),
    hide,
    hideIn(error, said) {
      if (!areTooMany) return error.withTexts(hide);
      const message = `${said} is not shown: it may contain a secret of your variables`;
      return new XacctError(error.code, message, {
        hint: { say: 'to see it, try again without the variables that you do not need' },
      });
    },
  };
}

/** The length of the encoded value. A value over the limit is not encoded. */
function costOf(value: string, left: number): number {
  if (value.length > left) return value.length;
  return encodeURIComponent(value.toWellFormed()).replaceAll("'", '&apos;').length;
}

function withoutForms(text: string, forms: readonly string[]): string {
  if (forms.length === 0) return text;
  const isHidden = new Uint8Array(text.length);
  markParts(text, forms, isHidden);
  for (const form of forms) if (form.length < PART) markWhole(text, form, isHidden);
  return replaced(text, isHidden);
}

/** The value itself, and its forms in URLs, HTML forms, JSON, XML and headers. */
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

/** The part of a longer base64 text that the value determines. It depends on the value's offset modulo three bytes. */
function base64Within(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  return all.subarray(offset === 0 ? 0 : 3, all.length - (all.length % 3)).toString('base64');
}

/** Compares the parts of the forms with those of the text. Linear in both, even if they repeat. */
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
/** A variable that names a place is not a secret. */
const PLACE_NAME = /_(?:FILE|PATH|DIR|URI|URL|ENDPOINT|NAME|ARN|REGION|HOST)$/i;
/** A longer value is not checked against `NO_SECRET`. */
const MAX_PLAIN = 500;
/** A word, an account, a region, an ARN, a hostname, a path: common in texts, and never a secret. */
const NO_SECRET =
  /^(?:[A-Za-z]?[a-z]{0,15}|[A-Z]{0,16}|\d{12}|[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}|arn:aws.*|(?:[a-z\d-]+\.){1,8}[a-z]{2,8}|[~.]{0,2}\/[a-z\d._/-]*)$/;

/**
 * The values of variables whose names mean a secret, except those that cannot be one, and the userinfo in URLs.
 * Generated one by one, because there may be more than the budget.
 */
export function* environmentSecrets(env: Environment): Generator<string> {
  for (const [name, value] of Object.entries(env)) {
    if (!value) continue;
    if (SECRET_NAME.test(name) && !PLACE_NAME.test(name)) {
      if (value.length >= SHORTEST_IN_A_WORD && (value.length > MAX_PLAIN || !NO_SECRET.test(value)))
        yield value;
    } else if (/url|proxy|uri|endpoint/i.test(name)) yield* userinfoOf(value);
  }
}

/** The variables without secrets, which may be kept after the answer. */
export function withoutSecrets(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || !environmentSecrets({ [name]: value }).next().done ? [] : [[name, value]],
    ),
  );
}

/** The userinfo of a URL, and each part that may be a password, both as written and decoded. */
export function* userinfoOf(url: string): Generator<string> {
  const start = url.indexOf('://');
  const at = url.lastIndexOf('@');
  if (at < 0) return;
  const userinfo = url.slice(start < 0 ? 0 : start + 3, at);
  yield userinfo;
  yield decoded(userinfo);
  const password = userinfo.slice(userinfo.indexOf(':') + 1);
  yield password;
  yield decoded(password);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
