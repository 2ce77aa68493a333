// Races of slots, MFA sessions and accounts in memory: a late result belongs to the state for which it was requested.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { createAccountMemory } from '../../../src/helper/account-memory.ts';
import { login } from '../../../src/helper/login.ts';
import { profileResolution } from '../../../src/identity/resolve.ts';
import type { Token } from '../../../src/questions.ts';
import { createSlots } from '../../../src/token/slots.ts';
import { createHelperFixture } from '../../support/unit/helper.ts';
import { profilesFrom, worldOf } from '../../support/unit/user-files.ts';

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const HOUR = 3_600_000;
/** A deadline that is never reached. */
const NEVER = new AbortController().signal;

test('an account that is asked for while all is forgotten is known to who waits for it', async () => {
  const profiles = profilesFrom(`[profile one]\n${KEYS}`);
  const memory = createAccountMemory(
    async () => ({ arn: 'a', account: '111122223333' }),
    () => 0,
  );
  const learnt = memory.learn(
    [profileResolution('one', 'us-east-1')],
    '111122223333',
    worldOf(profiles),
    NEVER,
  );
  memory.clear();
  await learnt;
  assert.deepEqual(memory.recall('one', worldOf(profiles)), { profile: 'one', account: '111122223333' });
});

test('a session that AWS refuses is not taken for the newer one that has replaced it', async () => {
  const role = `[profile one]\nrole_arn = arn:aws:iam::111122223333:role/one\nsource_profile = dev\nmfa_serial = arn:aws:iam::444455556666:mfa/dev\n`;
  const fixture = createHelperFixture(
    `registries:\n  ${ECR}: { profile: one }\n`,
    `[profile dev]\n${KEYS}${role}`,
  );
  await login(fixture.deps, { hostname: ECR, code: '123456' }, {});
  await fixture.run('erase', ECR);
  const { promise: pause, resolve: goOn } = Promise.withResolvers<void>();
  const { mint } = fixture.deps;
  fixture.deps.mint = async (resolution, env, mfa) => {
    if (mfa === undefined || 'code' in mfa) {
      const outcome = await mint(resolution, env, mfa);
      return outcome.mfaSession === undefined
        ? outcome
        : { ...outcome, mfaSession: { ...outcome.mfaSession, sessionToken: 'newer' } };
    }
    await pause;
    return { error: new XacctError('mfa-required', 'an MFA code is required') };
  };
  const { findToken } = await import('../../../src/helper/find-token.ts');
  const wanted = {
    hostname: ECR,
    config: fixture.deps.readConfig(),
    profiles: fixture.deps.readProfiles(),
    env: {},
  };
  const pulled = findToken(fixture.deps, wanted).catch(() => undefined);
  await new Promise(setImmediate);
  await login(fixture.deps, { hostname: ECR, code: '654321' }, {});
  goOn();
  await pulled;
  assert.equal(fixture.deps.mfaSessions.status().length, 1);
});

test('a renewal that a login has replaced leaves no failure on the login’s token', async () => {
  let now = Date.UTC(2026, 0, 1);
  const slots = createSlots(
    () => ({ wall: now, steady: now }),
    () => 0,
  );
  const token = (password: string): Token => ({
    username: 'AWS',
    password,
    expiresAt: now + 12 * HOUR,
    awsNow: now,
  });
  const renewal = Promise.withResolvers<Token>();
  const asked = {
    key: 'key',
    hostname: ECR,
    about: { identity: 'profile dev', region: 'us-east-1' },
    policy: { refreshMargin: 900_000, maxTokenAge: 12 * HOUR },
    renew: () => renewal.promise,
  };
  await slots.get({ ...asked, mint: async () => token('one') });
  now += 11 * HOUR;
  await slots.get({ ...asked, mint: async () => token('unused') });
  now += 45 * 60_000 - 1;
  now += 1;
  slots.refreshAhead();
  await slots.get({ ...asked, mint: async () => token('two'), fresh: true });
  renewal.reject(new XacctError('throttled', 'too many'));
  await new Promise(setImmediate);
  assert.ok(!Object.hasOwn(slots.status()[0] ?? {}, 'lastError'));
});
