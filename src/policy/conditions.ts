// Whether the conditions of a statement hold, as far as what is known of a request decides it.
import { listOf, type Statement } from './policy-document.ts';
import { matchesAllBelow, matchesSomeBelow, matchesWildcard } from './wildcard.ts';

export type Judgement = 'yes' | 'no' | 'maybe';

/** The value of a condition key: a text, any text with a prefix, or none (the request has no such key). */
export type KnownValue = string | { below: string } | undefined;

/** By condition key in lower case. Nothing is known of a key that is missing here. */
export type Known = ReadonlyMap<string, KnownValue>;

/**
 * Other operators are not evaluated.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
type Operator = 'StringEquals' | 'StringLike' | 'ArnEquals' | 'ArnLike';

/** All operators and keys must hold; for each key, one of its values is enough. */
export function judgeConditions(condition: Statement['Condition'], known: Known): Judgement {
  return every(
    Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]): Judgement => {
        const name = key.toLowerCase();
        if (!isOperator(operator) || !known.has(name)) return 'maybe';
        const value = known.get(name);
        if (value === undefined) return 'no';
        return some(listOf(values).map((expected) => judgeValue(operator, value, expected)));
      }),
    ),
  );
}

export function every(judgements: readonly Judgement[]): Judgement {
  if (judgements.includes('no')) return 'no';
  return judgements.includes('maybe') ? 'maybe' : 'yes';
}

export function some(judgements: readonly Judgement[]): Judgement {
  if (judgements.includes('yes')) return 'yes';
  return judgements.includes('maybe') ? 'maybe' : 'no';
}

export function not(judgement: Judgement): Judgement {
  if (judgement === 'maybe') return 'maybe';
  return judgement === 'yes' ? 'no' : 'yes';
}

/** A text with a policy variable (`${aws:username}`) has another value for each request. */
export function hasVariable(text: string): boolean {
  return text.includes('${');
}

function isOperator(operator: string): operator is Operator {
  return ['StringEquals', 'StringLike', 'ArnEquals', 'ArnLike'].includes(operator);
}

function judgeValue(operator: Operator, value: Exclude<KnownValue, undefined>, expected: string): Judgement {
  if (hasVariable(expected)) return 'maybe';
  if (typeof value === 'string') return judgementOf(matches(operator, value, expected));
  const { below } = value;
  if (operator === 'StringEquals') return expected.startsWith(below) ? 'maybe' : 'no';
  if (operator === 'StringLike' && matchesAllBelow(below, expected)) return 'yes';
  return matchesSomeBelow(below, expected) ? 'maybe' : 'no';
}

export function judgementOf(holds: boolean): Judgement {
  return holds ? 'yes' : 'no';
}

function matches(operator: Operator, value: string, expected: string): boolean {
  if (operator === 'StringEquals') return value === expected;
  if (operator === 'StringLike') return matchesWildcard(value, expected);
  const [parts, patterns] = [arnParts(value), arnParts(expected)];
  return (
    parts.length === patterns.length &&
    parts.every((part, index) => matchesWildcard(part, patterns[index] ?? ''))
  );
}

/** Each part of an ARN is matched by itself; everything after the fifth colon is one part. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
