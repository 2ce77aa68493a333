// The AWS CLI's own parser reads the dates in the table as the table says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { awsPrograms } from '../../support/differential/aws-programs.ts';
import { skipWithout } from '../../support/peers.ts';
import { WRITTEN_DATES } from '../../support/unit/written-dates.ts';

/** As botocore's credentials.py: parsed by dateutil, then compared with now in a zone. */
const PARSE = `
import datetime, json, sys
from dateutil.parser import parse
def moment(written):
    try:
        date = parse(written)
        date - datetime.datetime.now(datetime.timezone.utc)
        return date.astimezone(datetime.timezone.utc).isoformat(timespec='milliseconds')
    except (TypeError, ValueError, OverflowError):
        return None
json.dump([moment(written) for written in json.load(sys.stdin)], sys.stdout)
`;

const skip = skipWithout('aws');

test('Dates are what each AWS CLI of this machine takes them for.', { skip }, () => {
  const programs = awsPrograms();
  assert.ok(programs.length > 0);
  for (const { path, version } of programs) {
    const [, python = ''] = /^#!(\S+)/.exec(readFileSync(path, 'utf8')) ?? [];
    const input = JSON.stringify(Object.keys(WRITTEN_DATES));
    // The machine's time zone must not matter.
    const env = { TZ: 'America/New_York' };
    const taken: unknown = JSON.parse(execFileSync(python, ['-c', PARSE], { input, env, encoding: 'utf8' }));
    const expected = Object.values(WRITTEN_DATES).map((date) => date?.replace('Z', '+00:00') ?? null);
    assert.deepEqual(taken, expected, version);
  }
});
