// A pod's token: its service account, the role in the annotations, and the parts of a key.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { describeIdentity, type Identity } from '../../../src/identity/identity.ts';
import { credentialKey, holdsSecret } from '../../../src/identity/identity-key.ts';
import { readServiceAccount, withServiceAccountToken } from '../../../src/identity/service-account.ts';
import { APP, podToken } from '../../support/pods.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

const TOKEN = podToken(APP);
const ARN = 'arn:aws:iam::444455556666:role/PodPull';
const OTHER = 'arn:aws:iam::444455556666:role/Other';
const READ = {
  issuer: 'https://oidc.cluster.example',
  audience: 'sts.amazonaws.com',
  namespace: 'team',
  name: 'app',
  uid: '5d1b',
};

function tokenOf(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
}

function keyOf(token: string, annotations: Record<string, string>): string {
  const identity: Identity = {
    kind: 'service-account',
    service_account: readServiceAccount(token, annotations),
  };
  const env = withServiceAccountToken({}, token);
  return credentialKey(identity, { config: emptyConfig(undefined), profiles: profilesFrom(''), env });
}

describe('a service account', () => {
  for (const { annotations, role_arn } of [
    { annotations: {}, role_arn: undefined },
    { annotations: { 'eks.amazonaws.com/role-arn': ARN }, role_arn: ARN },
    {
      annotations: { 'eks.amazonaws.com/role-arn': OTHER, 'eks.amazonaws.com/ecr-role-arn': ARN },
      role_arn: ARN,
    },
    { annotations: { 'eks.amazonaws.com/ecr-role-arn': OTHER, 'ecr-xacct/role-arn': ARN }, role_arn: ARN },
    { annotations: { 'ecr-xacct/role-arn': '', 'eks.amazonaws.com/role-arn': ARN }, role_arn: ARN },
  ]) {
    test(`with ${JSON.stringify(annotations)} is read with the role ${role_arn}`, () => {
      assert.deepEqual(readServiceAccount(TOKEN, annotations), { ...READ, role_arn });
    });
  }

  for (const { what, token } of [
    { what: 'no token', token: 'secret' },
    { what: 'no JSON', token: `e30.${Buffer.from('secret').toString('base64url')}.sig` },
    { what: 'claims of no Kubernetes', token: tokenOf({ iss: 'x', aud: 'y', sub: 'secret' }) },
    {
      what: 'a name that is no text',
      token: tokenOf({
        iss: 'x',
        aud: 'y',
        'kubernetes.io': { namespace: 'secret', serviceaccount: { name: 7, uid: 'u' } },
      }),
    },
    { what: 'null', token: tokenOf(null) },
    { what: 'more than STS takes', token: `e30.${'secret'.repeat(4_000)}.sig` },
  ]) {
    test(`of ${what} is refused, and nothing of the token is said`, () => {
      assert.throws(
        () => readServiceAccount(token, {}),
        (error: Error) => {
          assert.match(
            error.message,
            /^the service account's token that the kubelet gives (?:is not a JSON Web Token|has no issuer)/,
          );
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }

  test('has a key that is of the service account and its role, with nothing of the token in it', () => {
    const key = keyOf(TOKEN, { 'eks.amazonaws.com/role-arn': ARN });
    assert.equal(keyOf(podToken(APP, 2), { 'eks.amazonaws.com/role-arn': ARN }), key);
    for (const part of TOKEN.split('.')) assert.ok(!key.includes(part));
    for (const other of [
      { ...APP, uid: '2' },
      { ...APP, name: 'b' },
      { ...APP, namespace: 'b' },
    ]) {
      assert.notEqual(keyOf(podToken(other), { 'eks.amazonaws.com/role-arn': ARN }), key);
    }
    assert.notEqual(keyOf(TOKEN, { 'eks.amazonaws.com/role-arn': OTHER }), key);
  });

  test('is a secret of its caller: what it is asked with is not kept to renew its token', () => {
    assert.equal(holdsSecret(withServiceAccountToken({}, TOKEN)), true);
  });

  test('is named with its role', () => {
    const service_account = readServiceAccount(TOKEN, { 'eks.amazonaws.com/role-arn': ARN });
    assert.equal(
      describeIdentity({ kind: 'service-account', service_account }),
      `role ${ARN} (service account team/app)`,
    );
    assert.equal(
      describeIdentity({ kind: 'service-account', service_account: undefined }),
      "the pod's service account",
    );
    const source = { service_account };
    assert.equal(
      describeIdentity({ kind: 'role', role_arn: OTHER, source }),
      `role ${OTHER} (role ${ARN} of service account team/app)`,
    );
  });
});
