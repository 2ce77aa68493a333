// Finds the places of a source file where a fault can be put in, and the faulty text.
import { parseSync, Visitor } from 'oxc-parser';

export interface Fault {
  /** Path below the root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The text that is replaced, by its position. */
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

/** Each comparison becomes its opposite, or treats its border differently. */
const OPERATORS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};

const METHODS: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  min: 'max',
  max: 'min',
};

interface Node {
  readonly start: number;
  readonly end: number;
}

/** Every fault that can be put into a file, in the order of its text. */
export function faultsIn(file: string, text: string): Fault[] {
  const faults: Fault[] = [];
  const add = ({ start, end }: Node, after: string) => {
    const before = text.slice(start, end);
    faults.push({ file, line: text.slice(0, start).split('\n').length, start, end, before, after });
  };
  const of = ({ start, end }: Node) => text.slice(start, end);
  const swap = (operator: string, left: Node, right: Node) => {
    const other = OPERATORS[operator];
    if (other === undefined || (operator === '+' && /['"`]/.test(of(left) + of(right)))) return;
    const start = left.end + text.slice(left.end, right.start).indexOf(operator);
    add({ start, end: start + operator.length }, other);
  };
  const types = new Set<number>();
  new Visitor({
    TSLiteralType: ({ literal }) => types.add(literal.start),
    IfStatement: ({ test }) => add(test, `!(${of(test)})`),
    ConditionalExpression: ({ test }) => add(test, `!(${of(test)})`),
    BinaryExpression: ({ operator, left, right }) => swap(operator, left, right),
    LogicalExpression: ({ operator, left, right }) => swap(operator, left, right),
    Literal(node) {
      if (types.has(node.start)) return;
      if (typeof node.value === 'boolean') add(node, String(!node.value));
      if (typeof node.value === 'number') add(node, node.value === 0 ? '1' : '0');
    },
    ExpressionStatement({ expression, ...node }) {
      if (/^(?:Call|Await|Assignment|Update)Expression$/.test(expression.type)) add(node, ';');
    },
    ThrowStatement: (node) => add(node, ';'),
    BreakStatement: (node) => add(node, ';'),
    ReturnStatement({ argument }) {
      if (argument !== null && of(argument) !== 'undefined') add(argument, 'undefined as never');
    },
    UnaryExpression({ operator, argument, ...node }) {
      if (operator === '!') add(node, of(argument));
    },
    MemberExpression({ property, computed }) {
      const other = METHODS[of(property)];
      if (!computed && other !== undefined) add(property, other);
    },
  }).visit(parseSync(file, text).program);
  return faults.toSorted((a, b) => a.start - b.start);
}

/** The text with the fault in it. */
export function withFault(text: string, { start, end, after }: Fault): string {
  return text.slice(0, start) + after + text.slice(end);
}
