// Why a registry, or the storage behind it, refuses a request.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRefusal } from '../../../../src/doctor/registry-api/registry-refusal.ts';
import { parseDenial } from '../../../../src/policy/denial.ts';
import { createSecrets } from '../../../../src/secrets.ts';

const asItIs = (text: string) => text;

describe('a refusal', () => {
  const rows: [string, object][] = [
    [
      '{"errors":[{"code":"DENIED","message":"Your Authorization Token is invalid."},{"code":"OTHER"}]}',
      { code: 'DENIED', message: 'Your Authorization Token is invalid.' },
    ],
    ['{"errors":[{"code":"MANIFEST_UNKNOWN","detail":{"Tag":"1"}}]}', { code: 'MANIFEST_UNKNOWN' }],
    ['{"message":"Forbidden"}', { message: 'Forbidden' }],
    [
      '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired &amp; gone</Message><Expires>2026</Expires></Error>',
      { code: 'AccessDenied', message: 'Request has expired & gone' },
    ],
    ['<html><body>403 Forbidden</body></html>', {}],
    ['{"errors":[]}', {}],
    ['{"errors":[1]}', {}],
    ['{"errors":[{"code":1,"message":null}]}', {}],
    ['[]', {}],
    ['Not Authorized\n', {}],
    ['', {}],
  ];
  for (const [body, expected] of rows) {
    test(`is read: ${body.trim().replaceAll('\n', ' ') || 'nothing'}`, () => {
      assert.deepEqual(parseRefusal(body, asItIs), expected);
    });
  }

  test('of S3 is a denial with its policy, although it is in XML.', () => {
    const resource = 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/a';
    const message = `User: arn:aws:sts::812812325446:assumed-role/storage/x is not authorized to perform: s3:GetObject on resource: &quot;${resource}&quot; because no VPC endpoint policy allows the s3:GetObject action`;
    const body = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
    const denial = parseDenial(parseRefusal(body, asItIs).message ?? '');
    assert.deepEqual([denial?.resource, denial?.policyType], [resource, 'VPC endpoint policy']);
  });

  test('never has a secret in it, nor more than 2048 characters.', () => {
    const body = (message: string) => JSON.stringify({ errors: [{ code: 'pass/word', message }] });
    assert.deepEqual(
      parseRefusal(body('not pass/word, nor b64=='), createSecrets(['pass/word', 'b64==']).hide),
      {
        code: '***',
        message: 'not ***, nor ***',
      },
    );
    assert.equal(
      parseRefusal(body(`${'x'.repeat(2_045)}pass/word`), createSecrets(['pass/word']).hide).message,
      `${'x'.repeat(2_045)}***`,
    );
  });

  test('is read from arbitrary text without a throw.', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void parseRefusal(text, asItIs)));
  });
});
