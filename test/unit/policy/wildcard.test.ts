// Wildcards: against regular expressions, against all short texts, and within a time that no pattern exceeds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesAllBelow, matchesSomeBelow, matchesWildcard } from '../../../src/policy/wildcard.ts';

const letters = (unit: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...unit), maxLength });
/** Longer than the longest pattern. */
const endings = [0, 1, 2, 3, 4, 5, 6, 7].flatMap(textsOf);

test('A pattern matches what the regular expression of the same meaning does.', () => {
  fc.assert(
    fc.property(letters('ab.', 8), letters('ab.*?', 8), (text, pattern) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      assert.equal(matchesWildcard(text, pattern), new RegExp(`^${source}$`).test(text));
    }),
    { numRuns: 5_000 },
  );
});

test('A pattern of all below a prefix matches the prefix with every ending, one of some with one of them.', () => {
  fc.assert(
    fc.property(letters('ab', 4), letters('ab*?', 6), (prefix, pattern) => {
      const matched = endings.filter((ending) => matchesWildcard(`${prefix}${ending}`, pattern));
      if (matchesAllBelow(prefix, pattern)) assert.equal(matched.length, endings.length);
      // A `?` after a `*` also takes the last character of the prefix. That is not recognized, which is the safe side.
      if (!pattern.includes('?')) {
        assert.equal(matchesAllBelow(prefix, pattern), matched.length === endings.length);
      }
      assert.equal(matchesSomeBelow(prefix, pattern), matched.length > 0);
    }),
    { numRuns: 1_000 },
  );
});

test('A text of the character that stands for anything matches nothing by itself.', () => {
  assert.ok(!matchesAllBelow('team/', 'team/\uffff'));
  assert.ok(!matchesAllBelow('team/', 'team/?'));
});

test('A pattern of many wildcards is not tried in all the ways there are.', () => {
  assert.ok(!matchesWildcard('a'.repeat(2_000), `${'*a'.repeat(500)}*b`));
});

function textsOf(length: number): string[] {
  return length === 0 ? [''] : textsOf(length - 1).flatMap((text) => [`${text}a`, `${text}b`]);
}
