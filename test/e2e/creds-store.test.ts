// This helper as Docker's credsStore, with pass for the registries that are not ECR's: every docker CLI of this
// machine.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { makePassStore } from '../support/e2e/pass.ts';
import {
  ecrHost,
  images,
  loginHost,
  loginUser,
  type Stage,
  stageHosts,
  startStage,
  throughRole,
} from '../support/e2e/stage.ts';
import type { Workplace } from '../support/e2e/workplace.ts';
import { dockerClis, skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { findSecretsInFiles } from '../support/secret-scan.ts';

const needs = ['docker-registry', 'dockerd', 'docker', 'pass', 'docker-credential-pass'] as const;
const skip = skipWithout('namespaces', ...needs);
if (!skip) enterPrivateHosts(stageHosts);

describe('docker with this helper as its credsStore', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: true });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => stage.aws.resetCalls());

  for (const { path: docker, version } of dockerClis()) {
    describe(version, () => {
      const login = [docker, 'login', '--username', loginUser.name, '--password-stdin', loginHost];
      const input = loginUser.password;
      const image = `${loginHost}/app:${version.replace(/\W/g, '-')}`;

      test('logs in to pass, pushes and pulls with it, builds on both registries, and logs out', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        await beCredsStore(workplace);
        await using pass = await makePassStore(workplace);
        const { succeed, run } = workplace;

        assert.match((await succeed(login, { input })).stdout, /Login Succeeded/);
        assert.deepEqual(await pass.stored(), [loginHost]);
        assert.deepEqual(await findSecretsInFiles([workplace.home], [loginUser.password]), []);
        assert.deepEqual(await readConfig(workplace), {
          auths: { [loginHost]: {} },
          credsStore: 'ecr-xacct',
        });

        await succeed([docker, 'pull', images.shared]);
        await succeed([docker, 'tag', images.shared, image]);
        await succeed([docker, 'push', image]);
        await succeed([docker, 'rmi', image]);
        await succeed([docker, 'pull', image]);
        assert.equal(stage.aws.count(), 2);

        await writeContext(workplace, image);
        const built = await succeed([docker, 'build', '--pull', '--tag', 'built', 'context']);
        assert.doesNotMatch(built.stderr, /ecr-xacct|credentials/);
        assert.equal(stage.aws.count(), 2);

        const { stderr } = await succeed([docker, 'logout', loginHost]);
        assert.equal(stderr, '');
        assert.deepEqual(await pass.stored(), []);
        assert.match(
          (await run([docker, 'push', image])).stderr,
          /no basic auth credentials|denied|unauthorized/,
        );
      });

      test('logs in to ECR in memory alone, and logs out of it', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        await beCredsStore(workplace);
        await using pass = await makePassStore(workplace);
        await workplace.succeed([docker, 'login', ecrHost]);
        await workplace.succeed([docker, 'pull', images.shared]);
        const { stderr } = await workplace.succeed([docker, 'logout', ecrHost]);
        assert.equal(stderr, '');
        assert.deepEqual(await pass.stored(), []);
        await workplace.succeed([docker, 'pull', images.shared]);
        assert.equal(stage.aws.count(), 4);
      });

      test('does the same without a daemon', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        await beCredsStore(workplace);
        await using pass = await makePassStore(workplace);
        const env = { ECR_XACCT_DAEMON: 'off' };
        await workplace.succeed(login, { input, env });
        await workplace.succeed([docker, 'pull', images.shared], { env });
        await workplace.succeed([docker, 'tag', images.shared, image]);
        await workplace.succeed([docker, 'push', image], { env });
        await workplace.succeed([docker, 'logout', loginHost], { env });
        assert.deepEqual(await pass.stored(), []);
      });

      test('builds on a registry not pulled from before, by a line under credHelpers beside it', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        await beCredsStore(workplace, { credHelpers: { [ecrHost]: 'ecr-xacct' } });
        await using _ = await makePassStore(workplace);
        await writeContext(workplace, images.foreign);
        await workplace.succeed([docker, 'build', '--pull', 'context']);
        assert.equal(stage.aws.count(), 2);
      });

      test('pulls anonymously where pass has nothing', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        await beCredsStore(workplace);
        await using _ = await makePassStore(workplace);
        const { stderr } = await workplace.succeed([docker, 'pull', images.foreign]);
        assert.doesNotMatch(stderr, /ecr-xacct|credentials/);
        assert.equal(stage.aws.count(), 0);
      });
    });
  }
});

async function beCredsStore({ home }: Workplace, more: object = {}): Promise<void> {
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({ ...more, credsStore: 'ecr-xacct' }));
  const config = join(home, '.config/ecr-xacct/config.yaml');
  await writeFile(config, `fallback_helper: pass\n${await readFile(config, 'utf8')}`);
}

/** A build context with an image of each kind of registry. */
async function writeContext({ home }: Workplace, image: string): Promise<void> {
  const folder = join(home, 'context');
  await mkdir(folder);
  const lines = [`FROM ${images.shared} AS shared`, `FROM ${image}`, 'COPY Dockerfile /', `# ${home}`];
  await writeFile(join(folder, 'Dockerfile'), lines.join('\n'));
}

async function readConfig({ home }: Workplace): Promise<unknown> {
  return JSON.parse(await readFile(join(home, '.docker/config.json'), 'utf8'));
}
