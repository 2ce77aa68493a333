// Tests that pods pull from another account: our plugin in the kubelet's own code, and skopeo with the
// kubelet's result.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type KubeletNode, makeNode } from '../support/e2e/kubelet.ts';
import { firsts, host, inTurn, provider, withTokens } from '../support/e2e/kubelet-scenarios.ts';
import { images, type Stage, stageHosts, startStage } from '../support/e2e/stage.ts';
import { skipWithout } from '../support/peers.ts';
import { APP, podToken } from '../support/pods.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';
import { POD_ROLE, trustCluster } from '../support/product/cluster.ts';
import { bin, makeProduct, type Product, type Rules } from '../support/product/product.ts';
import { devFiles, roleArn } from '../support/product/stage.ts';

const skip = skipWithout('namespaces', 'docker-registry', 'kubelet', 'skopeo');
if (!skip) enterPrivateHosts(stageHosts);

const TOKEN = podToken(APP);
const POD = {
  namespace: APP.namespace,
  name: 'web',
  uid: 'uid-of-web',
  serviceAccount: APP.name,
  token: TOKEN,
};
const ACCOUNT = { ...APP, annotations: { 'eks.amazonaws.com/ecr-role-arn': POD_ROLE } };
const BY_ROLE = { role_arn: roleArn('EcrPull'), source_profile: 'dev', role_session_name: 'node' };

describe("a kubelet's node", { skip, timeout: 120_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage({ engine: false });
    trustCluster(stage, [TOKEN]);
  });
  after(() => stage[Symbol.asyncDispose]());

  /** A node whose plugin has these rules and, by default, a daemon. */
  async function nodeWith(registries: Rules, { hasDaemon = true, hasTokens = true, timeout = '30' } = {}) {
    const product = await makeProduct(stage.aws, { ...devFiles(stage.cast), registries });
    const env = {
      ...product.env,
      ECR_XACCT_TIMEOUT: timeout,
      ...(hasDaemon ? { ECR_XACCT_SOCKET: product.socket } : {}),
    };
    const plugin = { command: [join(bin, 'ecr-xacct-credential-provider')], env };
    const node = await makeNode(plugin, hasTokens ? withTokens({ requireServiceAccount: false }) : provider);
    stage.aws.resetCalls();
    const made = { node, product };
    return Object.assign(made, {
      [Symbol.asyncDispose]: async () => {
        await node[Symbol.asyncDispose]();
        await product[Symbol.asyncDispose]();
      },
    });
  }

  async function playPod(node: KubeletNode) {
    const rounds = [{ pulls: [{ image: images.shared, pod: `${POD.namespace}/${POD.name}` }] }];
    return await node.play({ serviceAccounts: [ACCOUNT], pods: [POD], rounds });
  }

  /** Pulls as the container runtime does, with the kubelet's result. */
  async function pull(
    { folder }: KubeletNode,
    product: Product,
    found: { username: string; password: string },
  ) {
    const authfile = product.holdsSecret(join(folder, 'auth.json'));
    const auth = Buffer.from(`${found.username}:${found.password}`).toString('base64');
    await writeFile(authfile, JSON.stringify({ auths: { [host]: { auth } } }));
    const image = [`docker://${images.shared}`, `dir:${join(folder, 'image')}`];
    return await product.run(['/usr/bin/skopeo', 'copy', '--quiet', '--authfile', authfile, ...image]);
  }

  for (const { who, registries, principal } of [
    { who: 'the role of a rule', registries: { [host]: BY_ROLE }, principal: /assumed-role\/EcrPull\/node$/ },
    {
      who: "the role of the pod's annotation",
      registries: {},
      principal: /444455556666:assumed-role\/PodPull\/team@app$/,
    },
    {
      who: "a rule's role from the pod's",
      registries: { [host]: { service_account: true, role_arn: roleArn('EcrPull') } },
      principal: /assumed-role\/EcrPull\/ecr-xacct-/,
    },
  ]) {
    for (const hasDaemon of [true, false]) {
      test(`pulls with ${who}, ${hasDaemon ? 'through a daemon' : 'without a daemon'}`, async () => {
        await using made = await nodeWith(registries, { hasDaemon });
        const [found] = firsts(await playPod(made.node))[0] ?? [];
        assert.ok(found);
        assert.match(stage.aws.issuedTokens.at(-1)?.principal ?? '', principal);
        const { status, stderr } = await pull(made.node, made.product, found);
        assert.equal(status, 0, stderr);
      });
    }
  }

  test('starts no plugin again for the same registry until half of the token is over', async () => {
    await using made = await nodeWith({ [host]: BY_ROLE }, { hasTokens: false });
    const rounds = [
      ...inTurn([`${host}/a`, `${host}/b`]),
      ...inTurn([`${host}/c`], { after: '4h' }),
      ...inTurn([`${host}/d`], { after: '2h1s' }),
    ];
    const got = firsts(await made.node.play({ rounds }));
    assert.ok(got.every(({ length }) => length === 1));
    assert.equal((await made.node.started()).length, 2);
  });

  test('mints once where 200 images of a registry come at once', async () => {
    await using made = await nodeWith({ [host]: BY_ROLE }, { hasTokens: false });
    const pulls = Array.from({ length: 200 }, (_, index) => ({ image: `${host}/image-${index}` }));
    const { rounds } = await made.node.play({ rounds: [{ pulls }] });
    assert.ok(rounds[0]?.pulls.every(({ credentials }) => credentials.length === 1));
    assert.deepEqual(
      stage.aws.calls.map(({ action }) => action),
      ['AssumeRole', 'GetAuthorizationToken'],
    );
  });

  for (const { what, rule, fault, said } of [
    {
      what: 'a role that may not be assumed',
      rule: { ...BY_ROLE, role_arn: roleArn('NobodyTrusted') },
      fault: false,
      said: /role arn:aws:iam::111122223333:role\/NobodyTrusted \(source profile dev\): .*; .+/,
    },
    {
      what: 'an AWS that throttles',
      rule: BY_ROLE,
      fault: true,
      said: /role arn:aws:iam::111122223333:role\/EcrPull \(source profile dev\): .*throttl.*/i,
    },
  ]) {
    test(`says of ${what} in one line of the kubelet's log, with registry, identity and fix`, async () => {
      await using made = await nodeWith({ [host]: rule }, { hasTokens: false, timeout: '3' });
      if (fault)
        stage.aws.faults.next({ kind: 'throttle', action: 'AssumeRole', times: Number.POSITIVE_INFINITY });
      const { rounds } = await made.node.play({ rounds: inTurn([`${host}/a`]) });
      stage.aws.faults.clear();
      assert.deepEqual(rounds[0]?.pulls[0]?.credentials, []);
      const errors = rounds[0]?.log.filter((line) => !line.startsWith('I')) ?? [];
      assert.equal(errors.length, 1, errors.join('\n'));
      const [, text = ''] = /exit status 1: ecr-xacct: ([^"]+)" provider=/.exec(`${errors[0]}`) ?? [];
      assert.ok(text.startsWith(`${host}: `), `${errors[0]}`);
      assert.match(text, said);
    });
  }
});
