// Finds the texts in a source file that people read: messages with their codes, hints, prompts and help.
import { type Argument, parseSync, Visitor } from 'oxc-parser';
import { ERROR_HELP } from '../../src/error-help.ts';
import type { ErrorCode } from '../../src/errors.ts';

export interface Text {
  /** Path below the root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `…` stands for a value; consecutive blanks are one. */
  readonly text: string;
}

/** A text for people has at least two words, one of them in lower case. */
const IS_PROSE = /\p{L}\S* +\S*\p{Ll}|^\p{Ll}+ …|… \p{Ll}/u;

export interface Message {
  readonly code: ErrorCode;
  /** As in `Text`. */
  readonly text: string;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

interface Literal {
  readonly start: number;
  readonly text: string;
}

/** The texts of a module, in order. Leaves out comments, imports, regular expressions and shell code. */
export function textsIn(file: string, source: string): Text[] {
  return literalsIn(file, source)
    .map(({ start, text }) => ({ file, line: lineOf(source, start), text: onOneLine(text) }))
    .filter(({ text }) => IS_PROSE.test(text));
}

/**
 * The message of each error code in a module: the argument after the code, or the value of the variable there.
 */
export function messagesIn(file: string, source: string): Message[] {
  const literals = literalsIn(file, source);
  const names = new Map<string, Place[]>();
  const made: (Place & { code: ErrorCode })[] = [];
  const add = (args: readonly Argument[]) => {
    const position = args.findIndex((argument) => codesOf(argument).length > 0);
    const message = args[position + 1];
    if (position === -1 || message === undefined) return;
    const places = message.type === 'Identifier' ? (names.get(message.name) ?? []) : [message];
    // If several functions declare the name, the last declaration above counts.
    const place = places.filter(({ start }) => start <= message.start).at(-1);
    for (const code of codesOf(args[position])) if (place !== undefined) made.push({ code, ...place });
  };
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type !== 'Identifier' || init === null) return;
      names.set(id.name, [...(names.get(id.name) ?? []), { start: init.start, end: init.end }]);
    },
    NewExpression: (node) => add(node.arguments),
    CallExpression: (node) => add(node.arguments),
  }).visit(programOf(file, source));
  return made.flatMap(({ code, start, end }) =>
    literals
      .filter((literal) => literal.start >= start && literal.start < end)
      .map(({ text }) => ({ code, text: onOneLine(text) }))
      .filter(({ text }) => IS_PROSE.test(text)),
  );
}

/** The codes that an argument may be. */
function codesOf(argument: Argument | undefined): ErrorCode[] {
  if (argument?.type === 'ConditionalExpression') {
    return [...codesOf(argument.consequent), ...codesOf(argument.alternate)];
  }
  const value = argument?.type === 'Literal' ? argument.value : undefined;
  return typeof value === 'string' && Object.hasOwn(ERROR_HELP, value) ? [value as ErrorCode] : [];
}

function literalsIn(file: string, source: string): Literal[] {
  const program = programOf(file, source);
  const literals: Literal[] = [];
  /** Places in which literals are names or commands, not texts. */
  const passed: Place[] = [];
  new Visitor({
    Literal({ start, value }) {
      if (typeof value === 'string') literals.push({ start, text: value });
    },
    TemplateLiteral({ start, quasis }) {
      literals.push({ start, text: quasis.map(({ value }) => value.cooked ?? '').join('…') });
    },
    ImportDeclaration: (node) => void passed.push(node),
    TaggedTemplateExpression: ({ quasi }) => void passed.push(quasi),
  }).visit(program);
  return literals
    .filter(({ start }) => !passed.some((node) => start >= node.start && start < node.end))
    .toSorted((a, b) => a.start - b.start);
}

/** @throws Error with file and line. */
function programOf(file: string, source: string) {
  const { program, errors } = parseSync(file, source);
  const [first] = errors;
  if (first !== undefined) throw new Error(`${file}: ${first.message}\n${first.codeframe ?? ''}`);
  return program;
}

function onOneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
