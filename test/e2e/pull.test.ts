// Every program that pulls images, with the built helper: from another account's registry, and from others.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pullingPrograms } from '../support/e2e/programs.ts';
import { images, type Stage, stageHosts, startStage, throughRole } from '../support/e2e/stage.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

describe('programs that pull images', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: skipWithout('dockerd') === false });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.aws.resetCalls();
    stage.registry.calls.length = 0;
  });

  for (const { name, missing, showsStdout, pull } of pullingPrograms()) {
    describe(name, { skip: missing }, () => {
      test('pulls from another account through its role, and once more without asking AWS', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));

        await workplace.succeed(pull(images.shared));
        const called = stage.aws.calls.map(({ action, outcome }) => `${action} ${outcome}`);
        assert.deepEqual(called, ['AssumeRole ok', 'GetAuthorizationToken ok']);

        await workplace.succeed(pull(images.shared));
        assert.equal(stage.aws.count(), 2);
        const principals = new Set(stage.registry.calls.map(({ principal }) => principal));
        principals.delete(undefined);
        assert.match([...principals].join(), /^arn:aws:sts::111122223333:assumed-role\/EcrPull\/[^,]+$/);
      });

      test('finds the helper in the config.json of DOCKER_CONFIG', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'), 'elsewhere');
        const env = { DOCKER_CONFIG: join(workplace.home, 'elsewhere') };
        await workplace.succeed(pull(images.shared), { env });
      });

      test('leaves config.json as it was', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const path = join(workplace.home, '.docker/config.json');
        const before = await readFile(path);
        await workplace.succeed(pull(images.shared));
        assert.deepEqual(await readFile(path), before);
      });

      test('pulls without a daemon, and starts none, where it is told so', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const env = { ECR_XACCT_DAEMON: 'off' };
        await workplace.succeed(pull(images.shared), { env });
        const { stdout } = await workplace.run(['ecr-xacct', 'status']);
        assert.match(stdout, /^No daemon is running/);
      });

      test("shows ECR's own refusal of a repository, and no words of ours", async (t) => {
        const workplace = await stage.workplace(t, { profile: 'dev' });
        const { status, stderr } = await workplace.run(pull(images.private));
        assert.notEqual(status, 0);
        assert.match(stderr, /no resource-based policy allows the ecr:BatchGetImage action/);
        assert.doesNotMatch(stderr, /ecr-xacct:|credentials not found/);
      });

      test('shows our line, with its hint, where the role may not be assumed', async (t) => {
        const workplace = await stage.workplace(t, throughRole('NobodyTrusted'));
        const { status, stderr } = await workplace.run(pull(images.shared));
        assert.notEqual(status, 0);
        const line =
          /^ecr-xacct: 111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com.*NobodyTrusted.*; .+$/m.exec(stderr);
        assert.ok(line, stderr);
        assert.equal(stderr.includes(`out: \`${line[0]}\``), showsStdout, stderr);
        assert.doesNotMatch(stderr, /credentials not found/);
      });

      test('goes on without credentials where the registry is not ours', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const { stderr } = await workplace.succeed(pull(images.foreign));
        assert.doesNotMatch(stderr, /ecr-xacct|credentials/);
        assert.equal(stage.aws.count(), 0);
      });
    });
  }
});
