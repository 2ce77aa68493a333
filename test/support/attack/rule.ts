// The right answers to a `get`, by code that is independent of the product, character by character.
import { CANARY } from '../../fake-aws/canary.ts';
import type { IssuedToken } from '../../fake-aws/world.ts';
import { canariesInOutput } from '../canary-search.ts';
import type { Ran } from '../product/product.ts';
import { isEcrHostname } from '../unit/ecr-grammar.ts';
import { MAPPED } from './names.ts';

export type Expected = 'token' | 'refused' | 'not found' | 'no server URL';

const NOT_FOUND = 'credentials not found in native keychain\n';
const NO_SERVER_URL = 'no credentials server URL\n';
const LONGEST = 4_096;
const PUBLIC = ['public.ecr.aws', 'ecr-public.aws.com'];

const isLetter = (letter: string) => (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
const isDigit = (letter: string) => letter >= '0' && letter <= '9';

/** The right answer to these bytes on the stdin of a `get`. */
export function expectedOf(input: string | Buffer): Expected {
  const text = lineOf(Buffer.from(input).toString());
  if (text.trim() === '') return 'no server URL';
  const name = nameIn(text);
  if (name === undefined) return 'not found';
  if (isMapped(name)) return 'token';
  // A VPC endpoint's own name has no account, so without a rule it is not ours.
  const isAnyones = PUBLIC.includes(name) || name.startsWith('vpce-');
  return isEcrHostname(name) && !isAnyones ? 'refused' : 'not found';
}

/** Whether a login may be kept: for ECR's names and mapped ones, also without TLS, for which no `get` gives one. */
export function mayBeKept(ServerURL: string): boolean {
  const name = nameIn(ServerURL.startsWith('http://') ? ServerURL.slice('http://'.length) : ServerURL);
  return name !== undefined && (isMapped(name) || isEcrHostname(name));
}

/** One line break at the end is not part of the server URL. */
function lineOf(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Lower case. Undefined if the text is not a hostname in one of the few forms that callers use. */
function nameIn(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const [authority = '', ...path] = (text.startsWith('https://') ? text.slice(8) : text).split('/');
  const segments = path.at(-1) === '' ? path.slice(0, -1) : path;
  if (!segments.every(isSegment)) return undefined;
  const [name = '', ...ports] = authority.split(':');
  if (ports.length > 1 || (ports.length === 1 && ports[0] !== '443')) return undefined;
  const labels = name.split('.');
  return labels.length > 1 && labels.every(isLabel) ? name.toLowerCase() : undefined;
}

function isSegment(segment: string): boolean {
  const isPlain = [...segment].every((one) => isLetter(one) || isDigit(one) || '._-'.includes(one));
  return isPlain && !['', '.', '..'].includes(segment);
}

function isLabel(label: string): boolean {
  const isPlain = [...label].every((one) => isLetter(one) || isDigit(one) || one === '-');
  return isPlain && label.length > 0 && label.length < 64 && !label.startsWith('-') && !label.endsWith('-');
}

function isMapped(name: string): boolean {
  if (name === MAPPED.exact || name === MAPPED.own) return true;
  const [before = '', behind = ''] = MAPPED.anyRegion.split('*');
  const region = name.slice(before.length, -behind.length);
  return name === before + region + behind && !region.includes('.') && isEcrHostname(name);
}

/**
 * What is wrong with an answer; undefined if it is right. `expected`: kinds, separated by ` or `. `issued`: all tokens
 * that exist, each of `dev`.
 */
export function faultOf(
  expected: string,
  asked: string | Buffer,
  ran: Ran,
  issued: readonly IssuedToken[],
): string | undefined {
  if (canariesInOutput(['get'], ran).length > 0) return 'a secret';
  const { status, stdout, stderr } = ran;
  if (!isPrintable(stdout) || !isPrintable(stderr)) return 'what is not printable';
  const came = kindOf(Buffer.from(asked).toString(), ran, issued);
  if (expected.split(' or ').includes(came)) return undefined;
  const shown = JSON.stringify({ status, stdout, stderr }).replaceAll(CANARY, '***').slice(0, 300);
  return `${came} instead of ${expected}: ${shown}`;
}

function kindOf(asked: string, { status, stdout, stderr }: Ran, issued: readonly IssuedToken[]): string {
  if (status === 0 && stderr === '') {
    const password = /"Secret":"([^"]*)"/.exec(stdout)?.[1] ?? '';
    const answer = { ServerURL: lineOf(asked), Username: 'AWS', Secret: password };
    const isOurs = issued.some(
      (token) => token.password === password && token.principal.endsWith('user/dev'),
    );
    return isOurs && stdout === `${JSON.stringify(answer)}\n` ? 'token' : 'a foreign answer';
  }
  if (status === 1 && stderr === '' && stdout === NOT_FOUND) return 'not found';
  if (status === 1 && stderr === '' && stdout === NO_SERVER_URL) return 'no server URL';
  if (status === null && /^3ecr-xacct\/2 [a-z]+$|^4$/.test(stdout)) return 'left to the client';
  const isLine = /^ecr-xacct: [^\n]+\n$/.test(stdout) && !stdout.includes(NOT_FOUND.trim());
  return status === 1 && stdout === stderr && isLine ? 'refused' : 'no answer of the protocol';
}

/** No control and no formatting character, except the line break at the end. */
export function isPrintable(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text.replace(/\n$/, ''));
}
