// `ecr-xacct kubelet config`, built: a kubelet accepts its output, and the plugin answers under the names in it.
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type Provider, providersFor, readProviders } from '../../support/kubelet-config.ts';
import { APP, podToken } from '../../support/pods.ts';
import { credentialOf, POD_ROLE, requestOf, trustCluster } from '../../support/product/cluster.ts';
import { devFiles, HOST, type ProductStage, startProductStage } from '../../support/product/stage.ts';

const POD_HOST = '444455556666.dkr.ecr.eu-central-1.amazonaws.com';
const TOKEN = podToken(APP);
/** Annotations of the service account; the kubelet passes only those that the config requests. */
const ANNOTATIONS: Readonly<Record<string, string>> = {
  'eks.amazonaws.com/role-arn': POD_ROLE,
  'corp.example/owner': 'team',
};

const CONFIG = ['ecr-xacct', 'kubelet', 'config'];

async function startCluster(): Promise<ProductStage> {
  const stage = await startProductStage({
    files: (cast) => ({
      ...devFiles(cast),
      registries: {
        [HOST]: { profile: 'dev' },
        '444455556666.dkr.ecr.*.amazonaws.com': { service_account: true },
      },
    }),
  });
  trustCluster(stage, [TOKEN]);
  return stage;
}

/**
 * As the kubelet runs it: by its name in a folder, with its variables, and with the requested data of the pod's service
 * account.
 */
async function runProvider(
  { product }: ProductStage,
  { name, env = [], tokenAttributes }: Provider,
  host: string,
) {
  const bin = join(product.home, 'bin');
  await mkdir(bin, { recursive: true });
  await symlink(
    join(product.env.PATH?.split(':')[0] ?? '', 'ecr-xacct-credential-provider'),
    join(bin, name),
  );
  const annotations = Object.entries(ANNOTATIONS).filter(([key]) =>
    tokenAttributes?.optionalServiceAccountAnnotationKeys.includes(key),
  );
  const pod = tokenAttributes && { token: TOKEN, annotations: Object.fromEntries(annotations) };
  return await product.run([join(bin, name)], {
    input: requestOf({ image: `${host}/team/app:1`, ...pod }),
    env: {
      ...Object.fromEntries(env.map(({ name: variable, value }) => [variable, value])),
      // In this test, the nodes' own files have other paths.
      AWS_CONFIG_FILE: undefined,
    },
    showsSecret: true,
  });
}

test('The providers that it prints for rules answer each image with the identity of its rule.', async () => {
  await using stage = await startCluster();
  const { status, stdout, stderr } = await stage.product.run([...CONFIG, '--no-daemon']);
  assert.deepEqual([status, stderr], [0, '']);
  const providers = readProviders(stdout);
  for (const [host, name, principal] of [
    [HOST, 'ecr-xacct-credential-provider', /:user\/dev$/],
    [POD_HOST, 'ecr-xacct-credential-provider-pods', /:assumed-role\/PodPull\//],
  ] as const) {
    const [provider, ...more] = providersFor(`${host}/team/app:1`, providers);
    assert.ok(provider !== undefined && more.length === 0, host);
    assert.equal(provider.name, name);
    credentialOf(await runProvider(stage, provider, host), host);
    assert.match(stage.aws.issuedTokens.at(-1)?.principal ?? '', principal);
  }
});

test('It reads the rules that the nodes will have, and names a config that is elsewhere there.', async () => {
  await using stage = await startCluster();
  const { product } = stage;
  const file = join(product.home, 'node.yaml');
  await writeFile(file, `registries:\n  images.corp.example: { registry: ${HOST}, profile: dev }\n`);
  const given = await product.run(['sh', '-c', `cd && ${CONFIG.join(' ')} --rules node.yaml`]);
  assert.deepEqual(readProviders(given.stdout)[0]?.matchImages, ['images.corp.example']);
  assert.doesNotMatch(given.stdout, /ECR_XACCT_CONFIG/);
  const named = await product.run(CONFIG, { env: { ECR_XACCT_CONFIG: file } });
  assert.deepEqual(readProviders(named.stdout)[0]?.env?.slice(0, 2), [
    { name: 'ECR_XACCT_SOCKET', value: '/run/ecr-xacct/daemon.sock' },
    { name: 'ECR_XACCT_CONFIG', value: file },
  ]);
  const gone = await product.run([...CONFIG, '--rules', '/nowhere/node.yaml']);
  assert.deepEqual([gone.status, gone.stdout], [2, '']);
  assert.match(gone.stderr, /^ecr-xacct: --rules names \/nowhere\/node\.yaml, which does not exist\n/);
});

test('--rbac lets kubelets ask for tokens with the audience that the config names, and nothing else.', async () => {
  await using stage = await startCluster();
  const { stdout } = await stage.product.run([...CONFIG, '--rbac']);
  const [role, binding, ...more] = parseAllDocuments(stdout).map((document) => document.toJS());
  const [, pods] = readProviders((await stage.product.run(CONFIG)).stdout);
  assert.deepEqual(more, []);
  assert.deepEqual(role.rules, [
    {
      apiGroups: [''],
      resources: [pods?.tokenAttributes?.serviceAccountTokenAudience],
      verbs: ['request-serviceaccounts-token-audience'],
    },
  ]);
  assert.deepEqual(
    [role.kind, binding.kind, binding.roleRef.name],
    ['ClusterRole', 'ClusterRoleBinding', role.metadata.name],
  );
  assert.deepEqual(binding.subjects, [
    { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' },
  ]);
});
