// The kubelet's plugin, built and run as by a kubelet: the owner of the token, the number of calls, and the text of
// failures.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timerMs } from '../../../src/clock.ts';
import { SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { APP, podToken } from '../../support/pods.ts';
import {
  type AskedImage,
  credentialOf,
  PLUGIN_FRONTS,
  POD_ROLE,
  requestOf,
  runPlugin,
  trustCluster,
} from '../../support/product/cluster.ts';
import type { Rules } from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  keyVariables,
  type ProductStage,
  roleArn,
  startProductStage,
} from '../../support/product/stage.ts';

const IMAGE = `${HOST}/team/app:1`;
const TOKEN = podToken(APP);
const EKS = { 'eks.amazonaws.com/role-arn': POD_ROLE };
const BY_POD: AskedImage = { image: IMAGE, token: TOKEN, annotations: EKS };
const assumed = (role: string, session: string) =>
  `${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`;

async function startStage(registries: Rules): Promise<ProductStage> {
  const stage = await startProductStage({ files: (cast) => ({ ...devFiles(cast), registries }) });
  trustCluster(stage, [TOKEN]);
  return stage;
}

const ROWS: readonly {
  readonly who: string;
  readonly registries: Rules;
  readonly asked: AskedImage;
  readonly principal: string;
  readonly calls: readonly string[];
}[] = [
  {
    who: 'a rule with a profile',
    registries: { [HOST]: { profile: 'dev' } },
    asked: BY_POD,
    principal: `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`,
    calls: [],
  },
  {
    who: 'a rule with a role',
    registries: {
      [HOST]: { role_arn: roleArn('EcrPull'), source_profile: 'dev', role_session_name: 'node' },
    },
    asked: { image: IMAGE },
    principal: assumed(roleArn('EcrPull'), 'node'),
    calls: ['AssumeRole'],
  },
  {
    who: 'the annotation where no rule covers the registry',
    registries: { 'public.ecr.aws': { profile: 'dev' } },
    asked: BY_POD,
    principal: assumed(POD_ROLE, 'team@app'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
  {
    who: 'the annotation by a rule with service_account',
    registries: { '111122223333.dkr.ecr.*.amazonaws.com': { service_account: true } },
    asked: BY_POD,
    principal: assumed(POD_ROLE, 'team@app'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
  {
    who: "a rule's role from the annotation's",
    registries: {
      [HOST]: { service_account: true, role_arn: roleArn('EcrPull'), role_session_name: 'pods' },
    },
    asked: BY_POD,
    principal: assumed(roleArn('EcrPull'), 'pods'),
    calls: ['AssumeRoleWithWebIdentity', 'AssumeRole'],
  },
  {
    who: "a rule's role for the token itself where there is no annotation",
    registries: { [HOST]: { service_account: true, role_arn: roleArn('EcrPullPod') } },
    asked: { image: IMAGE, token: TOKEN },
    principal: assumed(roleArn('EcrPullPod'), 'team@app'),
    calls: ['AssumeRoleWithWebIdentity'],
  },
];

for (const front of PLUGIN_FRONTS) {
  describe(front.title, { concurrency: 2 }, () => {
    for (const { who, registries, asked, principal, calls } of ROWS) {
      test(`goes by ${who}`, async () => {
        await using stage = await startStage(registries);
        const { username, password, cacheDuration } = credentialOf(
          await runPlugin(stage, front, requestOf(asked)),
          HOST,
        );
        assert.deepEqual([username, password], ['AWS', stage.aws.issuedTokens.at(-1)?.password]);
        assert.match(cacheDuration, /^[45]h\d+m\d+s$/);
        assert.equal(stage.aws.issuedTokens.at(-1)?.principal, principal);
        const expected = [...calls, 'GetAuthorizationToken'];
        assert.deepEqual(
          stage.aws.calls.map(({ action }) => action),
          expected,
        );
      });
    }

    test('says of a role that does not trust the pod which it is, for which registry, and the fix, on stderr alone', async () => {
      await using stage = await startStage({ [HOST]: { service_account: true } });
      const annotations = { 'eks.amazonaws.com/ecr-role-arn': roleArn('NobodyTrusted') };
      const { status, stdout, stderr } = await runPlugin(stage, front, requestOf({ ...BY_POD, annotations }));
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(
        stderr,
        /^ecr-xacct: 111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com: role \S+NobodyTrusted \(service account team\/app\): STS rejected the token of service account team\/app, issued by https:\/\/oidc\.cluster\.example, .*; check what the role trusts: aws iam get-role --role-name NobodyTrusted .*$/,
      );
    });

    for (const { what, input, said } of [
      { what: 'nothing', input: '', said: /is not a CredentialProviderRequest: it is empty/ },
      { what: 'no JSON', input: '{', said: /it is not JSON/ },
      {
        what: 'another version',
        input: requestOf({ image: IMAGE }).replace('/v1', '/v1beta1'),
        said: /asks in apiVersion credentialprovider\.kubelet\.k8s\.io\/v1beta1, and this plugin speaks \S+\/v1; .*: ecr-xacct kubelet config/,
      },
      { what: 'another kind', input: '{"kind":"Pod"}', said: /its kind is Pod/ },
      {
        what: 'an image that is not in ECR',
        input: requestOf({ image: 'docker.io/library/alpine:3' }),
        said: /^ecr-xacct: docker\.io: neither an ECR registry nor a name in the config; leave it out of matchImages/,
      },
      {
        what: 'an annotation that is no ARN',
        input: requestOf({ ...BY_POD, annotations: { 'ecr-xacct/role-arn': 'EcrPull' } }),
        said: /annotation ecr-xacct\/role-arn of service account team\/app is not the ARN of a role: EcrPull; run: kubectl annotate/,
      },
      {
        what: 'a pod without a token where the rule needs one',
        input: requestOf({ image: IMAGE }),
        said: /the kubelet gives no token of a service account; with tokenAttributes/,
      },
      {
        what: 'a pod without an annotation',
        input: requestOf({ image: IMAGE, token: TOKEN }),
        said: /com: service account team\/app: its annotations name no role; run: kubectl annotate --overwrite serviceaccount app --namespace team /,
      },
    ]) {
      test(`refuses ${what} in one line, and asks AWS nothing`, async () => {
        await using stage = await startStage({ [HOST]: { service_account: true } });
        const { status, stdout, stderr } = await runPlugin(stage, front, input);
        assert.deepEqual([status, stdout], [1, '']);
        assert.match(stderr, said);
        assert.doesNotMatch(stderr, /\n/);
        assert.deepEqual(stage.aws.calls, []);
      });
    }
  });
}

const [DAEMON, ALONE] = PLUGIN_FRONTS;

describe('the plugin', () => {
  test('serves a pod whose token was renewed from memory, and a new service account of that name not', async () => {
    await using stage = await startStage({ 'public.ecr.aws': { profile: 'dev' } });
    const renewed = podToken(APP, 2);
    const another = podToken({ ...APP, uid: '77aa' });
    trustCluster(stage, [TOKEN, renewed, another]);
    assert.ok(DAEMON);
    const passwordFor = async (token: string) =>
      credentialOf(await runPlugin(stage, DAEMON, requestOf({ ...BY_POD, token })), HOST).password;
    const first = await passwordFor(TOKEN);
    assert.equal(await passwordFor(renewed), first);
    assert.equal(stage.aws.issuedTokens.length, 1);
    assert.notEqual(await passwordFor(another), first);
  });

  test('mints once for fifty images of a registry that come at once', async () => {
    await using stage = await startStage({ [HOST]: { profile: 'dev' } });
    assert.ok(DAEMON);
    const runs = Array.from({ length: 50 }, (_, i) =>
      runPlugin(stage, DAEMON, requestOf({ image: `${HOST}/app-${i}` })),
    );
    const passwords = (await Promise.all(runs)).map((ran) => credentialOf(ran, HOST).password);
    assert.equal(new Set(passwords).size, 1);
    assert.equal(stage.aws.issuedTokens.length, 1);
  });

  test('gives no credential for ECR Public if there is no identity, and is quiet', async () => {
    await using stage = await startStage({});
    assert.ok(ALONE);
    const env = { AWS_EC2_METADATA_DISABLED: 'true' };
    const asked = requestOf({ image: 'public.ecr.aws/docker/library/alpine' });
    const { status, stdout, stderr } = await runPlugin(stage, ALONE, asked, env);
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(JSON.parse(stdout).auth, {});
  });

  test("goes by the node's own identity where neither a rule nor the pod names one", async () => {
    await using stage = await startStage({});
    assert.ok(ALONE);
    const env = keyVariables(stage.cast.dev);
    credentialOf(await runPlugin(stage, ALONE, requestOf({ image: IMAGE, token: TOKEN }), env), HOST);
    assert.equal(stage.aws.issuedTokens.at(-1)?.principal, `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`);
  });

  test('has no more time than is left of its run, whichever program it began in', async () => {
    await using stage = await startStage({ [HOST]: { profile: 'dev' } });
    const fault = stage.aws.faults.next({ kind: 'hang' });
    // As the native client passes it on: begun 44 s ago, by the machine's clock.
    const begun = `--begun=${timerMs() - 44_000}`;
    const { product } = stage;
    const command = ['ecr-xacct', 'kubelet', '--no-daemon', begun];
    const ran = await product.run(command, {
      input: requestOf({ image: IMAGE }),
      env: { ECR_XACCT_SOCKET: product.socket },
    });
    fault.release();
    assert.deepEqual([ran.status, ran.stdout], [1, '']);
    assert.match(ran.stderr, /within 1 s; the kubelet asks again when it tries the pod again/);
  });
});
