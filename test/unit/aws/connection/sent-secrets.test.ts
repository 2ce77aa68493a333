// The secrets of a request that the answering server knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsIn } from '../../../../src/aws/connection/sent-secrets.ts';

test('Secrets are found in headers, but of a signature not what was signed.', () => {
  const headers = {
    host: 'sts.example',
    authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/us-east-1, SignedHeaders=host, Signature=0a1b',
    'x-amz-security-token': 'session',
    'x-amz-sso_bearer_token': 'bearer',
  };
  assert.deepEqual(secretsIn({ headers, body: undefined }), ['0a1b', 'session', 'bearer']);
});

test('Secrets are found in the fields of a form, and of JSON at any depth.', () => {
  const form =
    'Action=AssumeRole&RoleArn=arn%3Aaws&WebIdentityToken=a%2Fb%2B&TokenCode=123456&ExternalId=7f3c';
  const json = JSON.stringify({
    tokenInput: { refreshToken: 'r', grantType: 'refresh_token' },
    clientSecret: 's',
  });
  for (const write of [(text: string) => text, (text: string) => Buffer.from(text)]) {
    assert.deepEqual(secretsIn({ headers: {}, body: write(form) }), ['a/b+', '123456']);
    assert.deepEqual(secretsIn({ headers: {}, body: write(json) }), ['r', 's']);
  }
  assert.deepEqual(secretsIn({ headers: {}, body: '' }), []);
});
