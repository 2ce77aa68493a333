// `ecr-xacct doctor --for kubelet`, built: with the plugin's own token to the layers of an image, and to a denial.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { images, type Stage, stageHosts, startStage } from '../support/e2e/stage.ts';
import { skipWithout } from '../support/peers.ts';
import { APP, podToken } from '../support/pods.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { POD_ROLE, trustCluster } from '../support/product/cluster.ts';
import { makeKubeletFolder, ownProvider, TOKEN_ATTRIBUTES } from '../support/product/kubelet-folder.ts';
import { bin } from '../support/product/product.ts';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(stageHosts);

describe('doctor --for kubelet', { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: false });
    trustCluster(stage, [podToken(APP)]);
  });
  after(() => stage[Symbol.asyncDispose]());

  /** A pod whose rule says only that it pulls with its own role. */
  async function doctor(t: TestContext, image: string) {
    const folder = await mkdtemp(join(tmpdir(), 'kubelet-'));
    t.after(() => rm(folder, { recursive: true }));
    const node = await makeKubeletFolder(folder, { 'eks.amazonaws.com/role-arn': POD_ROLE });
    const { home, run } = await stage.workplace(t, { service_account: 'true' });
    const config = join(home, '.config/ecr-xacct/config.yaml');
    const env = { AWS_ENDPOINT_URL: stage.env.AWS_ENDPOINT_URL, ECR_XACCT_CONFIG: config };
    await node.configure([ownProvider(env, { tokenAttributes: TOKEN_ATTRIBUTES })]);
    const { status, stdout } = await run(
      ['ecr-xacct', 'doctor', image, ...node.options, '--service-account', 'team/app'],
      { env: { PATH: `${node.programs}:${bin}:/usr/bin:/bin` } },
    );
    return { status, stdout: stdout.replaceAll(folder, '/node') };
  }

  test('goes all the way of a pull that works, in a screen of 80 columns.', async (t) => {
    const { status, stdout } = await doctor(t, images.shared);
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.length > 80),
      [],
    );
    const rule = 'rule "111122223333.dkr.ecr.us-east-1.amazonaws.com" (~/.config/ecr-xacct/config.yaml:2)';
    // The line breaks depend on the folder of temporary files. The token's lifetime is random.
    assert.equal(
      stdout.replaceAll(/\n {25}/g, ' ').replace(/for \dh\d+m\d+s/, 'for 5h30m0s'),
      `${images.shared}

    STEP                 WHAT
1   kubelet          ok  its folder and its config are those of the options
2   provider-config  ok  /node/provider-config.yaml: provider ecr-xacct-credential-provider
3   plugin           ok  ecr-xacct-credential-provider runs, in /node/plugins
4   match-images     ok  "*.dkr.ecr.*.amazonaws.com" of ecr-xacct-credential-provider matches
5   plugin-env       ok  no daemon: ECR_XACCT_SOCKET is not set; config ~/.config/ecr-xacct/config.yaml; not known: the kubelet's own variables
6   config           ok  ${rule}
7   service-account  ok  team/app, for sts.amazonaws.com, role ${POD_ROLE}
8   identity         ok  role ${POD_ROLE} (service account team/app), by: ${rule}
9   credentials      ok  AWS says: role PodPull of 444455556666, session team@app
10  token            ok  ecr-xacct-credential-provider gives a token, which the kubelet keeps for 5h30m0s
11  registry         ok  it accepts the token
12  manifest         ok  it can be read
13  layers           ok  its layer can be read

The kubelet can pull it.
`,
    );
    assert.equal(status, 0);
  });

  test('says whose policy denies the pod the image.', async (t) => {
    const { status, stdout } = await doctor(t, images.private);
    assert.equal(status, 1);
    assert.match(stdout, /^10 {2}token +ok /m);
    assert.match(
      stdout,
      /^Cause: no resource-based policy lets\s+arn:aws:sts::444455556666:assumed-role\/PodPull\/team@app/m,
    );
    assert.match(stdout, /^ {2}ecr-xacct grant 444455556666 --on \S+\/team\/private$/m);
  });
});
