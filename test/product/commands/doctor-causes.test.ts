// `ecr-xacct doctor` names the true cause on this machine, and the command that fixes it: the built program, a fake AWS.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Diagnosis, Finding } from '../../../src/doctor/finding.ts';
import { PRIMARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { on, startPolicyStage } from '../../support/product/policy-stage.ts';
import { bin } from '../../support/product/product.ts';
import { devFiles, HOST, type ProductStage, type StageOptions } from '../../support/product/stage.ts';

const LOGIN = { auth: 'QVdTOm9sZA==' };

/** doctor's findings with a config.json of Docker's, and with another program before ours on PATH. */
async function findings(
  { dockerConfig, wrapper, ...options }: StageOptions & { dockerConfig?: object; wrapper?: string },
  look: (step: (name: string) => Finding | undefined, stage: ProductStage) => void,
): Promise<void> {
  await using stage = await startPolicyStage(options);
  const { product } = stage;
  await mkdir(join(product.home, '.docker'), { recursive: true });
  await writeFile(join(product.home, '.docker/config.json'), JSON.stringify(dockerConfig ?? {}));
  const first = join(product.folder, 'first');
  await mkdir(first);
  if (wrapper !== undefined) {
    await writeFile(join(first, 'docker-credential-ecr-xacct'), wrapper, { mode: 0o755 });
  }
  const env = { PATH: `${first}:${product.env.PATH}` };
  const { stdout } = await product.run(['ecr-xacct', 'doctor', on('team/app:1'), '--json'], { env });
  const { findings: found } = JSON.parse(stdout) as Diagnosis;
  look((name) => found.find(({ step }) => step === name), stage);
}

describe('An old login is not the cause', () => {
  test('where a store answers: what is said is that Docker asks the store.', () =>
    findings({ dockerConfig: { credsStore: 'desktop', auths: { [HOST]: LOGIN } } }, (step) => {
      const { outcome, text, command, notes } = step('docker-config') ?? assert.fail();
      assert.equal(outcome, 'failed');
      assert.match(text, /^Docker asks docker-credential-desktop and not ecr-xacct \(credsStore in /);
      assert.doesNotMatch(command ?? '', /docker logout/);
      assert.match(notes?.[0] ?? '', /^auths has an old login .*Docker does not use it$/);
    }));

  test('where a helper of ours answers: it is a warning, and docker logout is said only where it takes it out.', async () => {
    const credHelpers = { [HOST]: 'ecr-xacct' };
    await findings({ dockerConfig: { credHelpers, auths: { [HOST]: LOGIN } } }, (step) => {
      const { outcome, command } = step('docker-config') ?? assert.fail();
      assert.deepEqual([outcome, command], ['warning', `docker logout ${HOST}`]);
    });
    const auths = { [`https://${HOST}`]: LOGIN };
    await findings({ dockerConfig: { credHelpers, credsStore: 'desktop', auths } }, (step) => {
      const { outcome, command } = step('docker-config') ?? assert.fail();
      assert.equal(outcome, 'warning');
      assert.doesNotMatch(command ?? '', /docker logout/);
    });
  });

  test('but it is where no helper is named at all.', () =>
    findings({ dockerConfig: { auths: { [HOST]: LOGIN } } }, (step) => {
      const { outcome, text } = step('docker-config') ?? assert.fail();
      assert.equal(outcome, 'failed');
      assert.match(text, /^the login .* in auths, in plain text, is all that Docker has/);
    }));
});

describe('A program before ours on PATH', () => {
  const ours = join(bin, 'docker-credential-ecr-xacct');

  test('is well where it is a wrapper of ours.', () =>
    findings({ wrapper: `#!/bin/sh\nexec ${ours} "$@"\n` }, (step) => {
      const { outcome, text } = step('program') ?? assert.fail();
      assert.equal(outcome, 'ok');
      assert.match(
        text,
        /^Docker runs \S+\/first\/docker-credential-ecr-xacct, which answers as docker-credential-ecr-xacct \d/,
      );
    }));

  test('is a warning where it is ours of another version.', () =>
    findings({ wrapper: '#!/bin/sh\necho docker-credential-ecr-xacct 0.0.1\n' }, (step) => {
      const { outcome, text, command } = step('program') ?? assert.fail();
      assert.equal(outcome, 'warning');
      assert.match(text, /which is docker-credential-ecr-xacct 0\.0\.1; that of this ecr-xacct is /);
      assert.match(command ?? '', /^\$\{EDITOR:-vi\} \S+\/first\/docker-credential-ecr-xacct$/);
    }));

  test('fails where it is something else.', () =>
    findings({ wrapper: '#!/bin/sh\nexit 3\n' }, (step) => assert.equal(step('program')?.outcome, 'failed')));
});

test('A profile of a rule that is not there is told with its file and line, and with the one that was meant.', () =>
  findings(
    {
      dockerConfig: { credHelpers: { [HOST]: 'ecr-xacct' } },
      files: (cast) => ({ ...devFiles(cast), registries: { [HOST]: { profile: 'dve' } } }),
    },
    (step) => {
      const { outcome, text, notes } = step('identity') ?? assert.fail();
      assert.equal(outcome, 'failed');
      assert.match(text, /^rule "\S+" \(\S+\/config\.yaml:2\): there is no profile dve in /);
      assert.deepEqual(notes, ['Did you mean dev?']);
    },
  ));

test("A registry whose account has a profile leads to that account's own setup, be it without a region.", () =>
  findings(
    {
      files: (cast) => ({
        ...devFiles(cast),
        config: { 'profile images': { sso_account_id: PRIMARY_ACCOUNT, sso_role_name: 'x' } },
        registries: {},
      }),
    },
    (step) => {
      const { command } = step('docker-config') ?? assert.fail();
      assert.equal(command, 'ecr-xacct setup --profile images --region us-east-1');
    },
  ));

test('With --strict, a warning of an image is said to count.', async () => {
  await using stage = await startPolicyStage();
  const { product } = stage;
  await mkdir(join(product.home, '.docker'));
  const dockerConfig = { credHelpers: { [HOST]: 'ecr-xacct' }, auths: { [HOST]: LOGIN } };
  await writeFile(join(product.home, '.docker/config.json'), JSON.stringify(dockerConfig));
  const doctor = async (...args: string[]) => (await stage.run('doctor', on('team/app:1'), ...args)).stdout;
  assert.match(await doctor('--strict'), /\n1 warning: --strict counts it as a failure\.\n$/);
  assert.doesNotMatch(await doctor(), /--strict/);
});
