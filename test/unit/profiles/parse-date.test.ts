// Owns the proof that a date is taken for the moment that the AWS CLI takes it for, or is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDate } from '../../../src/profiles/parse-date.ts';
import { WRITTEN_DATES } from '../../support/unit/written-dates.ts';

for (const [written, moment] of Object.entries(WRITTEN_DATES)) {
  test(`${JSON.stringify(written)} is ${moment ?? 'refused'}`, () => {
    assert.equal(parseDate(written)?.toISOString(), moment);
  });
}
