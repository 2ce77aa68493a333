// Tests how the machine's config and the user's own are merged.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyConfig } from '../../../src/config/empty-config.ts';
import { type Config, parseConfig } from '../../../src/config/load.ts';
import { matchRule } from '../../../src/config/match.ts';
import { createMerge } from '../../../src/config/merge.ts';
import { FILE, rulesFor } from '../../support/unit/user-files.ts';

const SYSTEM = '/etc/ecr-xacct/config.yaml';
const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const OTHER = '444455556666.dkr.ecr.us-east-1.amazonaws.com';

function merged(own: string, system: string): Config {
  return createMerge()(parseConfig(own, FILE), parseConfig(system, SYSTEM));
}

/** The file of the rule that covers a hostname. */
function placeOf(config: Config, hostname: string): string | undefined {
  const rule = matchRule(config, hostname);
  return rule && `${rule.file}:${rule.line}`;
}

describe('a rule', () => {
  test("of the user's own, of any rank, comes before the most specific of the machine's", () => {
    const config = merged(rulesFor('*.*.*.*'), rulesFor(ECR, OTHER));
    assert.equal(placeOf(config, ECR), `${FILE}:2`);
    assert.equal(placeOf(config, OTHER), `${FILE}:2`);
  });

  test("of the machine's counts where none of the user's own covers the hostname", () => {
    const config = merged(rulesFor(ECR, 'public.ecr.aws'), rulesFor('*.*.*.*', ECR, OTHER));
    assert.equal(placeOf(config, ECR), `${FILE}:2`);
    assert.equal(placeOf(config, OTHER), `${SYSTEM}:4`);
    assert.equal(placeOf(config, OTHER.replace('us-east-1', 'eu-west-1')), `${SYSTEM}:2`);
    assert.equal(placeOf(config, 'registry-1.docker.io'), undefined);
  });

  test('may have the same key in both files', () => {
    const config = merged(rulesFor(ECR), rulesFor(ECR));
    assert.deepEqual(
      config.rules.map(({ file, key }) => [file, key]),
      [
        [FILE, ECR],
        [SYSTEM, ECR],
      ],
    );
  });
});

describe('a setting', () => {
  const DEFAULTS = emptyConfig(undefined);
  const rows: readonly [string, string, string, Partial<Config>][] = [
    ['is the default where neither file says it', '', '', { discover: true, saidBy: {} }],
    [
      "is the machine's where the user's file does not say it",
      'refresh_margin: 1m',
      'refresh_margin: 2m\nmax_token_age: 1h\nfallback_helper: pass\ndiscover: false\nprocess_env: [A]\nmfa_process: code',
      {
        refreshMargin: 60_000,
        maxTokenAge: 3_600_000,
        fallbackHelper: 'pass',
        discover: false,
        processEnv: ['A'],
        mfaProcess: 'code',
        saidBy: {
          refreshMargin: FILE,
          maxTokenAge: SYSTEM,
          fallbackHelper: SYSTEM,
          discover: SYSTEM,
          processEnv: SYSTEM,
          mfaProcess: SYSTEM,
        },
      },
    ],
    [
      "is the user's where they say what the default is anyway",
      'discover: true\nrefresh_margin: 15m\nprocess_env:',
      'discover: false\nrefresh_margin: 1m\nprocess_env: [A]',
      {
        discover: true,
        refreshMargin: DEFAULTS.refreshMargin,
        processEnv: [],
        saidBy: { discover: FILE, refreshMargin: FILE, processEnv: FILE },
      },
    ],
  ];
  for (const [title, own, system, expected] of rows) {
    test(title, () => {
      const config = merged(own, system);
      assert.deepEqual({ ...config, ...expected }, config);
    });
  }
});

describe('a config', () => {
  test("without a file of the user's own is the machine's, and says where the user's would be", () => {
    const system = parseConfig(`${rulesFor(ECR)}\ndiscover: false`, SYSTEM);
    const config = createMerge()(emptyConfig(FILE), system);
    assert.deepEqual(config, { ...system, file: FILE, exists: false });
  });

  test("without one of the machine is the user's own", () => {
    const own = parseConfig(rulesFor(ECR), FILE);
    assert.equal(createMerge()(own, undefined), own);
  });

  test('is merged once for each pair', () => {
    const merge = createMerge();
    const [own, system, edited] = [parseConfig('', FILE), parseConfig('', SYSTEM), parseConfig('', SYSTEM)];
    const config = merge(own, system);
    assert.deepEqual(config.files, [FILE, SYSTEM]);
    assert.equal(merge(own, system), config);
    assert.notEqual(merge(own, edited), config);
  });
});
