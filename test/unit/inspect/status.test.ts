// Tests that `ecr-xacct status` tells the truth about the files of a HOME, and that its commands can be run.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONFIG, DOCKER, makeSetupHome, ssoProfile } from '../../support/unit/setup-home.ts';

const HOST = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
const PATTERN = HOST.replace('us-east-1', '*');
const SERIAL = 'arn:aws:iam::111122223333:mfa/dev';
const ROLE = 'arn:aws:iam::444455556666:role/EcrPull';
const AWS = {
  '.aws/credentials': `[base]\naws_access_key_id = ${'A'.repeat(20)}\naws_secret_access_key = ${'s'.repeat(40)}\n`,
  '.aws/config': `[profile mfa]\nrole_arn = ${ROLE}\nsource_profile = base\nmfa_serial = ${SERIAL}\nregion = us-east-1\n`,
};

const rule = (key: string, settings: string) => `  "${key}": { ${settings} }\n`;

describe('an MFA session that is not begun', () => {
  const fix = async (rules: string, docker?: string) => {
    using user = makeSetupHome({
      ...AWS,
      [CONFIG]: `registries:\n${rules}`,
      ...(docker !== undefined && { [DOCKER]: docker }),
    });
    const { stdout } = await user.run('status');
    return new RegExp(`\n {2}MFA ${SERIAL} +not signed in\n {4}(.*)\n`).exec(stdout)?.[1] ?? stdout;
  };

  test('is begun at the first registry that is no pattern.', async () => {
    const docker = JSON.stringify({ credHelpers: { [HOST]: 'ecr-xacct' } });
    assert.equal(await fix(rule(PATTERN, 'profile: mfa'), docker), `run: ecr-xacct login ${HOST}`);
  });

  test('is begun as the profile where there are only patterns.', async () => {
    const rules = rule(PATTERN, 'profile: mfa') + rule('*.dkr.ecr.eu-west-1.amazonaws.com', 'profile: mfa');
    assert.equal(await fix(rules), 'run: ecr-xacct login --profile mfa');
  });

  test('has no command where only a pattern leads to the role of a rule.', async () => {
    const role = rule(PATTERN, `role_arn: ${ROLE}, source_profile: base, mfa_serial: "${SERIAL}"`);
    assert.equal(await fix(role), 'Log in to a registry of the pattern with ecr-xacct login');
  });
});

describe('registries that Docker asks another for', () => {
  test('are each with what hands them over: a setup of the account, of the rules, or the entry by hand.', async () => {
    const [foreign, own] = [HOST.replaceAll('4444', '6666'), 'registry.example.com'];
    const pods = HOST.replaceAll('4444', '7777');
    const rules = [
      rule(pods, 'service_account: true'),
      rule(HOST, 'profile: platform'),
      rule(foreign, `role_arn: "arn:aws:iam::666655556666:role/R", source_profile: platform`),
      rule(own, `registry: ${HOST}, profile: platform`),
    ].join('');
    using user = makeSetupHome({
      '.aws/config': ssoProfile('platform', '444455556666'),
      [CONFIG]: `registries:\n${rules}`,
    });
    const { stdout } = await user.run('status');
    assert.ok(
      stdout.endsWith(
        `\nDocker does not ask ecr-xacct for these:
  ${HOST}: no helper
    run: ecr-xacct setup --profile platform --region us-east-1
  ${foreign}: no helper
    run: ecr-xacct setup --region 666655556666=us-east-1
  ${own}: no helper
    run: ecr-xacct setup
`,
      ),
      stdout,
    );
  });

  const bypassed = `registries:\n${rule(HOST, 'profile: base')}`;
  for (const [what, files, expected] of [
    ['a rule names', { [CONFIG]: bypassed }, 1],
    [
      'a rule names, and the login in auths comes first',
      { [CONFIG]: bypassed, [DOCKER]: `{"auths":{"${HOST}":{"auth":"QVdTOng="}}}` },
      1,
    ],
    ['only Docker names', { [DOCKER]: `{"credHelpers":{"${HOST}":"ecr-login"}}` }, 0],
    [
      'a rule names, and podman asks ecr-xacct for',
      { [CONFIG]: bypassed, '.config/containers/auth.json': `{"credHelpers":{"${HOST}":"ecr-xacct"}}` },
      0,
    ],
    [
      'a rule names, and podman asks ecr-xacct for all',
      {
        [CONFIG]: bypassed,
        '.config/containers/registries.conf.d/50-ecr-xacct.conf': 'credential-helpers = ["ecr-xacct"]\n',
      },
      0,
    ],
  ] as const) {
    test(`make it exit with ${expected} where ${what}.`, async () => {
      using user = makeSetupHome({ ...AWS, ...files });
      const { status, stdout } = await user.run('status');
      assert.match(stdout, new RegExp(`\nDocker does not ask ecr-xacct for these:\n  ${HOST}: `));
      assert.equal(status, expected, stdout);
    });
  }

  test('by rule are no concern where Docker asks ecr-xacct for them.', async () => {
    using user = makeSetupHome({
      ...AWS,
      [CONFIG]: bypassed,
      [DOCKER]: `{"credHelpers":{"${HOST}":"ecr-xacct"}}`,
    });
    const { status, stdout } = await user.run('status');
    assert.equal(status, 0, stdout);
  });
});

test('A rule for pods waits for nothing: status says how to see what one gets, and exits with 0.', async () => {
  const role = `service_account: true, role_arn: "${ROLE}"`;
  const rules = rule(HOST, role) + rule(PATTERN, 'service_account: true');
  using user = makeSetupHome({ [CONFIG]: `registries:\n${rules}`, [DOCKER]: '{}' });
  const { status, stdout } = await user.run('status');
  assert.equal(status, 0, stdout);
  const [, table = ''] = stdout.split('TOKEN\n');
  assert.equal(
    table,
    `role ${ROLE} (the pod's service account)
  ${HOST}  of pods
  To see what a pod gets, run:
    ecr-xacct doctor --for kubelet ${HOST}/NAME:TAG
the pod's service account
  ${PATTERN.padEnd(HOST.length)}  of pods
  to see what a pod gets, run: ecr-xacct doctor --for kubelet IMAGE
`,
  );
});

describe('that no registry is named', () => {
  const NONE = /No registry is set up yet/;

  test('is said where there are no files.', async () => {
    using user = makeSetupHome();
    assert.match((await user.run('status')).stdout, NONE);
  });

  for (const [what, files] of [
    ['config.yaml', { [CONFIG]: 'registries: 1\n' }],
    ['config.json', { [DOCKER]: '{' }],
    ['both', { [CONFIG]: 'registries: 1\n', [DOCKER]: '{' }],
  ] as const) {
    test(`is not said where ${what} cannot be read: that may name some.`, async () => {
      using user = makeSetupHome(files);
      const { status, stdout } = await user.run('status');
      assert.doesNotMatch(stdout, NONE);
      assert.doesNotMatch(stdout, /ecr-xacct setup/);
      assert.equal(status, 1);
      for (const path of Object.keys(files)) assert.ok(stdout.includes(`${user.home}/${path}`), stdout);
    });
  }
});

test('The files of the AWS CLI are read once, however many registries there are.', async () => {
  const time = async (count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `${100_000_000_000 + index}`);
    using user = makeSetupHome({
      '.aws/config': ids.map((id) => `[profile p${id}]\naws_secret_access_key = ${id}\n`).join(''),
      [CONFIG]: `registries:\n${ids.map((id) => rule(`${id}.dkr.ecr.*.amazonaws.com`, `profile: p${id}`)).join('')}`,
    });
    const started = performance.now();
    await user.run('status');
    return performance.now() - started;
  };
  const least = async (count: number) => Math.min(await time(count), await time(count), await time(count));
  const TIMES = 8;
  const [few, many] = [await least(25), await least(25 * TIMES)];
  assert.ok(many < few * TIMES, `${TIMES} times as many take ${many / few} times as long`);
});
