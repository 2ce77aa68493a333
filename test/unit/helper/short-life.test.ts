// Tests that a login says why its token has a short lifetime, and nothing about a usual one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../../src/config/load.ts';
import { whyShort } from '../../../src/helper/short-life.ts';
import type { Identity } from '../../../src/identity/identity.ts';
import { FILE, profilesFrom } from '../../support/unit/user-files.ts';

const HOUR = 3_600_000;
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const ROLE = 'arn:aws:iam::111122223333:role/EcrPull';
const profiles = profilesFrom(
  `[profile dev]\n${KEYS}
[profile temporary]\n${KEYS}aws_session_token = token
[profile images]\nrole_arn = ${ROLE}\nsource_profile = dev
[profile vault]\ncredential_process = vault
`,
);

const why = (lifeMs: number, identity: Identity, config = '') =>
  whyShort(lifeMs, identity, { config: parseConfig(config, FILE), profiles, env: {} });
const as = (profile: string): Identity => ({ kind: 'profile', profile });

describe('a token', () => {
  test('that lives some twelve hours is not said to be short, and one that had expired is another matter', () => {
    for (const lifeMs of [12 * HOUR, 12 * HOUR - 60_000, 0, -HOUR]) {
      assert.equal(why(lifeMs, as('images')), undefined);
    }
  });

  const sessions: [Identity, string][] = [
    [as('images'), `AWS gives no more for the session of role ${ROLE} (profile images)`],
    [as('vault'), 'AWS gives no more for the session of profile vault (credential_process)'],
    [as('temporary'), 'AWS gives no more for the session of profile temporary (access key)'],
    [{ kind: 'container' }, "AWS gives no more for the session of the container's role"],
    [as('dev'), 'AWS gives no more'],
  ];
  for (const [identity, because] of sessions) {
    test(`of ${JSON.stringify(identity)} that lives an hour is short because ${because}`, () => {
      assert.equal(why(HOUR, identity), because);
    });
  }

  test('that config.yaml lets be used for less than it lives is short because of that, and else not', () => {
    const said = `max_token_age in ${FILE} allows no more`;
    assert.equal(why(12 * HOUR, as('dev'), 'max_token_age: 1h'), said);
    assert.equal(why(2 * HOUR, as('images'), 'max_token_age: 1h'), said);
    assert.match(why(HOUR, as('images'), 'max_token_age: 2h') ?? '', /session of role/);
  });
});
