// `ecr-xacct doctor` without an image: this machine and all its registries, in an overview and a report.
import assert from 'node:assert/strict';
import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { CheckUp } from '../../../src/doctor/check-up.ts';
import { CANARY } from '../../fake-aws/canary.ts';
import { startPolicyStage } from '../../support/product/policy-stage.ts';
import type { ProductFiles, RunOptions } from '../../support/product/product.ts';
import { devFiles, HOST, type ProductStage, secretsOf } from '../../support/product/stage.ts';
import { findSecretsInText } from '../../support/secret-scan.ts';

const OTHER = '777788889999.dkr.ecr.eu-west-1.amazonaws.com';
const LOGIN = { auth: 'QVdTOm9sZA==' };

interface Machine extends ProductStage {
  doctor(args: readonly string[], options?: RunOptions): ReturnType<ProductStage['product']['run']>;
}

/** With Docker's config.json, and other files than those of dev. */
async function startMachine(
  dockerConfig: object | undefined,
  files?: Partial<ProductFiles>,
): Promise<Machine> {
  const stage = await startPolicyStage({ files: (cast) => ({ ...devFiles(cast), ...files }) });
  const folder = join(stage.product.home, '.docker');
  await mkdir(folder, { recursive: true });
  if (dockerConfig !== undefined) await writeFile(join(folder, 'config.json'), JSON.stringify(dockerConfig));
  return {
    ...stage,
    doctor: (args, options) => stage.product.run(['ecr-xacct', 'doctor', ...args], options),
  };
}

async function checkedUp(machine: Machine, ...args: string[]) {
  const { status, stdout } = await machine.doctor(['--json', ...args]);
  const found = JSON.parse(stdout) as CheckUp;
  const registries = Object.fromEntries(
    found.registries.map(({ hostname, findings }) => [
      hostname,
      findings.map(({ step, outcome }) => `${step} ${outcome}`),
    ]),
  );
  const machineSteps = found.machine.map(({ step, outcome }) => `${step} ${outcome}`);
  return { status, found, registries, machineSteps, summary: found.summary };
}

const UP_TO_TOKEN = ['docker-config ok', 'identity ok', 'credentials ok', 'token ok'];

test('Every registry of both configs is looked at, up to the first step that fails.', async () => {
  await using machine = await startMachine({ credHelpers: { [HOST]: 'ecr-xacct', [OTHER]: 'ecr-xacct' } });
  const { status, registries, machineSteps, summary } = await checkedUp(machine);
  assert.deepEqual(machineSteps, [
    'program ok',
    'docker-config ok',
    'config ok',
    'aws-files ok',
    'daemon ok',
  ]);
  // Here, no registry answers.
  assert.deepEqual(registries[HOST], [...UP_TO_TOKEN, 'registry failed']);
  assert.deepEqual(Object.keys(registries), [HOST, OTHER]);
  assert.equal(status, 1);
  assert.deepEqual(summary.registries, { well: 0, all: 2 });
});

test('A registry that only config.yaml names is looked at, and Docker that does not ask for it is a failure.', async () => {
  await using machine = await startMachine({});
  const { registries } = await checkedUp(machine);
  assert.deepEqual(registries, { [HOST]: ['docker-config failed'] });
});

test("One of another helper's that config.yaml does not name is a warning: 0, and 1 with --strict.", async () => {
  await using machine = await startMachine({ credHelpers: { [OTHER]: 'ecr-login' } }, { registries: {} });
  const { registries, status, summary } = await checkedUp(machine);
  assert.deepEqual(registries, { [OTHER]: ['docker-config warning'] });
  assert.deepEqual([status, summary.failed, summary.warnings], [0, 0, 1]);
  assert.equal((await checkedUp(machine, '--strict')).status, 1);
  const { stdout } = await machine.doctor([]);
  assert.match(stdout, /\nSummary: 0 failures, 1 warning; 1 of 1 registry without a failure\.\n$/);
});

test('An old login that Docker still uses is told, and so is a host that is not ours in credHelpers.', async () => {
  const dockerConfig = { credHelpers: { 'ghcr.io': 'ecr-xacct' }, auths: { [HOST]: LOGIN } };
  await using machine = await startMachine(dockerConfig);
  const { registries } = await checkedUp(machine);
  assert.deepEqual(registries, { 'ghcr.io': ['identity warning'], [HOST]: ['docker-config failed'] });
});

test('A rule by pattern that no hostname of Docker falls under leads to the setup of its own account.', async () => {
  const rule = { '444455556666.dkr.ecr.*.amazonaws.com': { profile: 'dev' } };
  await using machine = await startMachine(
    { credHelpers: { [HOST]: 'ecr-xacct' } },
    { registries: { [HOST]: { profile: 'dev' }, ...rule }, config: { 'profile dev': { output: 'json' } } },
  );
  const { found } = await checkedUp(machine);
  const warning = found.machine.find(({ outcome }) => outcome === 'warning') ?? assert.fail();
  assert.match(
    warning.text,
    /^rule "444455556666\.dkr\.ecr\.\*\.amazonaws\.com" \(\S+\/config\.yaml:\d+\) is of no registry/,
  );
  assert.equal(warning.command, 'ecr-xacct setup --profile dev --region REGION');
});

test('A rule by pattern is of use where a rule for a hostname comes before it: it serves the other regions.', async () => {
  const registries = {
    [HOST]: { profile: 'dev' },
    '111122223333.dkr.ecr.*.amazonaws.com': { profile: 'dev' },
  };
  await using machine = await startMachine({ credHelpers: { [HOST]: 'ecr-xacct' } }, { registries });
  const { found } = await checkedUp(machine);
  assert.deepEqual(
    found.machine.filter(({ outcome }) => outcome !== 'ok'),
    [],
  );
});

test('Where nothing is set up, the command is the setup.', async () => {
  await using machine = await startMachine(undefined, { registries: {} });
  const { found, status } = await checkedUp(machine);
  assert.equal(status, 1);
  const failed = found.machine.find(({ outcome }) => outcome === 'failed') ?? assert.fail();
  assert.equal(failed.command, 'ecr-xacct setup');
});

test('Files that cannot be read fail their own step, and end nothing.', async () => {
  await using machine = await startMachine(undefined);
  await writeFile(join(machine.product.home, '.docker/config.json'), '{ "credHelpers": 1 }');
  await writeFile(join(machine.product.home, '.config/ecr-xacct/config.yaml'), 'registries: 1\nx: 2\n');
  await writeFile(join(machine.product.home, '.aws/config'), '[profile x\n');
  const { machineSteps, found } = await checkedUp(machine);
  assert.deepEqual(machineSteps, [
    'program ok',
    'docker-config failed',
    'config failed',
    'aws-files failed',
    'daemon ok',
  ]);
  const [, , config] = found.machine;
  assert.match(config?.text ?? '', /config\.yaml:1:/);
  assert.match(config?.notes?.[0] ?? '', /config\.yaml:2:/);
});

describe('The report', () => {
  const credHelpers = { [HOST]: 'ecr-xacct' };

  test('has what was found and no secret, and only its user can read it.', async () => {
    await using machine = await startMachine({ credHelpers, auths: { [OTHER]: LOGIN } });
    const report = join(machine.product.folder, 'report.md');
    const env = {
      HTTPS_PROXY: `http://me:${CANARY}-proxy@127.0.0.1:1`,
      MY_API_TOKEN: `${CANARY}-token`,
      AWS_SESSION_TOKEN: '',
      AWS_REGION: 'eu-west-1',
    };
    await machine.doctor(['--report', report], { env });
    const text = await readFile(report, 'utf8');
    const { mode } = await lstat(report);
    assert.equal(mode & 0o777, 0o600);
    assert.deepEqual(findSecretsInText(text, report, [CANARY, ...secretsOf(machine), LOGIN.auth]), []);
    assert.match(text, /^# ecr-xacct doctor\n\n- ecr-xacct \d/);
    assert.match(text, /^- HTTPS_PROXY \(value left out\)$/m);
    assert.match(text, /^- AWS_REGION=eu-west-1$/m);
    assert.match(text, /^Summary: /m);
    const [, json = ''] = /```json\n(.*)\n```/s.exec(text) ?? [];
    assert.equal((JSON.parse(json) as CheckUp).registries.length, 2);
  });

  test('overwrites nothing, and follows no link; the hint names a file that is free.', async () => {
    await using machine = await startMachine({ credHelpers });
    const report = join(machine.product.folder, 'report.md');
    await writeFile(report, 'mine');
    const link = join(machine.product.folder, 'link');
    await symlink(join(machine.product.folder, 'target'), link);
    const { status, stderr } = await machine.doctor(['--strict', '--report', report]);
    assert.equal(status, 1);
    assert.match(stderr, /is there already, and is not overwritten/);
    assert.match(stderr, /ecr-xacct doctor --strict --report \S+\/report-2\.md$/m);
    assert.equal(await readFile(report, 'utf8'), 'mine');
    assert.match((await machine.doctor(['--report', link])).stderr, /is not overwritten/);
    await assert.rejects(lstat(join(machine.product.folder, 'target')), { code: 'ENOENT' });
    const nowhere = join(machine.product.folder, 'no/such/report.md');
    assert.match(
      (await machine.doctor(['--report', nowhere])).stderr,
      /^ecr-xacct: cannot make \S+ \(ENOENT\)/,
    );
  });

  test('is made of an image, too, and is no file where doctor is asked wrongly.', async () => {
    await using machine = await startMachine({ credHelpers });
    const report = join(machine.product.folder, 'image.md');
    await machine.doctor([`${HOST}/team/app:1`, '--report', report]);
    assert.match(await readFile(report, 'utf8'), /^- run: ecr-xacct doctor 1111\S+\/team\/app:1$/m);
    const wrong = join(machine.product.folder, 'wrong.md');
    const { status } = await machine.doctor([
      `${HOST}/team/app:1`,
      '--for',
      'ecs',
      '--role',
      'x',
      '--report',
      wrong,
    ]);
    assert.equal(status, 2);
    await assert.rejects(lstat(wrong), { code: 'ENOENT' });
  });
});

for (const option of ['--push', '--for=ecs', '--role=x', '--region=us-east-1']) {
  test(`${option} is not for a machine.`, async () => {
    await using machine = await startMachine({});
    assert.equal((await machine.doctor([option])).status, 2);
  });
}
