// Tests which rule covers a hostname, and which hostnames get a credential at all.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Config, parseConfig } from '../../../src/config/load.ts';
import { matchRule, registryOf } from '../../../src/config/match.ts';
import { XacctError } from '../../../src/errors.ts';
import { isEcrHostname } from '../../support/unit/ecr-grammar.ts';
import { FILE, rulesFor } from '../../support/unit/user-files.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

describe('the most specific rule', () => {
  const all = [
    '*.*.*.*',
    '*.*.us-east-1.*',
    '111122223333.*.*.*',
    '111122223333.*.us-east-1.*',
    ECR,
    'public.ecr.aws',
  ];
  const config = parseConfig(rulesFor(...all), FILE);
  const rows: Readonly<Record<string, string | undefined>> = {
    [ECR]: ECR,
    '111122223333.dkr.ecr-fips.us-east-1.amazonaws.com': '111122223333.*.us-east-1.*',
    '111122223333.dkr-ecr.us-east-1.on.aws': '111122223333.*.us-east-1.*',
    '111122223333.dkr-ecr-fips.us-east-1.on.aws': '111122223333.*.us-east-1.*',
    '111122223333.dkr.ecr.eu-central-1.amazonaws.com': '111122223333.*.*.*',
    '111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn': '111122223333.*.*.*',
    '444455556666.dkr.ecr.us-east-1.amazonaws.com': '*.*.us-east-1.*',
    '444455556666.dkr-ecr.us-east-1.on.aws': '*.*.us-east-1.*',
    '444455556666.dkr.ecr.us-gov-west-1.amazonaws.com': '*.*.*.*',
    'public.ecr.aws': 'public.ecr.aws',
    'ecr-public.aws.com': undefined,
    'vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com': undefined,
    'registry-1.docker.io': undefined,
    [`evil.${ECR}`]: undefined,
    [`${ECR}.evil.example`]: undefined,
    '': undefined,
  };
  for (const [hostname, key] of Object.entries(rows)) {
    test(`for ${JSON.stringify(hostname)} is ${key ?? 'none'}`, () => {
      assert.equal(matchRule(config, hostname)?.key, key);
    });
  }

  test('is the next one where the most specific is removed', () => {
    const ladder = all.slice(0, 5).reverse();
    for (const [index, key] of ladder.entries()) {
      const rest = parseConfig(rulesFor(...ladder.slice(index)), FILE);
      assert.equal(matchRule(rest, ECR)?.key, key);
    }
  });

  test('covers only the endpoint that a pattern names', () => {
    const plain = parseConfig(rulesFor('111122223333.dkr.ecr.*.amazonaws.com'), FILE);
    for (const hostname of [
      '111122223333.dkr.ecr-fips.us-east-1.amazonaws.com',
      '111122223333.dkr-ecr.us-east-1.on.aws',
      '111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn',
      '444455556666.dkr.ecr.us-east-1.amazonaws.com',
    ]) {
      assert.equal(matchRule(plain, hostname), undefined, hostname);
    }
    assert.notEqual(matchRule(plain, '111122223333.dkr.ecr.us-gov-west-1.amazonaws.com'), undefined);
  });

  test('is found whatever the letters of its key', () => {
    const config = parseConfig(rulesFor(ECR.toUpperCase()), FILE);
    assert.equal(matchRule(config, ECR)?.key, ECR.toUpperCase());
  });
});

describe('the registry that a hostname means', () => {
  const config = parseConfig(
    `registries:
  images.corp.example: { registry: ${ECR}, profile: dev }
  vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com: { profile: dev }
`,
    FILE,
  );
  const meant = (hostname: string) => registryOf(hostname, matchRule(config, hostname));

  test('is the one that a rule maps a name of the user’s own to', () => {
    assert.equal(meant('images.corp.example')?.hostname, ECR);
  });

  test('is its own for an ECR hostname, with a rule or without', () => {
    assert.equal(meant(ECR)?.hostname, ECR);
    assert.equal(meant('public.ecr.aws')?.service, 'ecr-public');
  });

  test('is a VPC endpoint only where a rule names it', () => {
    const named = 'vpce-0a1b2c3d-abcd1234.dkr.ecr.us-east-1.vpce.amazonaws.com';
    assert.equal(meant(named)?.region, 'us-east-1');
    assert.equal(meant(named.replace('0a1b', '9f9f')), undefined);
  });

  test('is none for every other name', () => {
    for (const hostname of [
      'x.images.corp.example',
      'images.corp.example.evil.example',
      'docker.io',
      'corp.example',
    ]) {
      assert.equal(meant(hostname), undefined, hostname);
    }
  });
});

describe('any two rules of a config that loads', () => {
  // Few values of each part, so that patterns often cover hostnames.
  const account = fc.constantFrom('111122223333', '444455556666');
  const region = fc.constantFrom('us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1');
  const endpoint = fc.constantFrom('dkr.ecr', 'dkr.ecr-fips', 'dkr-ecr', 'dkr-ecr-fips');
  const suffix = fc.constantFrom(
    'amazonaws.com',
    'on.aws',
    'amazonaws.com.cn',
    'on.amazonwebservices.com.cn',
  );
  const glob = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant('*'), part);
  const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((values) => values.join('.'));
  const pattern = join(glob(account), glob(endpoint), glob(region), glob(suffix));
  const hostname = join(account, endpoint, region, suffix).filter(isEcrHostname);

  /** A pattern's meaning, written independently: each `*` is any text that is valid in its place. */
  const isCovered = (key: string, name: string): boolean => {
    const parts = /^([^.]+)\.(\*|dkr[.-]ecr(?:-fips)?)\.([^.]+)\.(.+)$/.exec(key)?.slice(1) ?? [];
    const anything = ['\\d{12}', 'dkr[.-]ecr(?:-fips)?', '[a-z0-9-]+', '.+'];
    const sources = parts.map((part, index) =>
      part === '*' ? anything[index] : part.replaceAll('.', '\\.'),
    );
    return new RegExp(`^${sources.join('\\.')}$`).test(name);
  };
  /** exact 4, account and region 3, account 2, region 1, neither 0. */
  const specificity = (key: string): number => {
    if (!key.includes('*')) return 4;
    const isRegionGiven = /\.(?:[a-z]+-)+\d+\./.test(key);
    return (key.startsWith('*') ? 0 : 2) + (isRegionGiven ? 1 : 0);
  };
  const load = (keys: readonly string[]): Config | undefined => {
    try {
      return parseConfig(rulesFor(...keys), FILE);
    } catch (error) {
      assert.ok(error instanceof XacctError && error.code === 'config-invalid');
      return undefined;
    }
  };
  const keys = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: pattern }, hostname), {
    minLength: 1,
    maxLength: 6,
  });
  const hostnames = fc.array(hostname, { minLength: 1, maxLength: 8 });

  test('leave exactly one most specific for a hostname that they cover, and it is the one that is found', () => {
    fc.assert(
      fc.property(keys, hostnames, (keys, hostnames) => {
        // Of keys that collide, the first ones that load.
        const loaded: string[] = [];
        for (const key of keys) if (load([...loaded, key])) loaded.push(key);
        const config = load(loaded);
        assert.ok(config !== undefined);
        for (const name of hostnames) {
          const covering = loaded.filter((key) => isCovered(key, name));
          const most = Math.max(...covering.map(specificity));
          const [best, second] = covering.filter((key) => specificity(key) === most);
          assert.equal(second, undefined, `${best} and ${second} both cover ${name}`);
          assert.equal(matchRule(config, name)?.key, best);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are found, or refused, whatever their order in the file', () => {
    const shuffled = keys.chain((keys) =>
      fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length })),
    );
    fc.assert(
      fc.property(shuffled, hostnames, ([keys, others], hostnames) => {
        const [one, other] = [load(keys), load(others)];
        assert.equal(one === undefined, other === undefined);
        if (one === undefined || other === undefined) return;
        for (const name of hostnames) assert.equal(matchRule(one, name)?.key, matchRule(other, name)?.key);
      }),
      { numRuns: 500 },
    );
  });
});
