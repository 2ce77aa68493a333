// Tests which MFA device an identity needs, and which identities share one MFA session.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { commandText } from '../../../src/hint.ts';
import type { Identity } from '../../../src/identity/identity.ts';
import { mfaDevice, mfaLoginCommand } from '../../../src/identity/mfa-device.ts';
import { resolutionInput, resolutionOf } from '../../../src/identity/resolve.ts';
import { profilesFrom, worldOf } from '../../support/unit/user-files.ts';

const SERIAL = 'arn:aws:iam::444455556666:mfa/dev';
const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const role = (name: string) => `role_arn = arn:aws:iam::111122223333:role/${name}\n`;

const FILES = `[profile dev]
${KEYS}
[profile other]
${KEYS.replace('AKIAEXAMPLE', 'AKIAOTHER')}
[profile plain]
${role('Plain')}source_profile = dev
[profile careful]
${role('Careful')}source_profile = dev
mfa_serial = ${SERIAL}
[profile admin]
${role('Admin')}source_profile = dev
mfa_serial = ${SERIAL}
[profile behind]
${role('Behind')}source_profile = careful
[profile elsewhere]
${role('Careful')}source_profile = other
mfa_serial = ${SERIAL}
[profile far]
${role('Far')}source_profile = plain
mfa_serial = ${SERIAL}
[profile shell]
${role('Shell')}credential_source = Environment
mfa_serial = ${SERIAL}
`;

const SHELL = { AWS_ACCESS_KEY_ID: 'AKIASHELL', AWS_SECRET_ACCESS_KEY: 'secret' };

function deviceOf(identity: string | Identity, env = {}, files = FILES) {
  const asked = typeof identity === 'string' ? ({ kind: 'profile', profile: identity } as const) : identity;
  return mfaDevice(asked, worldOf(profilesFrom(files), { HOME: '/home/dev', ...SHELL, ...env }));
}

describe('an MFA device', () => {
  test('is needed where a role of the chain says so', () => {
    for (const profile of ['careful', 'admin', 'behind', 'shell'])
      assert.equal(deviceOf(profile)?.serial, SERIAL);
    for (const profile of ['dev', 'plain']) assert.equal(deviceOf(profile), undefined);
  });

  test('is needed where a rule says so', () => {
    const rule: Identity = {
      kind: 'role',
      role_arn: 'arn:aws:iam::111122223333:role/Rule',
      source: { source_profile: 'dev' },
      mfa_serial: SERIAL,
    };
    assert.deepEqual(deviceOf(rule), deviceOf('careful'));
    assert.equal(deviceOf({ ...rule, mfa_serial: undefined }), undefined);
  });
});

describe('an MFA session', () => {
  test('serves every role behind the same keys, and no other', () => {
    const { sessionKey } = deviceOf('careful') ?? {};
    for (const profile of ['admin', 'behind']) assert.equal(deviceOf(profile)?.sessionKey, sessionKey);
    for (const profile of ['elsewhere', 'shell', 'far'])
      assert.notEqual(deviceOf(profile)?.sessionKey, sessionKey);
  });

  test('does not outlive the keys that it was begun with', () => {
    const rotated = FILES.replace('AKIAEXAMPLE', 'AKIAROTATED');
    assert.notEqual(deviceOf('careful', {}, rotated)?.sessionKey, deviceOf('careful')?.sessionKey);
    const keys = (id: string) => ({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: 'secret' });
    assert.notEqual(deviceOf('shell', keys('one'))?.sessionKey, deviceOf('shell', keys('two'))?.sessionKey);
  });

  test('has no secret in its key', () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'very-secret' };
    assert.doesNotMatch(deviceOf('shell', env)?.sessionKey ?? '', /very-secret/);
  });
});

describe('the command that logs in', () => {
  test('works in whatever shell it is run', () => {
    const surroundings = resolutionInput(ECR, emptyConfig('config.yaml'), profilesFrom(FILES), {});
    assert.ok(surroundings !== undefined);
    const candidate = { identity: { kind: 'profile', profile: "o'ne" } as const, reason: '' };
    const command = (step: 'override' | 'environment' | 'rule' | 'discovery') =>
      commandText(mfaLoginCommand(resolutionOf(ECR, step, candidate, surroundings)));
    for (const step of ['override', 'environment'] as const) {
      assert.equal(command(step), `ecr-xacct login --profile 'o'\\''ne' ${ECR}`);
    }
    for (const step of ['rule', 'discovery'] as const) assert.equal(command(step), `ecr-xacct login ${ECR}`);
  });
});
