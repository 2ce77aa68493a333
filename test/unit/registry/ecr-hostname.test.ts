// Tests the meaning of ECR hostnames: every family, and many names that only look like one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRegistry, partitionOfRegion } from '../../../src/registry/ecr-hostname.ts';

const ACCOUNT = '111122223333';
const ECR = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;

describe('a private registry hostname', () => {
  // https://docs.aws.amazon.com/general/latest/gr/ecr.html, and the suffixes of each partition.
  const plain = [
    ['us-east-1', 'amazonaws.com', 'aws'],
    ['ap-southeast-7', 'amazonaws.com', 'aws'],
    ['mx-central-1', 'amazonaws.com', 'aws'],
    ['il-central-1', 'amazonaws.com', 'aws'],
    ['us-gov-west-1', 'amazonaws.com', 'aws-us-gov'],
    ['us-gov-east-1', 'amazonaws.com', 'aws-us-gov'],
    ['cn-north-1', 'amazonaws.com.cn', 'aws-cn'],
    ['cn-northwest-1', 'amazonaws.com.cn', 'aws-cn'],
    ['us-iso-east-1', 'c2s.ic.gov', 'aws-iso'],
    ['us-isob-east-1', 'sc2s.sgov.gov', 'aws-iso-b'],
    ['eu-isoe-west-1', 'cloud.adc-e.uk', 'aws-iso-e'],
    ['us-isof-south-1', 'csp.hci.ic.gov', 'aws-iso-f'],
    ['eusc-de-east-1', 'amazonaws.eu', 'aws-eusc'],
  ] as const;
  const dualStack = [
    ['us-east-1', 'on.aws', 'aws'],
    ['us-gov-west-1', 'on.aws', 'aws-us-gov'],
    ['cn-north-1', 'on.amazonwebservices.com.cn', 'aws-cn'],
    ['us-iso-west-1', 'on.aws.ic.gov', 'aws-iso'],
    ['us-isob-east-1', 'on.aws.scloud', 'aws-iso-b'],
    ['eu-isoe-west-1', 'on.cloud-aws.adc-e.uk', 'aws-iso-e'],
    ['us-isof-east-1', 'on.aws.hci.ic.gov', 'aws-iso-f'],
    ['eusc-de-east-1', 'on.amazonwebservices.eu', 'aws-eusc'],
  ] as const;
  const rows = [
    ...plain.map((row) => ['dkr.ecr', false, ...row] as const),
    ...dualStack.map((row) => ['dkr-ecr', true, ...row] as const),
  ];
  for (const [endpoint, isDualStack, region, suffix, partition] of rows) {
    for (const fips of [false, true]) {
      const hostname = `${ACCOUNT}.${endpoint}${fips ? '-fips' : ''}.${region}.${suffix}`;
      test(`${hostname} is in ${region} of ${partition}`, () => {
        assert.deepEqual(parseRegistry(hostname), {
          service: 'ecr',
          hostname,
          account: ACCOUNT,
          region,
          partition,
          fips,
          dualStack: isDualStack,
        });
      });
    }
  }

  test('keeps the leading zeros of an account', () => {
    assert.equal(parseRegistry('000000000001.dkr.ecr.us-east-1.amazonaws.com')?.account, '000000000001');
  });
});

describe("a VPC endpoint's hostname", () => {
  const rows = [
    ['vpce-0a1b2c3d4e5f67890-abcd1234.dkr.ecr.eu-central-1.vpce.amazonaws.com', 'eu-central-1', 'aws', false],
    ['vpce-0a1b2c3d-abcd1234-us-east-1a.dkr.ecr.us-east-1.vpce.amazonaws.com', 'us-east-1', 'aws', false],
    ['vpce-0a1b2c3d-abcd1234.dkr.ecr-fips.us-east-1.vpce.amazonaws.com', 'us-east-1', 'aws', true],
    ['vpce-0a1b2c3d-abcd1234.dkr.ecr.cn-north-1.vpce.amazonaws.com.cn', 'cn-north-1', 'aws-cn', false],
  ] as const;
  for (const [hostname, region, partition, fips] of rows) {
    test(`${hostname} has no account in it`, () => {
      assert.deepEqual(parseRegistry(hostname), {
        service: 'ecr',
        hostname,
        account: undefined,
        region,
        partition,
        fips,
        dualStack: false,
      });
    });
  }
});

describe('ECR Public', () => {
  for (const [hostname, dualStack] of [
    ['public.ecr.aws', false],
    ['ecr-public.aws.com', true],
  ] as const) {
    test(`${hostname} authenticates in us-east-1 and never with FIPS`, () => {
      assert.deepEqual(parseRegistry(hostname), {
        service: 'ecr-public',
        hostname,
        account: undefined,
        region: 'us-east-1',
        partition: 'aws',
        fips: false,
        dualStack,
      });
    });
  }
});

describe('a name that is not ECR’s', () => {
  const attacks: Record<string, readonly string[]> = {
    'a suffix after the pattern': [
      `${ECR}.evil.example`,
      `${ECR}.`,
      `${ECR}..`,
      `${ECR}evil`,
      `${ECR}:443`,
      `${ECR}/`,
      `${ECR}/repo`,
      `${ECR}?x`,
      `${ECR}#x`,
      'public.ecr.aws.evil.example',
      'ecr-public.aws.com.cn',
    ],
    'a prefix before the pattern': [
      `evil.${ECR}`,
      `evil-${ECR}`,
      `1${ECR}`,
      `.${ECR}`,
      `-${ECR}`,
      `https://${ECR}`,
      'evil.public.ecr.aws',
      'evilpublic.ecr.aws',
      'not-ecr-public.aws.com',
      'x.vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com',
    ],
    userinfo: [`user@${ECR}`, `user:secret@${ECR}`, `${ECR}@evil.example`, `${ECR}:x@evil.example`],
    'a control byte': ['\0', '\n', '\r', '\r\n', '\t', '\v', '\f', '\x1b[31m', '\x7f', '\x85'].flatMap(
      (byte) => [
        `${byte}${ECR}`,
        `${ECR}${byte}`,
        `${ECR}${byte}evil.example`,
        ECR.replace('.dkr', `${byte}.dkr`),
        `public.ecr.aws${byte}`,
      ],
    ),
    'a space': [` ${ECR}`, `${ECR} `, ECR.replace('.', ' .')],
    'an empty or partial name': [
      '',
      '.',
      '..',
      'amazonaws.com',
      'dkr.ecr.us-east-1.amazonaws.com',
      '.dkr.ecr.us-east-1.amazonaws.com',
      `${ACCOUNT}.dkr.ecr.us-east-1`,
      `${ACCOUNT}.dkr.ecr..amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.amazonaws.com`,
      `${ACCOUNT}.ecr.us-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr.us-east-1.amazonaws.com`,
      'ecr.aws',
      'public.ecr',
      'public..ecr.aws',
    ],
    'an account that is not twelve digits': [
      ECR.slice(1),
      `0${ECR}`,
      ECR.replace(ACCOUNT, '11112222333a'),
      ECR.replace(ACCOUNT, '1111-2222-3333'),
      ECR.replace(ACCOUNT, '*'),
    ],
    'characters another parser would map to ours': [
      ECR.replaceAll('.', '。'),
      ECR.replace('.', '．'),
      ECR.replace('1', '１'),
      ECR.replace('1', '١'),
      ECR.replace('.', '%2e'),
      ECR.replace('.', '%2E'),
      ECR.replace('dkr', 'd\u212Ar'),
      ECR.replace('us', 'u\u017F'),
      ECR.replace('dkr', 'd\u00ADkr'),
      `${ECR}\u200B`,
      `${ECR}\\`,
      `evil.example\\${ECR}`,
      `${ECR}\\@evil.example`,
      'publ\u0131c.ecr.aws',
    ],
    'a mixture of two families': [
      `${ACCOUNT}.dkr.ecr.us-east-1.on.aws`,
      `${ACCOUNT}.dkr-ecr.us-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr-fips.us-east-1.on.aws`,
      `${ACCOUNT}.dkr-ecr-fips.us-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr-ecr.cn-north-1.amazonaws.com.cn`,
      `${ACCOUNT}.dkr.ecr.us-east-1.vpce.amazonaws.com`,
      'vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.amazonaws.com',
      'vpce-0a1b2c3d-abcd1234.dkr-ecr.us-east-1.vpce.on.aws',
      `${ACCOUNT}.dkr_ecr.us-east-1.amazonaws.com`,
      `${ACCOUNT}.dkrxecr.us-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr-public.us-east-1.amazonaws.com`,
    ],
    'the region of another partition': [
      `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com.cn`,
      `${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com.cn`,
      `${ACCOUNT}.dkr.ecr.us-iso-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.us-isob-east-1.c2s.ic.gov`,
      `${ACCOUNT}.dkr.ecr.us-iso-east-1.sc2s.sgov.gov`,
      `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.eu`,
      `${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr-ecr.eusc-de-east-1.on.aws`,
      `${ACCOUNT}.dkr-ecr.us-east-1.on.amazonwebservices.com.cn`,
    ],
    'a region that has not the form of one': [
      `${ACCOUNT}.dkr.ecr.useast1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.us-east-.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.-us-east-1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.us-east-111.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.us_east_1.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.*.amazonaws.com`,
      `${ACCOUNT}.dkr.ecr.us-east-1.evil.amazonaws.com`,
    ],
    'a domain that looks like AWS’s': [
      `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.co`,
      `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com.co`,
      `${ACCOUNT}.dkr.ecr.us-east-1.amazonawsxcom`,
      `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws-com.example`,
      'public.ecr.aws.com',
      'publicxecr.aws',
    ],
    'a name that a plain object has': ['constructor', '__proto__', 'toString'],
  };
  for (const [kind, names] of Object.entries(attacks)) {
    test(`${kind} makes it foreign`, () => {
      for (const name of names) assert.equal(parseRegistry(name), undefined, JSON.stringify(name));
    });
  }

  test('more than the 253 characters of a hostname make it foreign', () => {
    const vpce = (id: string) => `vpce-${id}-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com`;
    const room = 253 - vpce('').length;
    assert.equal(vpce('a'.repeat(room)).length, 253);
    assert.equal(parseRegistry(vpce('a'.repeat(room + 1))), undefined);
    assert.equal(parseRegistry(`${'a'.repeat(100_000)}.${ECR}`), undefined);
  });
});

describe('the partition of a region', () => {
  const rows: Record<string, string | undefined> = {
    'us-east-1': 'aws',
    'us-gov-west-1': 'aws-us-gov',
    'cn-north-1': 'aws-cn',
    'us-iso-west-1': 'aws-iso',
    'us-isob-east-1': 'aws-iso-b',
    'eu-isoe-west-1': 'aws-iso-e',
    'us-isof-south-1': 'aws-iso-f',
    'eusc-de-east-1': 'aws-eusc',
    'us-isoz-east-1': undefined,
    'US-EAST-1': undefined,
    'us-east-1\n': undefined,
    'us-east': undefined,
    '': undefined,
  };
  for (const [region, partition] of Object.entries(rows)) {
    test(`of ${JSON.stringify(region)} is ${partition ?? 'unknown'}`, () => {
      assert.equal(partitionOfRegion(region), partition);
    });
  }
});
