// Whether the conditions of a statement hold, as far as that can be told from what is known of a request.
import { listOf, type Statement } from './policy-document.ts';
import { matchesAllBelow, matchesSomeBelow, matchesWildcard } from './wildcard.ts';

export type Verdict = 'yes' | 'no' | 'maybe';

/** The value of a condition key: one text, any text that begins with a prefix, or none (the request has no such key). */
export type KnownValue = string | { below: string } | undefined;

/** By condition key in lower case. Of a key that is not there, nothing is known. */
export type Known = ReadonlyMap<string, KnownValue>;

/** Any other operator is beyond us. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
type Operator = 'StringEquals' | 'StringLike' | 'ArnEquals' | 'ArnLike';

/** Every operator and key has to hold, and of each the one or the other value. */
export function judgeConditions(condition: Statement['Condition'], known: Known): Verdict {
  return every(
    Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]): Verdict => {
        const name = key.toLowerCase();
        if (!isOperator(operator) || !known.has(name)) return 'maybe';
        const value = known.get(name);
        if (value === undefined) return 'no';
        return some(listOf(values).map((expected) => judgeValue(operator, value, expected)));
      }),
    ),
  );
}

export function every(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('maybe') ? 'maybe' : 'yes';
}

export function some(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('yes')) return 'yes';
  return verdicts.includes('maybe') ? 'maybe' : 'no';
}

export function not(verdict: Verdict): Verdict {
  if (verdict === 'maybe') return 'maybe';
  return verdict === 'yes' ? 'no' : 'yes';
}

/** A text with a policy variable (`${aws:username}`) means something else for each request. */
export function hasVariable(text: string): boolean {
  return text.includes('${');
}

function isOperator(operator: string): operator is Operator {
  return ['StringEquals', 'StringLike', 'ArnEquals', 'ArnLike'].includes(operator);
}

function judgeValue(operator: Operator, value: Exclude<KnownValue, undefined>, expected: string): Verdict {
  if (hasVariable(expected)) return 'maybe';
  if (typeof value === 'string') return verdictOf(matches(operator, value, expected));
  const { below } = value;
  if (operator === 'StringEquals') return expected.startsWith(below) ? 'maybe' : 'no';
  if (operator === 'StringLike' && matchesAllBelow(below, expected)) return 'yes';
  return matchesSomeBelow(below, expected) ? 'maybe' : 'no';
}

export function verdictOf(holds: boolean): Verdict {
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

/** Of an ARN each part is matched by itself; what is behind the fifth colon is one. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
