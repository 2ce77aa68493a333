// Tests when AWS is asked for a profile's account, and how long the answer is remembered.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { createAccountMemory } from '../../../src/helper/account-memory.ts';
import { profileOf } from '../../../src/identity/identity.ts';
import { profileResolution } from '../../../src/identity/resolve.ts';
import { profilesFrom, worldOf } from '../../support/unit/user-files.ts';

/** A deadline that is never reached. */
const NEVER = new AbortController().signal;
const NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
const profilesWith = (id: string) =>
  profilesFrom(
    NAMES.map(
      (name) => `[profile ${name}]\naws_access_key_id = ${id}${name}\naws_secret_access_key = secret\n`,
    ).join(''),
  );
const profiles = profilesWith('AKIA');
const resolutions = NAMES.map((name) => profileResolution(name, 'us-east-1'));

/** AWS answers with the profile's account in `accounts`, or fails with the error there. */
function fixture(accounts: Readonly<Record<string, string | XacctError>> = {}) {
  const state = { now: 0, asked: [] as string[], accounts };
  const memory = createAccountMemory(
    async ({ identity }) => {
      const profile = profileOf(identity) ?? '';
      state.asked.push(profile);
      const account = state.accounts[profile] ?? '000000000000';
      if (typeof account !== 'string') throw account;
      return { arn: `arn:aws:iam::${account}:user/${profile}`, account };
    },
    () => state.now,
  );
  return { state, memory };
}

describe('AWS is asked for accounts', () => {
  test('in order, and no further than to the first that fits', async () => {
    const { state, memory } = fixture({ two: '111122223333' });
    await memory.learn(resolutions, '111122223333', worldOf(profiles), NEVER);
    assert.deepEqual(state.asked.slice(0, 2), ['one', 'two']);
    assert.ok(!state.asked.includes('eight'), `asked: ${state.asked}`);
    assert.deepEqual(memory.recall('two', worldOf(profiles)), { profile: 'two', account: '111122223333' });
  });

  test('of all where none fits', async () => {
    const { state, memory } = fixture();
    await memory.learn(resolutions, '111122223333', worldOf(profiles), NEVER);
    assert.deepEqual(state.asked, NAMES);
  });

  test('once, however many want to know at the same time or later', async () => {
    const { state, memory } = fixture();
    const learn = () => memory.learn(resolutions.slice(0, 2), '111122223333', worldOf(profiles), NEVER);
    await Promise.all([learn(), learn()]);
    state.now += 30 * 24 * 3_600_000;
    await learn();
    assert.deepEqual(state.asked, ['one', 'two']);
  });

  test('again where the keys have changed', async () => {
    const { state, memory } = fixture();
    await memory.learn(resolutions.slice(0, 1), '111122223333', worldOf(profiles), NEVER);
    const rotated = profilesWith('AKIB');
    assert.equal(memory.recall('one', worldOf(rotated)), undefined);
    await memory.learn(resolutions.slice(0, 1), '111122223333', worldOf(rotated), NEVER);
    assert.deepEqual(state.asked, ['one', 'one']);
  });

  test('again a minute after it failed, or as soon as a network may be back', async () => {
    const invalid = new XacctError('credentials-invalid', 'AWS does not know its access key');
    const network = new XacctError('network', 'no network');
    const { state, memory } = fixture({ one: invalid, two: network });
    const learn = () => memory.learn(resolutions.slice(0, 2), '111122223333', worldOf(profiles), NEVER);
    await learn();
    assert.deepEqual(memory.recall('one', worldOf(profiles)), { profile: 'one', error: invalid });
    state.now += 2_999;
    await learn();
    assert.deepEqual(state.asked, ['one', 'two']);
    state.now += 1;
    await learn();
    assert.deepEqual(state.asked, ['one', 'two', 'two']);
    state.now += 57_000;
    state.accounts = { one: '111122223333' };
    await learn();
    assert.deepEqual(memory.recall('one', worldOf(profiles)), { profile: 'one', account: '111122223333' });
  });

  test('until the deadline, while what is under way goes on and is remembered', async () => {
    const asked: string[] = [];
    const answer = Promise.withResolvers<string>();
    const memory = createAccountMemory(
      async ({ identity }) => {
        asked.push(profileOf(identity) ?? '');
        return { arn: 'arn', account: await answer.promise };
      },
      () => 0,
    );
    const deadline = new AbortController();
    const learnt = memory.learn(resolutions, '111122223333', worldOf(profiles), deadline.signal);
    deadline.abort();
    await learnt;
    assert.equal(memory.recall('one', worldOf(profiles)), undefined);
    answer.resolve('999988887777');
    await memory.learn(resolutions.slice(0, 4), '111122223333', worldOf(profiles), NEVER);
    assert.deepEqual(memory.recall('one', worldOf(profiles)), { profile: 'one', account: '999988887777' });
    assert.deepEqual(asked, NAMES.slice(0, 4));
  });

  test('and an answer that comes after all was forgotten does not replace a newer one', async () => {
    const answers: PromiseWithResolvers<string>[] = [];
    const memory = createAccountMemory(
      async () => {
        const answer = Promise.withResolvers<string>();
        answers.push(answer);
        return { arn: 'arn', account: await answer.promise };
      },
      () => 0,
    );
    const learn = () => memory.learn(resolutions.slice(0, 1), '999999999999', worldOf(profiles), NEVER);
    const older = learn();
    memory.clear();
    const newer = learn();
    answers[1]?.resolve('222222222222');
    await newer;
    answers[0]?.resolve('111111111111');
    await older;
    assert.deepEqual(memory.recall('one', worldOf(profiles)), { profile: 'one', account: '222222222222' });
  });

  test('and no longer than to the one that fits, whatever the others do', async () => {
    const memory = createAccountMemory(
      ({ identity }) =>
        profileOf(identity) === 'two'
          ? Promise.resolve({ arn: 'arn', account: '111122223333' })
          : new Promise(() => {}),
      () => 0,
    );
    await memory.learn(resolutions, '111122223333', worldOf(profiles), NEVER);
    assert.deepEqual(memory.recall('two', worldOf(profiles)), { profile: 'two', account: '111122223333' });
  });

  test('and a profile that is broken says why, and is not asked', async () => {
    const half = profilesFrom('[profile one]\naws_access_key_id = AKIA\n');
    const { state, memory } = fixture();
    await memory.learn(resolutions.slice(0, 1), '111122223333', worldOf(half), NEVER);
    assert.deepEqual(state.asked, []);
    const known = memory.recall('one', worldOf(half));
    assert.ok(known !== undefined && 'error' in known && known.error.code === 'profile-incomplete');
  });

  test('and what is no failure of AWS is not taken for one', async () => {
    const memory = createAccountMemory(
      () => Promise.reject(new TypeError('a mistake of ours')),
      () => 0,
    );
    await assert.rejects(memory.learn(resolutions, undefined, worldOf(profiles), NEVER), TypeError);
  });
});
