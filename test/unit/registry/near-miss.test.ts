// Tests the notes on hostnames that are nearly ECR's.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { nearMiss, nearMissText } from '../../../src/registry/near-miss.ts';
import { regionMeant } from '../../../src/registry/region-names.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const MEANT = `did you mean ${HOST}?`;

describe('A hostname that is nearly one', () => {
  for (const [typed, said] of [
    [
      '11112222333.dkr.ecr.us-east-1.amazonaws.com',
      `its account 11112222333 has 11 digits, not 12; ${MEANT}`,
    ],
    [
      '1111222233334.dkr.ecr.us-east-1.amazonaws.com',
      `its account 1111222233334 has 13 digits, not 12; ${MEANT}`,
    ],
    ['11112222333o.dkr.ecr.us-east-1.amazonaws.com', `its account "11112222333o" is not 12 digits; ${MEANT}`],
    ['99992222333.dkr.ecr.us-east-1.amazonaws.com', 'its account 99992222333 has 11 digits, not 12'],
    ['111122223333.dkr.ecr.us-east1.amazonaws.com', `"us-east1" is not a region, but us-east-1 is; ${MEANT}`],
    [
      '111122223333.dkr.ecr.us-east-1a.amazonaws.com',
      `"us-east-1a" is not a region, but us-east-1 is; ${MEANT}`,
    ],
    ['111122223333.drk.ecr.us-east-1.amazonaws.com', `"drk.ecr" is not "dkr.ecr"; ${MEANT}`],
    ['111122223333.ecr.us-east-1.amazonaws.com', `"ecr" is not "dkr.ecr"; ${MEANT}`],
    ['111122223333.dkr.us-east-1.amazonaws.com', `"dkr" is not "dkr.ecr"; ${MEANT}`],
    ['111122223333.dkr.ecr.us-east-1.amazonaws.co', `"amazonaws.co" is not "amazonaws.com"; ${MEANT}`],
    [
      '111122223333.dkr.ecr.us-east-1.amazonaws.com.cn',
      `"amazonaws.com.cn" is not "amazonaws.com"; ${MEANT}`,
    ],
    [
      '111122223333.dkr.ecr.cn-north-1.amazonaws.com',
      '"amazonaws.com" is not "amazonaws.com.cn"; did you mean 111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn?',
    ],
    [
      '111122223333.dkr-ecr.us-east-1.amazonaws.com',
      '"amazonaws.com" is not "on.aws"; did you mean 111122223333.dkr-ecr.us-east-1.on.aws?',
    ],
    [
      '111122223333.drk.ecr.us-east1.amazonaws.co',
      `"drk.ecr" is not "dkr.ecr", and "us-east1" is not a region, but us-east-1 is, and "amazonaws.co" is not "amazonaws.com"; ${MEANT}`,
    ],
    ['111122223333.dkr.ecr.amazonaws.com', 'it has no region between "dkr.ecr" and "amazonaws.com"'],
    ['dkr.ecr.us-east-1.amazonaws.com', 'it has no account before "dkr.ecr"'],
    ['publc.ecr.aws', 'ECR Public is public.ecr.aws; did you mean public.ecr.aws?'],
    ['gallery.ecr.aws', 'ECR Public is public.ecr.aws; did you mean public.ecr.aws?'],
    [
      '*.dkr.ecr.us-east1.amazonaws.com',
      '"us-east1" is not a region, but us-east-1 is; did you mean *.dkr.ecr.us-east-1.amazonaws.com?',
    ],
    [
      '11112222333.dkr.ecr.*.amazonaws.com',
      'its account 11112222333 has 11 digits, not 12; did you mean 111122223333.dkr.ecr.*.amazonaws.com?',
    ],
  ] as const) {
    test(typed, () => {
      const found = nearMiss(typed, ['111122223333', '444455556666']);
      assert.equal(found && nearMissText(found), said);
    });
  }
});

test('What is one, and what has nothing of one, is no near miss.', () => {
  for (const text of [
    HOST,
    'public.ecr.aws',
    'ghcr.io',
    'registry.example.com',
    's3.us-east-1.amazonaws.com',
    'ecr.us-east-1.amazonaws.com',
    'api.ecr.us-east-1.amazonaws.com',
    '111122223333.dkr.ecr.us-east-3.amazonaws.com',
    '',
  ]) {
    assert.equal(nearMiss(text), undefined, text);
  }
});

test('Whatever is meant by a hostname is one.', () => {
  const slip = fc.tuple(fc.nat(HOST.length - 1), fc.constantFrom('', '1', 'a', '-', '.'));
  fc.assert(
    fc.property(slip, ([at, instead]) => {
      const { meant } = nearMiss(HOST.slice(0, at) + instead + HOST.slice(at + 1)) ?? {};
      assert.ok(meant === undefined || parseRegistry(meant) !== undefined, meant ?? '');
    }),
  );
});

test('A region is meant by what is nearly its name; a number that is not there yet is no slip.', () => {
  for (const [typed, meant] of [
    ['us-east1', 'us-east-1'],
    ['useast-1', 'us-east-1'],
    ['us_east_1', 'us-east-1'],
    ['US-EAST-1', 'us-east-1'],
    ['eu-cental-1', 'eu-central-1'],
    ['us-est-1', undefined],
    ['us-east-9', undefined],
    ['us-east-1', undefined],
    ['xx-nowhere-1', undefined],
  ] as const) {
    assert.equal(regionMeant(typed), meant, typed);
  }
});
