// AWS's clock beside this machine's: when they differ, and the message about it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clockGapText, createAwsClock, expiredOnArrivalText, setClock } from '../../src/aws-clock.ts';
import { hintText } from '../../src/hint.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 29, 7);

function createFixture() {
  const fixture = { wall: START, steady: 0 };
  const clock = createAwsClock(() => ({ wall: fixture.wall, steady: fixture.steady }));
  return Object.assign(fixture, { clock });
}

describe("AWS's clock", () => {
  test('is this machine’s until AWS was heard', () => {
    const fixture = createFixture();
    fixture.wall += HOUR;
    assert.equal(fixture.clock.now(), START + HOUR);
    assert.equal(fixture.clock.gap(), undefined);
  });

  test('goes on from what AWS said, however this machine’s is set meanwhile', () => {
    const fixture = createFixture();
    fixture.clock.heard(START - 5 * HOUR);
    fixture.steady += HOUR;
    fixture.wall -= 8 * HOUR;
    assert.equal(fixture.clock.now(), START - 4 * HOUR);
    assert.deepEqual(fixture.clock.gap(), { aws: START - 4 * HOUR, here: START - 8 * HOUR });
  });

  test('says what this machine’s shows at a time of AWS’s, also after it was set', () => {
    const fixture = createFixture();
    assert.equal(fixture.clock.here(START + HOUR), START + HOUR);
    fixture.clock.heard(START - 5 * HOUR);
    assert.equal(fixture.clock.here(START - 4 * HOUR), START + HOUR);
    fixture.wall += 3 * HOUR;
    assert.equal(fixture.clock.here(START - 4 * HOUR), START + 4 * HOUR);
  });

  test('is apart where AWS would take no signature: by more than five minutes', () => {
    const fixture = createFixture();
    for (const side of [1, -1]) {
      fixture.clock.heard(START + side * 5 * MINUTE);
      assert.equal(fixture.clock.gap(), undefined);
      fixture.clock.heard(START + side * (5 * MINUTE + 1));
      assert.ok(fixture.clock.gap() !== undefined);
    }
  });
});

describe('it is said', () => {
  const rows = [
    [5 * HOUR, '5 hours ahead of', '2026-11-29 12:00 UTC'],
    [-13 * HOUR, '13 hours behind', '2026-11-28 18:00 UTC'],
    [-7 * MINUTE, '7 minutes behind', '2026-11-29 06:53 UTC'],
  ] as const;
  for (const [ahead, apart, here] of rows) {
    test(`with both times: ${apart}`, () => {
      const said = `this machine's clock is ${apart} AWS's (here ${here}, AWS 2026-11-29 07:00 UTC)`;
      assert.equal(clockGapText({ aws: START, here: START + ahead }), said);
    });
  }

  for (const [platform, fix] of [
    ['linux', 'set the clock: sudo timedatectl set-ntp true'],
    ['darwin', 'set the clock: sudo sntp -sS time.apple.com'],
  ] as const) {
    test(`with the command that sets the clock on ${platform}`, () => {
      assert.equal(hintText(setClock(platform)), fix);
    });
  }

  test('that a token was expired on arrival, by which clock, and whether it had an expiry at all', () => {
    const end = 'it is not kept, so each pull asks for another';
    assert.equal(
      expiredOnArrivalText({ awsNow: START, expiresAt: Date.UTC(2015, 0, 1) }),
      `was expired on arrival (AWS's clock 2026-11-29 07:00 UTC, expiry 2015-01-01 00:00 UTC): ${end}`,
    );
    assert.match(expiredOnArrivalText({ awsNow: START, expiresAt: 0 }), /07:00 UTC, no expiry\)/);
  });
});
