// The grantees: which texts are read, and the errors for others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';
import type { Grantee } from '../../../src/policy/access.ts';
import { describeGrantee, parseGrantee } from '../../../src/policy/grantee.ts';
import type { Partition } from '../../../src/registry/ecr-hostname.ts';

const ID = '444455556666';
const role = (arn: string): Grantee => ({ kind: 'principal', type: 'role', arn, account: ID });
const user = (arn: string): Grantee => ({ kind: 'principal', type: 'user', arn, account: ID });

describe('what is read', () => {
  const rows: [string, Grantee, Partition?][] = [
    [ID, { kind: 'account', account: ID }],
    ['000000000001', { kind: 'account', account: '000000000001' }],
    [`arn:aws:iam::${ID}:root`, { kind: 'account', account: ID }],
    [`arn:aws-cn:iam::${ID}:root`, { kind: 'account', account: ID }, 'aws-cn'],
    [`arn:aws:iam::${ID}:role/ci`, role(`arn:aws:iam::${ID}:role/ci`)],
    [`arn:aws:iam::${ID}:role/a/b.c/ci+=,.@-_`, role(`arn:aws:iam::${ID}:role/a/b.c/ci+=,.@-_`)],
    [
      `arn:aws:iam::${ID}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0a1b`,
      role(`arn:aws:iam::${ID}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0a1b`),
    ],
    [`arn:aws:iam::${ID}:user/dev`, user(`arn:aws:iam::${ID}:user/dev`)],
    [`arn:aws-us-gov:iam::${ID}:user/dev`, user(`arn:aws-us-gov:iam::${ID}:user/dev`), 'aws-us-gov'],
    ['org:o-a1b2c3d4e5', { kind: 'organization', id: 'o-a1b2c3d4e5' }],
    [`org:o-${'a'.repeat(32)}`, { kind: 'organization', id: `o-${'a'.repeat(32)}` }],
    [`lambda:${ID}`, { kind: 'lambda', account: ID }],
  ];
  for (const [text, grantee, partition = 'aws'] of rows) {
    test(`is ${text}, as ${grantee.kind}.`, () => {
      assert.deepEqual(parseGrantee(text, partition), grantee);
    });
  }

  test('is what is shown of it, too.', () => {
    const account = fc.stringMatching(/^\d{12}$/);
    const arn = fc.tuple(
      account,
      fc.constantFrom('role', 'user'),
      fc.stringMatching(/^([a-z]{1,5}\/){0,3}[\w+=,.@-]{1,20}$/),
    );
    const text = fc.oneof(
      account,
      arn.map(([id, type, name]) => `arn:aws:iam::${id}:${type}/${name}`),
      fc.stringMatching(/^org:o-[a-z0-9]{10,32}$/),
      account.map((id) => `lambda:${id}`),
    );
    fc.assert(fc.property(text, (typed) => assert.equal(describeGrantee(parseGrantee(typed, 'aws')), typed)));
  });
});

describe('what is refused, with what to write instead', () => {
  const rows: [string, RegExp, RegExp][] = [
    ['*', /everyone who has an AWS account/, /org:o-…/],
    [`arn:aws:iam::${ID}:role/*`, /wildcard/, /each role/],
    ['arn:aws:iam::*:root', /wildcard/, /account/],
    [
      `arn:aws:sts::${ID}:assumed-role/ci/build-7`,
      /session of a role, which expires/,
      new RegExp(`^write the role: arn:aws:iam::${ID}:role/ci$`),
    ],
    [
      `arn:aws:sts::${ID}:assumed-role/AWSReservedSSO_Dev_0a1b/eve@corp.example`,
      /lacks the path/,
      /aws iam get-role --role-name AWSReservedSSO_Dev_0a1b --query Role\.Arn$/,
    ],
    [`arn:aws:iam::${ID}:role/AWSReservedSSO_Dev_0a1b`, /lacks the path/, /aws iam get-role/],
    [`arn:aws:sts::${ID}:federated-user/eve`, /is a session/, new RegExp(`account: ${ID}`)],
    [`arn:aws-cn:iam::${ID}:root`, /partition aws-cn, the registry is in aws$/, /arn:aws:iam::/],
    [`arn::iam::${ID}:root`, /partition \(none\)/, /arn:aws:iam::/],
    [`arn:aws:iam::${ID}:group/devs`, /is a group/, new RegExp(`its users, or ${ID}$`)],
    [`arn:aws:iam::${ID}:policy/x`, /neither an account nor a role nor a user/, /role\/NAME/],
    [`arn:aws:iam::${ID}:role/`, /neither an account/, /role\/NAME/],
    [`arn:aws:iam::${ID}:role/two words`, /neither an account/, /role\/NAME/],
    ['arn:aws:iam::4444:root', /names no account: it has twelve digits/, /ACCOUNT/],
    ['arn:aws:s3:::images', /is of s3/, /the role that it runs as/],
    [`arn:aws:lambda:us-east-1:${ID}:function:api`, /is a function/, new RegExp(`^write lambda:${ID}$`)],
    [`arn:aws:organizations::${ID}:organization/o-a1b2c3d4e5`, /no principal/, /^write org:o-a1b2c3d4e5$/],
    [`arn:aws:organizations::${ID}:ou/o-a1b2c3d4e5/ou-ab12-cdefghij`, /a unit of/, /each account/],
    ['44445555666', /has 11 digits/, /leading zero/],
    ['4444555566667', /has 13 digits/, /leading zero/],
    ['4444-5555-6666', /not how an account is written/, /^write 444455556666$/],
    ['4444 5555 6666', /not how an account is written/, /^write 444455556666$/],
    ['4444-5555', /has 8 digits/, /leading zero/],
    ['org:r-ab12', /a root or a unit/, /org:o-…/],
    ['org:ou-ab12-cdefghij', /a root or a unit/, /org:o-…/],
    ['ou-ab12-cdefghij', /a root or a unit/, /org:o-…/],
    ['org:O-A1B2C3D4E5', /names no organization/, /^write org:o-a1b2c3d4e5$/],
    ['org:o-short', /names no organization/, /describe-organization/],
    ['org:', /names no organization/, /describe-organization/],
    ['o-a1b2c3d4e5', /lacks what it is/, /^write org:o-a1b2c3d4e5$/],
    ['lambda:api', /names no account/, /^write lambda:/],
    ['lambda.amazonaws.com', /is a service/, /lambda:/],
    ['AROAEXAMPLE0123456789', /unique ID/, /its ARN/],
    ['', /an empty name/, /org:o-…/],
    ['ci', /cannot be a principal/, /role\/NAME/],
    [`${ID}\n`, /not how an account is written/, /^write 444455556666$/],
    [`org:o-a1b2c3d4e5\n`, /names no organization/, /describe-organization/],
    [`arn:aws:iam::${ID}:role/ci\n`, /neither an account/, /role\/NAME/],
  ];
  for (const [text, message, hint] of rows) {
    test(`is ${JSON.stringify(text)}.`, () => {
      assert.throws(
        () => parseGrantee(text, 'aws'),
        (error: unknown) => {
          assert.ok(error instanceof XacctError);
          assert.equal(error.code, 'usage');
          assert.match(error.message, message);
          assert.match(hintText(error.hint ?? {}), hint);
          return true;
        },
      );
    });
  }

  test('is every other text, by the one error, and nothing is read that is not shown the same.', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(
        /^(arn:(aws|aws-cn)?:(iam|sts|s3)?::?[0-9]{0,13}:(root|role|user|group)?\/?[ -~]{0,5}|org:.{0,5}|lambda:[0-9]{10,13})$/,
      ),
    );
    fc.assert(
      fc.property(text, (typed) => {
        try {
          const shown = describeGrantee(parseGrantee(typed, 'aws'));
          assert.ok(shown === typed || typed === `arn:aws:iam::${shown}:root`);
        } catch (error) {
          assert.ok(error instanceof XacctError && error.code === 'usage', String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
