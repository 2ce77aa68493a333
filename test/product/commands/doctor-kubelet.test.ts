// `ecr-xacct doctor --for kubelet`: the built program with a kubelet's files, a kubectl that knows one pod, and a fake
// AWS.
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Diagnosis, Finding } from '../../../src/doctor/finding.ts';
import { APP, podToken } from '../../support/pods.ts';
import { POD_ROLE, trustCluster } from '../../support/product/cluster.ts';
import {
  type KubeletFolder,
  makeKubeletFolder,
  ownProvider,
  PLUGIN,
  type Provider,
  TOKEN_ATTRIBUTES,
} from '../../support/product/kubelet-folder.ts';
import { bin, type Rules } from '../../support/product/product.ts';
import {
  devFiles,
  HOST,
  type ProductStage,
  roleArn,
  startProductStage,
} from '../../support/product/stage.ts';

const IMAGE = `${HOST}/team/app:1`;
const BY_POD: Rules = { [HOST]: { service_account: true } };
const EKS = 'eks.amazonaws.com/role-arn';
const AS_POD = ['--service-account', `${APP.namespace}/${APP.name}`];

interface Node extends KubeletFolder {
  stage: ProductStage;
  /** Our provider, with what it needs of this stage. */
  own: (changes?: Provider, env?: Record<string, string>) => Provider;
  run(...args: string[]): Promise<{ status: number | null; stdout: string }>;
  diagnosed(...args: string[]): Promise<{ steps: string[]; findings: readonly Finding[]; cause?: Finding }>;
}

/** A node whose plugin is a link, with tokenAttributes in the config. The rule is the pods'. */
async function onNode(
  look: (node: Node) => Promise<void>,
  { registries = BY_POD, role = POD_ROLE }: { registries?: Rules; role?: string } = {},
): Promise<void> {
  await using stage = await startProductStage({ files: (cast) => ({ ...devFiles(cast), registries }) });
  trustCluster(stage, [podToken(APP)]);
  const { product, aws } = stage;
  const folder = await makeKubeletFolder(join(product.folder, 'node'), { [EKS]: role });
  product.holdsSecret(folder.tokenFile);
  // Only the plugin has this: doctor itself has another environment, without a registry that can be reached.
  const given = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(product.home, '.aws/config'),
    AWS_SHARED_CREDENTIALS_FILE: join(product.home, '.aws/credentials'),
    ECR_XACCT_CONFIG: join(product.home, '.config/ecr-xacct/config.yaml'),
  };
  const env = {
    PATH: `${folder.programs}:${product.env.PATH}`,
    HTTPS_PROXY: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL: undefined,
  };
  const own: Node['own'] = (changes = {}, more = {}) =>
    ownProvider({ ...given, ...more }, { tokenAttributes: TOKEN_ATTRIBUTES, ...changes });
  await folder.configure([own()]);
  const run: Node['run'] = async (...args) => {
    const ran = await product.run(['ecr-xacct', 'doctor', IMAGE, ...folder.options, ...args], { env });
    assert.equal(ran.stderr, '');
    return ran;
  };
  const diagnosed: Node['diagnosed'] = async (...args) => {
    const { status, stdout } = await run('--json', ...args);
    const { findings, cause } = JSON.parse(stdout) as Diagnosis;
    assert.equal(status, cause === undefined ? 0 : 1);
    return {
      steps: findings.map(({ step, outcome }) => `${step} ${outcome}`),
      findings,
      ...(cause && { cause }),
    };
  };
  await look({ ...folder, stage, own, run, diagnosed });
}

const STEPS = [
  'kubelet ok',
  'provider-config ok',
  'plugin ok',
  'match-images ok',
  'plugin-env ok',
  'config ok',
  'service-account ok',
  'identity ok',
  'credentials ok',
  'token ok',
  'registry failed',
];
const upTo = (last: string) =>
  STEPS.slice(
    0,
    STEPS.findIndex((step) => step.startsWith(`${last} `)),
  );

describe('doctor --for kubelet', () => {
  test('goes as a pod from the config to the token that the plugin gives, in a screen of 80 columns.', () =>
    onNode(async ({ stage, diagnosed, run, asked }) => {
      const { steps, findings } = await diagnosed(...AS_POD);
      assert.deepEqual(steps, STEPS);
      const textOf = (step: string) => findings.find((finding) => finding.step === step)?.text ?? '';
      assert.equal(textOf('service-account'), `team/app, for sts.amazonaws.com, role ${POD_ROLE}`);
      assert.match(textOf('credentials'), /role PodPull of 444455556666, session team@app$/);
      assert.match(textOf('token'), new RegExp(`^${PLUGIN} gives a token, which the kubelet keeps for \\dh`));
      // One line of doctor's own, and one of the plugin's.
      assert.equal(stage.aws.issuedTokens.length, 2);
      assert.deepEqual(await asked(), [
        'get serviceaccount/app --namespace=team --output json',
        'create token app --namespace team --audience sts.amazonaws.com',
      ]);
      const { stdout } = await run(...AS_POD);
      assert.deepEqual(
        stdout.split('\n').filter((line) => line.length > 80),
        [],
      );
    }));

  test('goes without a pod where the rule needs none, and says so.', () =>
    onNode(
      async ({ stage, configure, own, diagnosed, run }) => {
        await configure([own({ tokenAttributes: undefined })]);
        assert.deepEqual(
          (await diagnosed()).steps,
          STEPS.filter((step) => !step.startsWith('service-account')),
        );
        assert.match(stage.aws.issuedTokens.at(-1)?.principal ?? '', /:user\/dev$/);
        await configure([own()]);
        const { steps } = await diagnosed();
        assert.deepEqual(
          steps,
          STEPS.map((step) => step.replace('service-account ok', 'service-account unknown')),
        );
        assert.match((await run()).stdout, /^To go on as a pod, add: --service-account NAMESPACE\/NAME$/m);
      },
      { registries: { [HOST]: { profile: 'dev' } } },
    ));

  test('ends where a pod is needed and none is named, without a failure.', () =>
    onNode(async ({ stage, diagnosed }) => {
      assert.deepEqual((await diagnosed()).steps, [...upTo('service-account'), 'service-account unknown']);
      assert.deepEqual(stage.aws.calls, []);
    }));

  test('takes a token from a file and its annotations from the command line, and asks kubectl nothing.', () =>
    onNode(async ({ tokenFile, diagnosed, asked }) => {
      const { steps } = await diagnosed('--token-file', tokenFile, '--annotation', `${EKS}=${POD_ROLE}`);
      assert.deepEqual(steps, STEPS);
      assert.deepEqual(await asked(), []);
      await diagnosed('--token-file', tokenFile);
      assert.deepEqual(await asked(), ['get serviceaccount/app --namespace=team --output json']);
    }));
});

interface Row {
  title: string;
  step: Finding['step'];
  text: RegExp;
  command: RegExp;
  notes?: RegExp;
  set?: (node: Node) => Promise<void>;
  args?: string[];
  role?: string;
}

const plugin = ({ binDir }: Node, name = PLUGIN) => join(binDir, name);
const EDIT = /^\$\{EDITOR:-vi\} \S+\/node\/provider-config\.yaml$/;
const LINK = new RegExp(`^ln -sf ${join(bin, PLUGIN)} \\S+/node/plugins/${PLUGIN}$`);
const CONFIG = /^ecr-xacct kubelet config$/;

const ROWS: readonly Row[] = [
  {
    title: 'there is no such config',
    step: 'provider-config',
    text: /provider-config\.yaml cannot be read: there is no such file$/,
    command: /^ls -ld /,
    set: ({ config }) => rm(config),
  },
  {
    title: 'the config has another apiVersion',
    step: 'provider-config',
    text: /: its apiVersion is kubelet\.config\.k8s\.io\/v2, not kubelet\.config\.k8s\.io\/v1$/,
    command: EDIT,
    notes: /restart it after that/,
    set: ({ configure, own }) => configure([own()], { apiVersion: 'kubelet.config.k8s.io/v2' }),
  },
  {
    title: 'the config has no provider of ours',
    step: 'provider-config',
    text: /has no provider ecr-xacct-credential-provider, only ecr-credential-provider$/,
    command: CONFIG,
    set: ({ configure, own }) => configure([own({ name: 'ecr-credential-provider' })]),
  },
  {
    title: 'the plugin is not there',
    step: 'plugin',
    text: /^there is no \S+\/node\/plugins\/ecr-xacct-credential-provider, so the kubelet does not start$/,
    command: LINK,
    set: (node) => rm(plugin(node)),
  },
  {
    title: 'there is no folder of plugins',
    step: 'plugin',
    text: /^there is no folder \S+\/node\/plugins, where the kubelet looks for its plugins$/,
    command: /^(?:sudo )?mkdir -p \S+\/node\/plugins$/,
    set: ({ binDir }) => rm(binDir, { recursive: true }),
  },
  {
    title: 'the link of the plugin leads nowhere',
    step: 'plugin',
    text: /is a link to \/nowhere\/plugin, which is not there, so the kubelet does not start$/,
    command: LINK,
    set: async (node) => {
      await rm(plugin(node));
      await symlink('/nowhere/plugin', plugin(node));
    },
  },
  {
    title: "another provider's program is not there",
    step: 'plugin',
    text: /^there is no \S+\/node\/plugins\/other, so the kubelet does not start$/,
    command: EDIT,
    set: ({ configure, own }) => configure([own({ name: 'other', tokenAttributes: undefined }), own()]),
  },
  {
    title: 'the plugin is not executable',
    step: 'plugin',
    text: /ecr-xacct-credential-provider is not executable, so the kubelet does not start$/,
    command: /^chmod \+x \S+\/node\/plugins\/ecr-xacct-credential-provider$/,
    set: async (node) => {
      await rm(plugin(node));
      await copyFile(join(bin, PLUGIN), plugin(node));
      await chmod(plugin(node), 0o644);
    },
  },
  {
    title: 'the plugin is a copy without the program that it starts',
    step: 'plugin',
    text: /is a copy, and beside it there is no \S+\/node\/plugins\/ecr-xacct, which it starts$/,
    command: LINK,
    set: async (node) => {
      await rm(plugin(node));
      await copyFile(join(bin, PLUGIN), plugin(node));
    },
  },
  {
    title: 'the plugin is another program',
    step: 'plugin',
    text: /is not the plugin of ecr-xacct: it says hello$/,
    command: LINK,
    set: async (node) => {
      await rm(plugin(node));
      await writeFile(plugin(node), '#!/bin/sh\necho hello >&2\n', { mode: 0o755 });
    },
  },
  {
    title: 'the plugin is given arguments',
    step: 'plugin',
    text: /^the plugin takes no arguments, and ecr-xacct-credential-provider in \S+ has args$/,
    command: EDIT,
    set: ({ configure, own }) => configure([own({ args: ['get-credentials'] })]),
  },
  {
    title: 'no entry of matchImages matches',
    step: 'match-images',
    text: /^no entry of matchImages of ecr-xacct-credential-provider matches 111122223333\.\S+\/team\/app$/,
    command: EDIT,
    notes: /^ {2}- "111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com"$/m,
    set: ({ configure, own }) => configure([own({ matchImages: ['*.ecr.*.amazonaws.com'] })]),
  },
  {
    title: "the daemon's socket would be in a folder of everyone",
    step: 'plugin-env',
    text: /\/open, the folder of the daemon's socket, is open to other users$/,
    command: EDIT,
    set: async ({ configure, own, binDir }) => {
      const folder = join(binDir, '..', 'open');
      await mkdir(folder);
      await chmod(folder, 0o777);
      await configure([own({}, { ECR_XACCT_SOCKET: join(folder, 'daemon.sock') })]);
    },
  },
  {
    title: 'config.yaml is not where its variable says',
    step: 'plugin-env',
    text: /ECR_XACCT_CONFIG names \/nowhere\/config\.yaml, which cannot be read: there is no such file$/,
    command: EDIT,
    set: ({ configure, own }) => configure([own({}, { ECR_XACCT_CONFIG: '/nowhere/config.yaml' })]),
  },
  {
    title: 'the rule needs a token that the kubelet is not told to give',
    step: 'service-account',
    text: /^the kubelet gives the plugin no token of a pod, which rule ".*" \(.*\) needs: .* has no tokenAttributes$/,
    command: CONFIG,
    set: ({ configure, own }) => configure([own({ tokenAttributes: undefined })]),
  },
  {
    title: 'the kubelet does not send the annotation that names the role',
    step: 'service-account',
    text: /^team\/app has its role in the annotation eks\.amazonaws\.com\/role-arn, which the kubelet does not send/,
    command: CONFIG,
    set: ({ configure, own }) =>
      configure([
        own({ tokenAttributes: { ...TOKEN_ATTRIBUTES, optionalServiceAccountAnnotationKeys: ['a/b'] } }),
      ]),
  },
  {
    title: 'the service account lacks an annotation without which no plugin is run',
    step: 'service-account',
    text: /^team\/app has no annotation team\/opt-in, without which the kubelet runs no plugin for it/,
    command: /^kubectl annotate serviceaccount app --namespace team team\/opt-in=VALUE$/,
    set: ({ configure, own }) => {
      const required = { requireServiceAccount: true, requiredServiceAccountAnnotationKeys: ['team/opt-in'] };
      return configure([own({ tokenAttributes: { ...TOKEN_ATTRIBUTES, ...required } })]);
    },
  },
  {
    title: 'there is no such service account',
    step: 'service-account',
    text: /^kubectl get serviceaccount\/other: Error from server \(NotFound\): serviceaccounts not found$/,
    command: /^kubectl get serviceaccount\/other --namespace=team --output json$/,
    args: ['--service-account', 'team/other'],
  },
];

describe('doctor --for kubelet ends, with the command that fixes it, where', () => {
  for (const { title, step, text, command, notes, set, args = AS_POD } of ROWS) {
    test(`${title}.`, () =>
      onNode(async (node) => {
        await set?.(node);
        const { steps, cause } = await node.diagnosed(...args);
        assert.deepEqual(steps, [...upTo(step), `${step} failed`]);
        assert.match(cause?.text ?? '', text);
        assert.match(cause?.command ?? '', command);
        if (notes !== undefined) assert.match(cause?.notes?.join('\n') ?? '', notes);
        assert.deepEqual(node.stage.aws.calls, []);
      }));
  }

  test('nothing says as whom to pull.', () =>
    onNode(
      async ({ configure, own, diagnosed }) => {
        await configure([own({ tokenAttributes: undefined })]);
        const { steps, cause } = await diagnosed();
        const before = upTo('identity').filter((step) => !step.startsWith('service-account'));
        assert.deepEqual(steps, [...before, 'identity failed']);
        assert.match(cause?.text ?? '', /: no rule, no annotation of a pod, no identity of the node$/);
        assert.match(cause?.command ?? '', /^\$\{EDITOR:-vi\} \S+\/ecr-xacct\/config\.yaml$/);
        assert.equal(cause?.notes?.at(-1), `  "${HOST}": { service_account: true }`);
      },
      { registries: {} },
    ));

  test('the role of the annotation does not trust the pod.', () =>
    onNode(
      async ({ diagnosed, run }) => {
        const { steps, cause } = await diagnosed(...AS_POD);
        assert.deepEqual(steps, [...upTo('credentials'), 'credentials failed']);
        assert.match(cause?.text ?? '', /NoPods \(service account team\/app\): STS rejected the token/);
        const { stdout } = await run(...AS_POD);
        assert.match(stdout, /^ {2}aws iam get-role --role-name NoPods /m);
      },
      { role: roleArn('NoPods') },
    ));
});

test('doctor --for kubelet warns of a second provider that the kubelet asks for the image.', () =>
  onNode(async ({ configure, own, binDir, diagnosed }) => {
    await writeFile(join(binDir, 'ecr-credential-provider'), '#!/bin/sh\n', { mode: 0o755 });
    await configure([own({ name: 'ecr-credential-provider', tokenAttributes: undefined }), own()]);
    const { steps, findings } = await diagnosed(...AS_POD);
    assert.deepEqual(
      steps,
      STEPS.map((step) => step.replace('match-images ok', 'match-images warning')),
    );
    const { text = '', command = '' } = findings.find(({ step }) => step === 'match-images') ?? {};
    assert.match(
      text,
      /^"\*\.dkr\.ecr\.\*\.amazonaws\.com" of ecr-xacct-\S+ matches, and so do entries of ecr-credential-provider: /,
    );
    assert.match(command, EDIT);
  }));

describe('doctor refuses', () => {
  const rows: [title: string, args: string[], says: RegExp][] = [
    [
      'an option of the kubelet without it',
      ['--bin-dir', '/x'],
      /--bin-dir is of the kubelet; add: --for kubelet$/m,
    ],
    ['a role beside the kubelet', ['--for', 'kubelet', '--role', 'ci'], /--role is of what runs in AWS/],
    [
      'a service account without its namespace',
      ['--for', 'kubelet', '--service-account', 'app'],
      /Write it as NAMESPACE\/NAME, such as team\/app\.$/m,
    ],
    [
      'an option of kubectl for a service account',
      ['--for', 'kubelet', '--service-account', 'team/--kubeconfig'],
      /Write it as NAMESPACE\/NAME/,
    ],
    [
      'an annotation without a service account',
      ['--for', 'kubelet', '--annotation', 'a=b'],
      /--annotation is of a service account; add: --token-file FILE$/m,
    ],
    [
      'an annotation without a value',
      ['--for', 'kubelet', '--token-file', 't', '--annotation', 'a'],
      /Write it as KEY=VALUE\.$/m,
    ],
  ];
  for (const [title, args, says] of rows) {
    test(`${title}.`, async () => {
      await using stage = await startProductStage();
      const { status, stderr } = await stage.product.run(['ecr-xacct', 'doctor', IMAGE, ...args]);
      assert.equal(status, 2);
      assert.match(stderr, says);
    });
  }
});
