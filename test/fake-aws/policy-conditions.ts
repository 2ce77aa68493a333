// The Condition block of a policy: its operators, and whether it matches a request's context.
import { BlockList } from 'node:net';

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Condition keys and their values. IAM ignores the case of keys. */
export type Context = Readonly<Record<string, string>>;

interface Operator {
  test(actual: string, expected: string): boolean;
  /** A negated operator must match every listed value, and matches if the key is absent. */
  negated: boolean;
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { test: (actual, expected) => actual === expected, negated: false },
  StringNotEquals: { test: (actual, expected) => actual !== expected, negated: true },
  StringEqualsIgnoreCase: { test: (actual, expected) => sameText(actual, expected), negated: false },
  StringNotEqualsIgnoreCase: { test: (actual, expected) => !sameText(actual, expected), negated: true },
  StringLike: { test: matchesWildcard, negated: false },
  StringNotLike: { test: (actual, expected) => !matchesWildcard(actual, expected), negated: true },
  ArnEquals: { test: matchesArn, negated: false },
  ArnLike: { test: matchesArn, negated: false },
  ArnNotEquals: { test: (actual, expected) => !matchesArn(actual, expected), negated: true },
  ArnNotLike: { test: (actual, expected) => !matchesArn(actual, expected), negated: true },
  Bool: { test: sameText, negated: false },
  IpAddress: { test: isInRange, negated: false },
  NotIpAddress: { test: (actual, expected) => !isInRange(actual, expected), negated: true },
  ...comparisons('Numeric', Number),
  ...comparisons('Date', Date.parse),
};

function comparisons(kind: string, read: (text: string) => number): Record<string, Operator> {
  const compare = (holds: (actual: number, expected: number) => boolean, negated = false): Operator => ({
    test: (actual, expected) => holds(read(actual), read(expected)),
    negated,
  });
  return {
    [`${kind}Equals`]: compare((actual, expected) => actual === expected),
    [`${kind}NotEquals`]: compare((actual, expected) => actual !== expected, true),
    [`${kind}LessThan`]: compare((actual, expected) => actual < expected),
    [`${kind}LessThanEquals`]: compare((actual, expected) => actual <= expected),
    [`${kind}GreaterThan`]: compare((actual, expected) => actual > expected),
    [`${kind}GreaterThanEquals`]: compare((actual, expected) => actual >= expected),
  };
}

/** Whether an address is in a CIDR range, or equals the given address. */
function isInRange(address: string, range: string): boolean {
  const [network = '', prefix] = range.split('/');
  const family = network.includes(':') ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

/** Whether every operator and key of the block matches. Throws for an unknown operator or policy variable. */
export function conditionsHold(conditions: Conditions | undefined, context: Context): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) =>
      operatorHolds(operator, lookUp(context, key), [expected].flat()),
    ),
  );
}

/**
 * Whether IAM has an operator of this name, also with `IfExists` and the prefixes for sets. Not all of them are
 * modelled here.
 */
export function isConditionOperator(name: string): boolean {
  const plain = name.replace(/^For(?:Any|All)Values?:/, '').replace(/IfExists$/, '');
  return plain === 'Null' || plain === 'BinaryEquals' || plain in OPERATORS;
}

/** `*` stands for any text, `?` for any one character. */
export function matchesWildcard(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function operatorHolds(name: string, actual: string | undefined, expected: readonly string[]): boolean {
  if (expected.some((value) => value.includes('${'))) throw new Error(`policy variables are not modelled`);
  // Here each key of the context has one value, so `ForAnyValue` and `ForAllValues` differ only for an absent key.
  const [, quantifier, plain = name] = /^For(Any|All)Values?:(.*)$/.exec(name) ?? [];
  if (quantifier !== undefined)
    return actual === undefined ? quantifier === 'All' : operatorHolds(plain, actual, expected);
  if (name === 'Null') return expected.includes(actual === undefined ? 'true' : 'false');
  const ifExists = name.endsWith('IfExists');
  const operator = OPERATORS[ifExists ? name.slice(0, -'IfExists'.length) : name];
  if (operator === undefined) throw new Error(`unknown condition operator ${name}`);
  if (actual === undefined) return ifExists || operator.negated;
  return operator.negated
    ? expected.every((value) => operator.test(actual, value))
    : expected.some((value) => operator.test(actual, value));
}

function lookUp(context: Context, key: string): string | undefined {
  return Object.entries(context).find(([name]) => sameText(name, key))?.[1];
}

function sameText(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** A wildcard of an ARN stays within one of its colon-separated parts; the sixth part is the rest. */
function matchesArn(arn: string, pattern: string): boolean {
  const parts = arnParts(arn);
  const patterns = arnParts(pattern);
  return (
    parts.length === patterns.length &&
    patterns.every((part, index) => matchesWildcard(parts[index] ?? '', part))
  );
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
