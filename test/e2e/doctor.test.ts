// `ecr-xacct doctor`, built: from Docker's config to the layers, and to the cause.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/finding.ts';
import { PRIMARY_ACCOUNT, REGION } from '../fake-aws/two-account-world.ts';
import {
  ecrHost,
  foreignHost,
  images,
  type Stage,
  stageHosts,
  startStage,
  throughRole,
} from '../support/e2e/stage.ts';
import type { Workplace } from '../support/e2e/workplace.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { bin } from '../support/product/product.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

const DEV = 'arn:aws:iam::444455556666:user/dev';

describe('doctor', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: false });
  });
  after(() => stage[Symbol.asyncDispose]());

  async function diagnosed({ run }: Workplace, image: string, ...options: string[]) {
    const { status, stdout, stderr } = await run(['ecr-xacct', 'doctor', '--json', image, ...options]);
    assert.equal(stderr, '');
    const { findings, cause } = JSON.parse(stdout) as Diagnosis;
    assert.equal(status, cause === undefined ? 0 : 1);
    return { steps: findings.map(({ step, outcome }) => `${step} ${outcome}`), cause, findings };
  }

  const upTo = (count: number) =>
    [
      'program ok',
      'docker-config ok',
      'identity ok',
      'credentials ok',
      'token ok',
      'registry ok',
      'manifest ok',
      'layers ok',
    ].slice(0, count);

  test('goes all the way of a pull that works, in a screen of 80 columns.', async (t) => {
    const { succeed } = await stage.workplace(t, throughRole('EcrPull'));
    const { stdout } = await succeed(['ecr-xacct', 'doctor', images.shared]);
    assert.equal(
      stdout,
      `${images.shared}

   STEP               WHAT
1  program        ok  Docker finds docker-credential-ecr-xacct on PATH
2  docker-config  ok  Docker asks ecr-xacct (credHelpers in
                      ~/.docker/config.json)
3  identity       ok  role arn:aws:iam::111122223333:role/EcrPull (source
                      profile dev), by: rule
                      "111122223333.dkr.ecr.us-east-1.amazonaws.com"
                      (~/.config/ecr-xacct/config.yaml:2)
4  credentials    ok  AWS says: role EcrPull of 111122223333, session
                      ecr-xacct-root
5  token          ok  docker-credential-ecr-xacct gives Docker a token
6  registry       ok  it accepts the token
7  manifest       ok  it can be read
8  layers         ok  its layer can be read

It can be pulled.
`,
    );
  });

  test('says whose policy denies a pull, and by which command it is granted.', async (t) => {
    const workplace = await stage.workplace(t, { profile: 'dev' });
    const { stdout, status } = await workplace.run(['ecr-xacct', 'doctor', images.private]);
    assert.equal(status, 1);
    const command = `ecr-xacct grant 444455556666 --on ${ecrHost}/team/private`;
    const [, , end] = stdout.split('\n\n');
    assert.equal(
      end,
      `Cause: no resource-based policy lets ${DEV} do
ecr:BatchGetImage on arn:aws:ecr:us-east-1:111122223333:repository/team/private
The fix is on the side of the registry's account. An administrator of
111122223333 runs:
  ${command}
ECR says the same of a repository that does not exist.
To let in no one else of 444455556666, grant it to
${DEV}.
`,
    );
    const { steps, cause } = await diagnosed(workplace, images.private);
    assert.deepEqual(steps, [...upTo(6), 'manifest failed']);
    assert.deepEqual(
      [cause?.side, cause?.action, cause?.command],
      ['registry', 'ecr:BatchGetImage', command],
    );
  });

  test('begins an upload with --push, and gives it up.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPush'));
    const { steps } = await diagnosed(workplace, images.shared, '--push');
    assert.deepEqual(steps, [...upTo(8), 'upload unknown']);
  });

  test('says whose policy denies a push.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    const { steps, cause } = await diagnosed(workplace, images.shared, '--push');
    assert.deepEqual(steps, [...upTo(8), 'upload failed']);
    assert.deepEqual([cause?.side, cause?.by], ['caller', 'an administrator of 111122223333']);
    assert.equal(
      cause?.command,
      'aws iam attach-role-policy --role-name EcrPull --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser',
    );
  });

  test('tells a tag that is missing from one that is to be pushed.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPush'));
    const image = `${ecrHost}/team/app:new`;
    const { steps, cause } = await diagnosed(workplace, image);
    assert.deepEqual([...steps], [...upTo(6), 'manifest failed']);
    assert.deepEqual([cause?.side, cause?.text], ['image', 'team/app has no tag new']);
    const pushed = await diagnosed(workplace, image, '--push');
    assert.deepEqual(pushed.steps, [...upTo(7), 'upload unknown']);
  });

  test('stops where Docker asks another helper, and says how it comes to ask us.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    const config = (content: object) =>
      writeFile(join(workplace.home, '.docker/config.json'), JSON.stringify(content));
    await config({ credHelpers: { [`https://${ecrHost}`]: 'ecr-xacct' }, credsStore: 'desktop' });
    const { steps, cause } = await diagnosed(workplace, images.shared);
    assert.deepEqual(steps, [...upTo(1), 'docker-config failed']);
    // No profile belongs to the registry's account, but a rule names the account.
    const setup = `ecr-xacct setup --region ${PRIMARY_ACCOUNT}=${REGION}`;
    assert.deepEqual([cause?.side, cause?.command, cause?.notes], ['machine', setup, []]);
    assert.match(cause?.text ?? '', /^credHelpers has "https:/);
    await config({ credsStore: 'desktop' });
    const stored = await diagnosed(workplace, images.shared);
    assert.match(stored.cause?.text ?? '', /^Docker asks docker-credential-desktop and not ecr-xacct /);
    await config({ credsStore: 'ecr-xacct', auths: { [ecrHost]: { auth: 'QVdTOm9sZA==' } } });
    const old = await diagnosed(workplace, images.shared);
    assert.deepEqual(old.steps.slice(0, 2), [...upTo(1), 'docker-config warning']);
    assert.equal(old.cause, undefined);
    assert.equal(old.findings[1]?.command, `docker logout ${ecrHost}`);
  });

  test('stops where the helper is not on PATH, and where its config is broken.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    const { status, stdout } = await workplace.run([join(bin, 'ecr-xacct'), 'doctor', images.shared], {
      env: { PATH: '/usr/bin:/bin' },
    });
    assert.equal(status, 1);
    assert.match(stdout, /\nThe fix is on this machine\. Run:\n {2}(?:sudo )?ln -s /);
    await writeFile(join(workplace.home, '.config/ecr-xacct/config.yaml'), 'registries: 1\n');
    const { steps, cause } = await diagnosed(workplace, images.shared);
    assert.deepEqual(steps, [...upTo(2), 'identity failed']);
    assert.match(cause?.text ?? '', /config\.yaml:1/);
  });

  test('stops if the role may not be assumed, and if the host is not ECR’s.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('NobodyTrusted'));
    const { steps, cause } = await diagnosed(workplace, images.shared);
    assert.deepEqual(steps, [...upTo(3), 'credentials failed']);
    assert.match(cause?.text ?? '', /NobodyTrusted/);
    const foreign = await diagnosed(workplace, `${foreignHost}/app:1`);
    assert.deepEqual(foreign.steps, [...upTo(2), 'identity failed']);
  });

  test('stops at the token, and still says who one is, where that alone is denied.', async (t) => {
    const workplace = await stage.workplace(t, { profile: 'default' });
    const { steps, cause } = await diagnosed(workplace, images.shared);
    assert.deepEqual(steps, [...upTo(4), 'token failed']);
    assert.deepEqual([cause?.side, cause?.action], ['caller', 'ecr:GetAuthorizationToken']);
    assert.match(cause?.command ?? '', /^aws iam attach-user-policy --user-name denied /);
  });

  test('looks at the machine and its registries where no image is named: 0 where nothing is wrong.', async (t) => {
    const workplace = await stage.workplace(t, throughRole('EcrPull'));
    await writeFile(
      join(workplace.home, '.docker/config.json'),
      JSON.stringify({ credHelpers: { [ecrHost]: 'ecr-xacct' } }),
    );
    const { stdout } = await workplace.succeed(['ecr-xacct', 'doctor', '--strict']);
    assert.match(
      stdout,
      /\n {3}REGISTRY\n1 {2}111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com {2}ok\n {3}AWS says: role EcrPull of 111122223333, session \S+\n\nSummary: 0 failures, 0 warnings; 1 of 1 registry without a failure\.\n$/,
    );
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    const { policies } = stage.cast.primary.roles.get('EcrPull') ?? assert.fail();
    const taken = policies.splice(0);
    await workplace.succeed(['ecr-xacct', 'logout', '--all']);
    const { status, stdout: denied } = await workplace.run(['ecr-xacct', 'doctor']);
    policies.push(...taken);
    assert.equal(status, 1);
    assert.match(denied, /^Failed: 111122223333\.dkr\S+, token: no identity-based/m);
  });
});
