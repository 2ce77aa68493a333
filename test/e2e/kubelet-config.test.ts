// Tests which CredentialProviderConfig the kubelet's own code accepts.
import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeNode, PLUGIN, PLUGIN_API, pluginThatWrites, response } from '../support/e2e/kubelet.ts';
import { auth, firsts, host, inTurn, podsOf, provider } from '../support/e2e/kubelet-scenarios.ts';
import { skipWithout } from '../support/peers.ts';
import { devFiles, startProductStage } from '../support/product/stage.ts';

const skip = skipWithout('kubelet');

const granted = pluginThatWrites({ stdout: response({ auth, cacheDuration: '1h' }) });

/** As written by a person. */
const yaml = `# of this node
apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ${PLUGIN}
    apiVersion: ${PLUGIN_API}
    matchImages:
      - "*.dkr.ecr.*.amazonaws.com"
    defaultCacheDuration: 0s
    args: [--verbose]
    env:
      - name: AWS_REGION
        value: eu-west-1
    tokenAttributes:
      serviceAccountTokenAudience: sts.amazonaws.com
      cacheType: ServiceAccount
      requireServiceAccount: false
`;

test('The kubelet takes a config of every field.', { skip }, async () => {
  await using node = await makeNode(granted, provider);
  const config = join(node.folder, 'written.yaml');
  await writeFile(config, yaml);
  assert.equal(firsts(await node.play({ config, rounds: inTurn([`${host}/a`]) }))[0]?.length, 1);
});

test('The kubelet takes what ecr-xacct kubelet config prints, and runs one provider for each registry.', {
  skip,
}, async () => {
  const ofPods = '444455556666.dkr.ecr.eu-west-1.amazonaws.com';
  await using stage = await startProductStage({
    files: (cast) => ({
      ...devFiles(cast),
      registries: {
        [host]: { profile: 'dev' },
        '444455556666.*.*.*': { service_account: true },
      },
    }),
  });
  const { stdout } = await stage.product.run(['ecr-xacct', 'kubelet', 'config', '--no-daemon']);
  const auths = { ...auth, [ofPods]: { username: 'AWS', password: 'of-pods' } };
  await using node = await makeNode(pluginThatWrites({ stdout: response({ auth: auths }) }), provider);
  const config = join(node.folder, 'printed.yaml');
  await writeFile(config, stdout);
  await symlink(PLUGIN, join(node.folder, 'bin', `${PLUGIN}-pods`));
  const { pods, serviceAccounts } = podsOf('app');
  const rounds = [
    { pulls: [{ image: `${host}/team/app`, pod: 'shop/app' }] },
    { pulls: [{ image: `${ofPods}/team/app`, pod: 'shop/app' }] },
  ];
  const answer = await node.play({ config, rounds, pods, serviceAccounts });
  assert.deepEqual(
    firsts(answer).map((found) => found.map(({ password, serviceAccount }) => [password, serviceAccount])),
    [[['a-token', undefined]], [['of-pods', 'shop/puller']]],
  );
  assert.deepEqual(
    answer.tokenRequests.map(({ audiences }) => audiences),
    [['sts.amazonaws.com']],
  );
});

const mistakes = [
  {
    what: 'a field that is not of it',
    from: 'args:',
    to: 'arguments:',
    error: /strict decoding error: unknown field "providers\[0\]\.arguments"/,
  },
  { what: 'a field twice', from: 'args:', to: 'name: other\n    args:', error: /key "name" already set/ },
  {
    what: 'another version',
    from: 'k8s.io/v1\nkind',
    to: 'k8s.io/v2\nkind',
    error: /no kind "CredentialProviderConfig" is registered for version/,
  },
  {
    what: 'another apiVersion for its plugin',
    from: PLUGIN_API,
    to: `${PLUGIN_API}2`,
    error: /apiVersion: Unsupported value/,
  },
  {
    what: 'a path as the name',
    from: PLUGIN,
    to: `bin/${PLUGIN}`,
    error: /provider name cannot contain '\/'/,
  },
  {
    what: 'no file of that name',
    from: PLUGIN,
    to: 'other',
    error: /plugin binary executable .* did not exist/,
  },
  {
    what: 'no defaultCacheDuration',
    from: 'defaultCacheDuration: 0s',
    to: '',
    error: /defaultCacheDuration: Required value/,
  },
  { what: 'a duration below 0', from: ': 0s', to: ': -1s', error: /must be greater than or equal to 0/ },
  { what: 'a duration without a unit', from: ': 0s', to: ': 60', error: /cannot unmarshal number/ },
  { what: 'a number as a value of env', from: 'eu-west-1', to: '1', error: /cannot unmarshal number/ },
  { what: 'no matchImages', from: / +matchImages:\n.*\n/, to: '', error: /matchImages: Required value/ },
  {
    what: 'tokenAttributes without cacheType',
    from: / +cacheType: .*\n/,
    to: '',
    error: /cacheType is required/,
  },
  {
    what: 'tokenAttributes without requireServiceAccount',
    from: / +requireServiceAccount: .*\n/,
    to: '',
    error: /requireServiceAccount: Required value/,
  },
  {
    what: 'annotations that are required, of a service account that is not',
    from: /$/,
    to: '      requiredServiceAccountAnnotationKeys: [a]\n',
    error: /requireServiceAccount cannot be false/,
  },
  {
    what: 'tokenAttributes for v1beta1',
    from: PLUGIN_API,
    to: `${PLUGIN_API}beta1`,
    error: /tokenAttributes is only supported for/,
  },
];
for (const { what, from, to, error } of mistakes)
  test(`The kubelet does not start with a config that has ${what}.`, { skip }, async () => {
    await using node = await makeNode(granted, provider);
    const config = join(node.folder, 'written.yaml');
    assert.notEqual(yaml.replace(from, to), yaml);
    await writeFile(config, yaml.replace(from, to));
    assert.match((await node.play({ config })).error ?? '', error);
  });

test('The kubelet does not start where the plugin may not be executed.', { skip }, async () => {
  await using node = await makeNode(granted, provider);
  await chmod(join(node.folder, 'bin', PLUGIN), 0o644);
  assert.match((await node.play({})).error ?? '', /error inspecting binary executable .*permission denied/);
});

test('The kubelet reads a folder of configs, and no provider of a name twice.', { skip }, async () => {
  await using node = await makeNode(granted, provider);
  const config = join(node.folder, 'config.d');
  await mkdir(config);
  assert.match((await node.play({ config })).error ?? '', /no configuration files found/);
  await writeFile(join(config, 'one.yaml'), yaml);
  assert.equal((await node.play({ config })).error, undefined);
  await writeFile(join(config, 'two.yml'), yaml);
  assert.match((await node.play({ config })).error ?? '', /duplicate provider name/);
});
