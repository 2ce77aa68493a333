// Hides known secrets in texts, in whatever form and part another program repeats them.
import { XacctError } from './errors.ts';
import type { Environment } from './invocation.ts';
import { HIDDEN } from './userinfo.ts';

export interface Secrets {
  /** Nothing of what is no text, or a short one. */
  add(...values: unknown[]): void;
  /**
   * The same text with `***` for every secret, and for every part of one that has 16 characters or more; nothing of the text
   * where there are more secrets than are looked for.
   */
  hide(text: string): string;
  /** The same error without them; `said`: what is not shown where there are too many, as in `NAME failed; what it printed`. */
  hideIn(error: XacctError, said: string): XacctError;
}

/** How many may be given, equal ones included, and how many characters they may have in all: the time grows with both. */
interface SecretsBudget {
  readonly values: number;
  readonly characters: number;
}

/** For a process of its own, which has nothing else to do. AWS's tokens have a few kilobytes. */
const LARGE: SecretsBudget = { values: 1_024, characters: 24_576 };
/** For the daemon, which others wait for as well. */
export const SMALL_BUDGET: SecretsBudget = { values: 128, characters: 8_192 };

/** So many characters in a row that are also in a secret are no chance. */
const PART = 16;
/** Every part has one of these whole, wherever it begins. */
const PIECE = PART / 2;
/** Shorter ones are words and numbers of every text. */
const SHORTEST = 4;
/** Shorter ones are hidden only where they stand alone: an MFA code may be a part of an account's number. */
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
  // What comes after too many is not even made.
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

/** As many characters as it has where it is encoded. Of what is too long at once, that is not even looked at. */
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
const PLACE_NAME = /_(?:FILE|PATH|DIR|URI|URL|ENDPOINT|NAME|ARN|REGION|HOST)$/i;
/** Longer ones are looked at no closer. */
const MAX_PLAIN = 500;
/** A word, an account, a region, an ARN, a hostname, a path: every text has those, and no secret is one. */
const NO_SECRET =
  /^(?:[A-Za-z]?[a-z]{0,15}|[A-Z]{0,16}|\d{12}|[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}|arn:aws.*|(?:[a-z\d-]+\.){1,8}[a-z]{2,8}|[~.]{0,2}\/[a-z\d._/-]*)$/;

/**
 * The values of a caller's variables that are secrets by their names and can be one, and the userinfo of those that are URLs.
 * One after the other: there may be more than are looked for.
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

/** The variables that have none of them: what is kept longer than it takes to answer. */
export function withoutSecrets(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || !environmentSecrets({ [name]: value }).next().done ? [] : [[name, value]],
    ),
  );
}

/** The userinfo of a URL, and each part of it that may be a password, as they are written and as they are meant. */
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
