// Tests how a token is found: the profiles of an account in turn, and MFA sessions.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isWhole, WholeEnvironmentNeeded } from '../../../src/caller-environment.ts';
import { XacctError } from '../../../src/errors.ts';
import { login } from '../../../src/helper/login.ts';
import { command } from '../../../src/hint.ts';
import type { Environment } from '../../../src/invocation.ts';
import { createHelperFixture } from '../../support/unit/helper.ts';

const ACCOUNT = '111122223333';
const ECR = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
const HOUR = 3_600_000;
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const sso = (name: string) =>
  `[profile ${name}]\nsso_start_url = https://corp.example\nsso_region = eu-west-1\nsso_account_id = ${ACCOUNT}\nsso_role_name = ${name}\n`;
const expired = (profile: string) =>
  new XacctError('sso-expired', 'its SSO session has expired', {
    hint: { run: command`aws sso login --profile ${profile}` },
  });
const denied = new XacctError('access-denied', 'not allowed', { hint: { say: 'ask its administrator' } });

describe('of several profiles of an account', () => {
  test('the first that can mint is used', async () => {
    const fixture = createHelperFixture('', sso('one') + sso('two') + sso('three'));
    fixture.failures['profile one'] = expired('one');
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile two');
    assert.deepEqual(fixture.mints, [`profile one for ${ECR}`, `profile two for ${ECR}`]);
  });

  test('one that has a token goes on being used, until it has none', async () => {
    const fixture = createHelperFixture('', sso('one') + sso('two'));
    fixture.failures['profile one'] = expired('one');
    await fixture.secretOf(ECR);
    fixture.failures = {};
    fixture.now += HOUR;
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile two');
    fixture.now += 12 * HOUR;
    assert.equal(await fixture.secretOf(ECR), 'token 3 of profile one');
  });

  test('one that is broken is passed over', async () => {
    const broken = `[profile broken]\nrole_arn = arn:aws:iam::${ACCOUNT}:role/Pull\nsource_profile = gone\n`;
    const fixture = createHelperFixture('', broken + sso('two'));
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile two');
  });

  test('the failure of all names each, and the command that fixes one', async () => {
    const fixture = createHelperFixture('', sso('one') + sso('two') + sso('three') + sso('four'));
    fixture.failures = {
      'profile one': denied,
      'profile two': expired('two'),
      'profile three': denied,
      'profile four': denied,
    };
    assert.deepEqual(await fixture.run('get', ECR), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: none of the 4 profiles of its account can be used: profile one: not allowed, profile two: its SSO session has expired, profile three: not allowed, and 1 more; run: aws sso login --profile two`,
    });
  });

  test('the next is not tried after a failure that it would share', async () => {
    const fixture = createHelperFixture('', sso('one') + sso('two'));
    fixture.failures['profile one'] = new XacctError('network', 'cannot reach AWS');
    const { text } = await fixture.run('get', ECR);
    assert.equal(text, `ecr-xacct: ${ECR}: profile one: cannot reach AWS`);
    assert.deepEqual(fixture.mints, [`profile one for ${ECR}`]);
  });
});

describe('a profile that does not say its account', () => {
  const FILES = `[profile keys]\n${KEYS}[profile process]\ncredential_process = /bin/true\n[default]\n${KEYS}`;

  test('is used where AWS says that it is of the account, and is asked once', async () => {
    const fixture = createHelperFixture('', FILES);
    fixture.accounts = { process: ACCOUNT };
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile process');
    assert.equal(await fixture.secretOf(ECR.replace('east', 'west')), 'token 2 of profile process');
    assert.deepEqual(fixture.profilesAsked.slice(0, 3), ['keys', 'default', 'process']);
    assert.equal(new Set(fixture.profilesAsked).size, fixture.profilesAsked.length);
  });

  test('is named in the failure where none is of the account, with the account that it is of', async () => {
    const fixture = createHelperFixture('', FILES);
    fixture.failure = denied;
    const { text } = await fixture.run('get', ECR);
    assert.equal(
      text,
      `ecr-xacct: ${ECR}: profile default: not allowed (no profile of account ${ACCOUNT} in ~/.aws/config, profile keys is of account 999988887777, profile process is of account 999988887777, profile default is of account 999988887777); ask its administrator`,
    );
  });

  test('is counted in the failure, with one "and", where there are many more', async () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
    const fixture = createHelperFixture('', names.map((name) => `[profile ${name}]\n${KEYS}`).join(''));
    fixture.failure = new XacctError('no-identity', 'no instance answers');
    const { text } = await fixture.run('get', ECR);
    assert.match(
      text,
      /, and profile five is of account 999988887777, and 2 more like these, and no instance answers;/,
    );
    assert.doesNotMatch(text, /\band and\b/);
  });
});

describe('the accounts of profiles, where there is no time to learn all', () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const FILES = names.map((name) => `[profile ${name}]\n${KEYS}`).join('');

  test('are a failure that says so, and no reason to be the default identity', async () => {
    const fixture = createHelperFixture('', `${FILES}[default]\n${KEYS}`);
    const deadline = new AbortController();
    fixture.deps.deadline = () => deadline.signal;
    fixture.whenAsked = () => {
      deadline.abort(new XacctError('timeout', 'no answer from AWS within 4 s'));
      return new Promise(() => {});
    };
    assert.deepEqual(await fixture.run('get', ECR), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: no profile says that it is of account ${ACCOUNT}, and no answer from AWS within 4 s: 7 of 7 profiles have not been asked for their account yet; run the same command again, which continues from here, or say which profile it is, run: aws configure set aws_account_id ${ACCOUNT} --profile NAME`,
    });
    assert.deepEqual(fixture.mints, []);
  });

  test('are asked last of those that did not answer before', async () => {
    const fixture = createHelperFixture('', FILES);
    fixture.accounts = { six: ACCOUNT };
    const deadline = new AbortController();
    const timeout = new XacctError('timeout', 'no answer from AWS within 4 s');
    fixture.deps.deadline = () => deadline.signal;
    fixture.whenAsked = () => {
      if (fixture.profilesAsked.length === 4) deadline.abort(timeout);
      return Promise.reject(timeout);
    };
    assert.match(
      (await fixture.run('get', ECR)).text,
      /: 6 of 6 profiles have not been asked for their account yet;/,
    );
    assert.deepEqual(fixture.profilesAsked, names.slice(0, 4));
    fixture.now += 10_000;
    fixture.deps.deadline = () => new AbortController().signal;
    fixture.whenAsked = () => Promise.resolve();
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile six');
    assert.deepEqual(fixture.profilesAsked.slice(4, 6), ['five', 'six']);
  });

  test('are asked of the likeliest first: one that names the account, then keys, then processes', async () => {
    const process = (name: string, args: string) =>
      `[profile ${name}]\ncredential_process = /bin/vend ${args}\n`;
    const fixture = createHelperFixture(
      '',
      `${process('slow', 'x')}${FILES}${process('likely', `--account ${ACCOUNT}`)}`,
    );
    fixture.accounts = { likely: ACCOUNT };
    await fixture.secretOf(ECR);
    assert.equal(fixture.profilesAsked[0], 'likely');
    assert.ok(!fixture.profilesAsked.includes('slow'));
  });
});

describe('MFA', () => {
  const SERIAL = 'arn:aws:iam::444455556666:mfa/dev';
  const careful = (name: string) =>
    `[profile ${name}]\nrole_arn = arn:aws:iam::${ACCOUNT}:role/${name}\nsource_profile = dev\nmfa_serial = ${SERIAL}\n`;
  const FILES = `[profile dev]\n${KEYS}${careful('one')}${careful('two')}`;
  const CONFIG = `registries:\n  ${ECR}: { profile: one }\n  ${ECR.replace('east', 'west')}: { profile: two }\n`;

  test('is asked for with the command that begins a session, before any process is started', async () => {
    const fixture = createHelperFixture(CONFIG, FILES);
    assert.deepEqual(await fixture.run('get', ECR), {
      outcome: 'failure',
      text: `ecr-xacct: ${ECR}: profile one: an MFA code of ${SERIAL} is required; run: ecr-xacct login ${ECR}`,
    });
    assert.deepEqual(fixture.mints, []);
  });

  test('is shown once: the session serves the other role behind the same keys, until it ends', async () => {
    const fixture = createHelperFixture(CONFIG, FILES);
    const done = await login(fixture.deps, { hostname: ECR, code: '123456' }, {});
    const expiresAt = fixture.now + 12 * HOUR;
    assert.deepEqual(done, {
      hostname: ECR,
      identity: 'profile one',
      region: 'us-east-1',
      expiresAt,
      leftMs: 12 * HOUR,
      mfaSession: { serial: SERIAL, expiresAt, leftMs: 12 * HOUR },
    });
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile one');
    assert.equal(await fixture.secretOf(ECR.replace('east', 'west')), 'token 2 of profile two');
    assert.deepEqual(
      fixture.proofs.map((proof) => Object.keys(proof ?? {})),
      [['code'], ['session']],
    );
    fixture.now += 12 * HOUR;
    const { text } = await fixture.run('get', ECR);
    assert.match(text, /an MFA code of .* is required/);
  });

  test('is shown once, too, where the first of several roles refuses', async () => {
    const fixture = createHelperFixture('', FILES);
    fixture.refusals['profile one'] = { code: 'assume-role-denied', message: 'not let in' };
    const { identity } = await login(fixture.deps, { hostname: ECR, code: '123456' }, {});
    assert.equal(identity, 'profile two');
    assert.deepEqual(
      fixture.proofs.map((proof) => Object.keys(proof ?? {})),
      [['code'], ['session']],
    );
  });

  test('is asked for again where AWS does not take the session any more', async () => {
    const fixture = createHelperFixture(CONFIG, FILES);
    await login(fixture.deps, { hostname: ECR, code: '123456' }, {});
    fixture.failures['profile two'] = new XacctError('mfa-required', 'an MFA code is required');
    await fixture.run('get', ECR.replace('east', 'west'));
    assert.deepEqual(fixture.deps.mfaSessions.status(), []);
  });
});

describe('login', () => {
  const FILES = `[profile dev]\nregion = eu-west-1\n${KEYS}[profile nowhere]\n${KEYS}`;

  test('mints anew, whatever is in memory, and forgets what docker login brought', async () => {
    const fixture = createHelperFixture(`registries: { ${ECR}: { profile: dev } }`, FILES);
    await fixture.secretOf(ECR);
    await fixture.run('store', JSON.stringify({ ServerURL: ECR, Username: 'AWS', Secret: 'old' }));
    await login(fixture.deps, { hostname: ECR }, {});
    assert.equal(await fixture.secretOf(ECR), 'token 2 of profile dev');
  });

  test('does not take an old token for a success', async () => {
    const fixture = createHelperFixture(`registries: { ${ECR}: { profile: dev } }`, FILES);
    await fixture.secretOf(ECR);
    fixture.failure = denied;
    await assert.rejects(login(fixture.deps, { hostname: ECR }, {}), {
      code: 'access-denied',
      message: `${ECR}: profile dev: not allowed`,
    });
  });

  test('with a profile alone is for the registry of its account in its region', async () => {
    const fixture = createHelperFixture('', FILES);
    fixture.accounts = { dev: '444455556666' };
    const { hostname } = await login(fixture.deps, { profile: 'dev' }, {});
    assert.equal(hostname, '444455556666.dkr.ecr.eu-west-1.amazonaws.com');
    await assert.rejects(login(fixture.deps, { profile: 'nowhere' }, {}), {
      message: 'profile nowhere has no region to log in to',
      hint: { run: command`aws configure set region us-east-1 --profile nowhere` },
    });
  });

  test('with a profile and a registry leaves a token that serves each caller with that profile', async () => {
    const fixture = createHelperFixture('', FILES);
    await login(fixture.deps, { hostname: ECR, profile: 'dev' }, {});
    fixture.env = { AWS_PROFILE: 'dev' };
    assert.equal(await fixture.secretOf(ECR), 'token 1 of profile dev');
  });

  test('is not for a registry that is not ECR’s', async () => {
    const fixture = createHelperFixture('', FILES);
    await assert.rejects(login(fixture.deps, { hostname: 'ghcr.io' }, {}), {
      message: 'ghcr.io: neither an ECR hostname nor in the config',
    });
  });
});

test('A token whose files only the whole environment leads to is not renewed in the background, and that is no failure.', async () => {
  const fixture = createHelperFixture(`registries: { ${ECR}: { profile: dev } }`);
  const { readProfiles, tokens } = fixture.deps;
  // As for AWS_CONFIG_FILE=/$CORP_FILES/config.
  fixture.deps.readProfiles = (...[env]: Environment[]) => {
    if (env === undefined || !isWhole(env)) throw new WholeEnvironmentNeeded();
    return readProfiles();
  };
  await fixture.secretOf(ECR);
  fixture.now += 11 * HOUR;
  await fixture.secretOf(ECR);
  fixture.now += HOUR - 60_000;
  tokens.refreshAhead();
  await new Promise(setImmediate);
  assert.ok(!Object.hasOwn(tokens.status()[0] ?? {}, 'lastError'));
  assert.deepEqual(fixture.mints, [`profile dev for ${ECR}`]);
});

test('A token of a profile beside one with a process is renewed in the background; that of the process is not.', async () => {
  const files = `[profile keys]\n${KEYS}aws_account_id = 111122223333\n[profile vault]\ncredential_process = vend\n`;
  const fixture = createHelperFixture('', files);
  fixture.accounts = { vault: '444455556666' };
  const other = ECR.replace('111122223333', '444455556666');
  for (const host of [ECR, other]) await fixture.secretOf(host);
  const before = fixture.mints.length;
  fixture.now += 11 * HOUR;
  for (const host of [ECR, other]) await fixture.secretOf(host);
  fixture.now += HOUR - 60_000;
  fixture.deps.tokens.refreshAhead();
  await new Promise(setImmediate);
  assert.deepEqual(fixture.mints.slice(before), [`profile keys for ${ECR}`]);
});
