// Docker's other uses of the built helper: login, logout, build and push, with every docker CLI of this machine.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { REGION } from '../fake-aws/two-account-world.ts';
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
import { dockerClis, skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const skip = skipWithout('namespaces', 'docker-registry', 'dockerd', 'docker');
if (!skip) enterPrivateHosts(stageHosts);

describe('docker', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: true });
  });
  after(() => stage[Symbol.asyncDispose]());
  beforeEach(() => {
    stage.aws.resetCalls();
    stage.registry.calls.length = 0;
  });

  /** The callers at the registry since the test began, without session names. */
  const principals = () => [
    ...new Set(
      stage.registry.calls.flatMap(
        ({ principal }) => principal?.replace(/(assumed-role\/\w+).*/, '$1') ?? [],
      ),
    ),
  ];

  for (const { path: docker, version } of dockerClis()) {
    describe(version, () => {
      test('builds on an image of another account, and pushes what it built', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPush'));
        const image = `${ecrHost}/team/app:built-by-${version.replace(/\W/g, '-')}`;
        await writeContext(workplace);

        const built = await workplace.succeed([docker, 'build', '--pull', '--tag', image, 'context']);
        assert.doesNotMatch(built.stderr, /ecr-xacct|credentials/);
        await workplace.succeed([docker, 'push', image]);

        const put = stage.registry.calls.filter(({ action }) => action === 'ecr:PutImage');
        assert.deepEqual(
          put.map(({ outcome }) => outcome),
          ['ok'],
        );
        assert.deepEqual(principals(), ['arn:aws:sts::111122223333:assumed-role/EcrPush']);
        assert.equal(stage.aws.count(), 2);
      });

      test('uses the token of a login until the logout', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const input = await tokenOfDev(stage);
        stage.aws.resetCalls();

        const login = [docker, 'login', '-u', 'AWS', '--password-stdin', ecrHost];
        assert.match((await workplace.succeed(login, { input })).stdout, /Login Succeeded/);
        await workplace.succeed([docker, 'pull', images.shared]);
        assert.deepEqual(principals(), ['arn:aws:iam::444455556666:user/dev']);
        assert.equal(stage.aws.count(), 0);

        await workplace.succeed([docker, 'logout', ecrHost]);
        stage.registry.calls.length = 0;
        await workplace.succeed([docker, 'pull', images.shared]);
        assert.deepEqual(principals(), ['arn:aws:sts::111122223333:assumed-role/EcrPull']);
      });

      test('notes a login in config.json without its token', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const input = await tokenOfDev(stage);
        const credHelpers = { [ecrHost]: 'ecr-xacct', [foreignHost]: 'ecr-xacct' };

        await workplace.succeed([docker, 'login', '-u', 'AWS', '--password-stdin', ecrHost], { input });
        assert.deepEqual(await readConfig(workplace), { auths: { [ecrHost]: {} }, credHelpers });
        await workplace.succeed([docker, 'logout', ecrHost]);
        assert.deepEqual(await readConfig(workplace), { auths: {}, credHelpers });
      });

      test('logs in with what the helper mints where it is told nothing else', async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const { stdout } = await workplace.succeed([docker, 'login', ecrHost]);
        assert.match(stdout, /Login Succeeded/);
        assert.equal(stage.aws.count(), 2);
      });

      test("shows ECR's own refusal of a push, and no words of ours", async (t) => {
        const workplace = await stage.workplace(t, throughRole('EcrPull'));
        const image = `${ecrHost}/team/app:not-allowed`;
        await writeContext(workplace);
        await workplace.succeed([docker, 'build', '--tag', image, 'context']);
        const { status, stderr } = await workplace.run([docker, 'push', image]);
        assert.notEqual(status, 0);
        assert.match(stderr, /no identity-based policy allows the ecr:InitiateLayerUpload action/);
        assert.doesNotMatch(stderr, /ecr-xacct:|credentials not found/);
      });

      for (const command of [
        ['build', '--pull', 'context'],
        ['push', images.shared],
      ]) {
        test(`shows our line where the role may not be assumed: ${command[0]}`, async (t) => {
          const workplace = await stage.workplace(t, throughRole('NobodyTrusted'));
          await writeContext(workplace);
          const { status, stderr } = await workplace.run([docker, ...command]);
          assert.notEqual(status, 0);
          assert.match(stderr, /^ecr-xacct: .*NobodyTrusted.*; .+$/m);
          assert.doesNotMatch(stderr, /credentials not found/);
        });
      }
    });
  }
});

/** A build context for a new image: the shared image and one more layer, which differs for each workplace. */
async function writeContext({ home }: Workplace): Promise<void> {
  const folder = join(home, 'context');
  await mkdir(folder);
  await writeFile(join(folder, 'Dockerfile'), `FROM ${images.shared}\nCOPY Dockerfile /\n# ${home}\n`);
}

async function readConfig({ home }: Workplace): Promise<unknown> {
  return JSON.parse(await readFile(join(home, '.docker/config.json'), 'utf8'));
}

/** The output of `aws ecr get-login-password --profile dev`. */
async function tokenOfDev({ aws, cast }: Stage): Promise<string> {
  const client = new ECRClient({ region: REGION, endpoint: aws.url, credentials: cast.dev });
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  const token = authorizationData?.[0]?.authorizationToken ?? '';
  return Buffer.from(token, 'base64').toString().replace('AWS:', '');
}
