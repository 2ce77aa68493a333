// The other side of cross-account pulls and pushes, with a real Docker: denied, granted, done, revoked, denied again.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/finding.ts';
import { type AccessKey, REGION } from '../fake-aws/two-account-world.ts';
import { ecrHost, images, type Rule, type Stage, stageHosts, startStage } from '../support/e2e/stage.ts';
import type { Workplace } from '../support/e2e/workplace.ts';
import { dockerClis, skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry', 'dockerd');
if (!skip) enterPrivateHosts(stageHosts);

const CI_ROLE = 'arn:aws:iam::444455556666:role/ci';
const throughCi = { role_arn: CI_ROLE, source_profile: 'dev' };
const PREFIX = `${ecrHost}/team/*`;

describe('with docker', { skip, timeout: 240_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: true });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    const registry = stage.cast.primary.registry(REGION);
    registry.policyScope = 'V2';
    registry.policy = undefined;
    const repository = registry.repositories.get('team/private');
    if (repository !== undefined) repository.policy = undefined;
  });

  /**
   * Has the profile that pulls, and `primary`, which owns the registry. `inspector` may simulate the puller's policies.
   */
  async function workplaceOf(t: TestContext, rule: Rule): Promise<Workplace> {
    const workplace = await stage.workplace(t, rule);
    const { admin, secondaryAdmin } = stage.cast;
    const keys = profile('primary', admin) + profile('inspector', secondaryAdmin);
    await appendFile(join(workplace.home, '.aws/credentials'), keys);
    return workplace;
  }

  async function causeOf({ run }: Workplace, ...args: string[]) {
    const { stdout, stderr } = await run(['ecr-xacct', 'doctor', '--json', ...args]);
    assert.equal(stderr, '');
    const { cause } = JSON.parse(stdout) as Diagnosis;
    assert.ok(cause, stdout);
    return cause;
  }

  /** Runs the command that doctor prints. */
  const runs = (workplace: Workplace, command = '', ...more: string[]) =>
    workplace.succeed([...command.split(' '), ...more]);

  const xacct = (workplace: Workplace, ...words: string[]) => workplace.succeed(['ecr-xacct', ...words]);

  async function denied(
    workplace: Workplace,
    command: readonly string[],
    action: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { status, stderr } = await workplace.run(command, { env });
    assert.notEqual(status, 0);
    assert.match(stderr, new RegExp(`no resource-based policy allows the ecr:${action} action`));
  }

  for (const { path: docker, version } of dockerClis()) {
    test(`docker ${version}: a pull is denied, granted as doctor says, done, revoked and denied.`, async (t) => {
      const workplace = await workplaceOf(t, { profile: 'dev' });
      const pull = [docker, 'pull', images.private];
      await denied(workplace, pull, 'BatchGetImage');
      const { side, command, by } = await causeOf(workplace, images.private);
      assert.deepEqual([side, by], ['registry', 'an administrator of 111122223333']);
      await runs(workplace, command, '--yes');
      await workplace.succeed(pull);
      await runs(workplace, command?.replace(' grant ', ' revoke '), '--yes');
      await denied(workplace, pull, 'BatchGetImage');
    });
  }

  const docker = dockerClis()[0]?.path ?? 'docker';

  test('A push is denied, granted as doctor says, done, revoked and denied; the pull stays.', async (t) => {
    const workplace = await workplaceOf(t, throughCi);
    const image = `${ecrHost}/team/private:pushed`;
    const push = [docker, 'push', image];
    await workplace.succeed([docker, 'pull', images.shared]);
    await workplace.succeed([docker, 'tag', images.shared, image]);
    await xacct(workplace, 'grant', CI_ROLE, '--on', `${ecrHost}/team/private`, '--yes');
    // Docker knows that the layers exist, and begins with the manifest.
    await denied(workplace, push, 'PutImage');
    const { side, action, command } = await causeOf(workplace, image, '--push');
    assert.deepEqual([side, action], ['registry', 'ecr:InitiateLayerUpload']);
    await runs(workplace, command, '--yes');
    await workplace.succeed(push);
    await runs(workplace, command?.replace(' grant ', ' revoke '), '--yes');
    await denied(workplace, push, 'PutImage');
    await workplace.succeed([docker, 'pull', image]);
  });

  test("A prefix is granted in the registry's policy, for one role and no other identity of its account.", async (t) => {
    const ci = await workplaceOf(t, throughCi);
    const pull = [docker, 'pull', images.private];
    await denied(ci, pull, 'BatchGetImage');
    await xacct(ci, 'grant', CI_ROLE, '--on', PREFIX, '--yes');
    await ci.succeed(pull);
    await denied(ci, pull, 'BatchGetImage', { ECR_XACCT_PROFILE: 'dev' });
    await xacct(ci, 'revoke', CI_ROLE, '--on', PREFIX, '--yes');
    await denied(ci, pull, 'BatchGetImage');
  });

  test('Under scope V1 a prefix has no effect; doctor says so, and grant sets the scope.', async (t) => {
    const workplace = await workplaceOf(t, { profile: 'dev' });
    const pull = [docker, 'pull', images.private];
    const grant = ['ecr-xacct', 'grant', '444455556666', '--on', PREFIX, '--yes'];
    await workplace.succeed(grant);
    await workplace.succeed(pull);
    const registry = stage.cast.primary.registry(REGION);
    registry.policyScope = 'V1';
    await denied(workplace, pull, 'BatchGetImage');
    const { side, text, command } = await causeOf(workplace, images.private);
    assert.equal(side, 'registry');
    assert.match(text, /the registry's policy lets 444455556666 in, but its scope is V1/);
    assert.match(
      command ?? '',
      /^aws ecr put-account-setting --region us-east-1 --name REGISTRY_POLICY_SCOPE/,
    );
    const { status, stderr } = await workplace.run(grant);
    assert.deepEqual([status, /--upgrade-scope$/m.test(stderr)], [1, true]);
    await workplace.succeed([...grant, '--upgrade-scope']);
    assert.equal(registry.policyScope, 'V2');
    await workplace.succeed(pull);
  });
});

function profile(name: string, { accessKeyId, secretAccessKey }: AccessKey): string {
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}
