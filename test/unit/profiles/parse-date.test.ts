// Tests that a date means the same moment as for the AWS CLI, or is rejected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDate } from '../../../src/profiles/parse-date.ts';
import { WRITTEN_DATES } from '../../support/unit/written-dates.ts';

for (const [written, moment] of Object.entries(WRITTEN_DATES)) {
  test(`${JSON.stringify(written)} is ${moment ?? 'refused'}`, () => {
    assert.equal(parseDate(written)?.toISOString(), moment);
  });
}
