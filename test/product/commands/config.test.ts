// `ecr-xacct config`: the path, every mistake with its place, and a schema that an editor can use.
import assert from 'node:assert/strict';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { bin, type Product } from '../../support/product/product.ts';
import { HOST, startProductStage } from '../../support/product/stage.ts';

const OTHER = HOST.replace(/^\d{12}/, '999988887777');

const fileOf = ({ home }: Product) => `${home}/.config/ecr-xacct/config.yaml`;
const config = ({ run }: Product, word: string, env = {}) => run(['ecr-xacct', 'config', word], { env });

test('The path is where a get looks, also where no file is.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await rm(fileOf(product));
  assert.deepEqual(await config(product, 'path'), { status: 0, stdout: `${fileOf(product)}\n`, stderr: '' });
  const named = { ECR_XACCT_CONFIG: '/nowhere/x.yaml' };
  assert.equal((await config(product, 'path', named)).stdout, '/nowhere/x.yaml\n');
  const { status, stderr } = await config(product, 'path', { ECR_XACCT_CONFIG: 'x.yaml' });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^ecr-xacct: ECR_XACCT_CONFIG=x\.yaml is a relative path\nTo fix it, run:\n {2}export ECR_XACCT_CONFIG="\$PWD\/x\.yaml"\n$/,
  );
});

test('A config without mistakes is said to have none, and so is one that is not there and not named.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const file = fileOf(product);
  assert.deepEqual(await config(product, 'check'), {
    status: 0,
    stdout: `${file}: 1 rule, no mistakes\n`,
    stderr: '',
  });
  await rm(file);
  assert.deepEqual(await config(product, 'check'), {
    status: 0,
    stdout: `${file} does not exist: there are no rules\n`,
    stderr: '',
  });
  assert.deepEqual(await config(product, 'check', { ECR_XACCT_CONFIG: file }), {
    status: 1,
    stdout: '',
    stderr: `${file} does not exist, and ECR_XACCT_CONFIG names it\n`,
  });
});

test('Every mistake of the file is told with its place.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const file = fileOf(product);
  await writeFile(file, `registries:\n  ${HOST}: { profile: dev, regio: x }\nrefresh_margin: 15\n`);
  const { status, stdout, stderr } = await config(product, 'check');
  assert.deepEqual([status, stdout], [1, '']);
  const [first, second, last] = stderr.split('\n');
  assert.ok(
    first?.startsWith(`${file}:2:65: unknown key "regio"; did you mean region? known keys: profile, `),
    stderr,
  );
  assert.ok(second?.startsWith(`${file}:3:1: "refresh_margin" must be a duration such as 15m`), stderr);
  assert.equal(last, `${file}: 2 mistakes`);
});

test('Every rule is told whose profile is missing, leads back to itself, says no way, or has no SSO session.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const file = fileOf(product);
  const role_arn = 'arn:aws:iam::111122223333:role/EcrPull';
  await writeFile(
    `${product.home}/.aws/config`,
    `[profile ring]\nrole_arn = ${role_arn}\nsource_profile = ring\n[profile empty]\nregion = eu-west-1\n` +
      '[profile sso]\nsso_session = gone\nsso_account_id = 111122223333\nsso_role_name = x\n',
  );
  const rules = {
    [HOST]: { profile: 'deb' },
    [OTHER]: { role_arn, source_profile: 'ring' },
    '*.dkr.ecr.eu-west-1.amazonaws.com': { profile: 'empty' },
    '*.dkr.ecr.eu-west-2.amazonaws.com': { profile: 'sso' },
    '*.dkr.ecr.eu-west-3.amazonaws.com': { profile: 'dev' },
    'public.ecr.aws': { role_arn, credential_source: 'Environment' },
  };
  await writeFile(
    file,
    `registries:\n${Object.entries(rules)
      .map(([key, rule]) => `  "${key}": ${JSON.stringify(rule)}\n`)
      .join('')}`,
  );
  const { status, stderr } = await config(product, 'check');
  assert.equal(status, 1);
  const lines = stderr.trimEnd().split('\n');
  const begins = [
    `${file}:2:3: "${HOST}": there is no profile deb in `,
    `${file}:3:3: "${OTHER}": profile ring has source_profile ring, which leads back to it`,
    `${file}:4:3: "*.dkr.ecr.eu-west-1.amazonaws.com": profile empty has no credentials `,
    `${file}:5:3: "*.dkr.ecr.eu-west-2.amazonaws.com": profile sso names the sso-session gone, which is not in `,
    `${file}: 4 mistakes`,
  ];
  assert.equal(lines.length, begins.length, stderr);
  for (const [index, line] of lines.entries()) assert.ok(line.startsWith(begins[index] ?? ''), line);
  assert.match(lines[0] ?? '', /did you mean dev\?/);
});

test('Everything is told in one run: the schema, profiles, regions, and the fallback helper, in the order of the file.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const file = fileOf(product);
  await writeFile(
    file,
    `registries:
  ${HOST}: { profile: deb, roleArn: x }
  ${OTHER.replace('us-east-1', 'eu-cental-1')}: { profile: dev }
  "11112222333.dkr.ecr.*.amazonaws.com": { profile: dev }
  images.corp.example: { profile: dev, registry: ${HOST.replace('dkr', 'drk')} }
fallback_helper: nowhere
refresh_margin: 15
`,
  );
  const { status, stderr } = await config(product, 'check');
  assert.equal(status, 1);
  const lines = stderr.trimEnd().split('\n');
  const begins = [
    `${file}:2:3: "${HOST}": there is no profile deb in `,
    `${file}:2:65: unknown key "roleArn"; did you mean role_arn? known keys: `,
    `${file}:3:3: "${OTHER.replace('us-east-1', 'eu-cental-1')}": eu-cental-1 is not an AWS region; did you mean eu-central-1?`,
    `${file}:4:3: "11112222333.dkr.ecr.*.amazonaws.com" matches no registry of ECR: its account 11112222333 has 11 digits, not 12`,
    `${file}:5:40: "registry" must be an ECR hostname: "drk.ecr" is not "dkr.ecr"; did you mean ${HOST}?`,
    `${file}:6:1: "fallback_helper": docker-credential-nowhere is not on PATH (`,
    `${file}:7:1: "refresh_margin" must be a duration`,
    `${file}: 7 mistakes`,
  ];
  assert.equal(lines.length, begins.length, stderr);
  for (const [index, line] of lines.entries()) assert.ok(line.startsWith(begins[index] ?? ''), line);
});

test('A fallback helper that leads back to this program is told; one that is there is none.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const file = fileOf(product);
  const folder = `${product.folder}/programs`;
  await mkdir(folder);
  const own = join(bin, 'docker-credential-ecr-xacct');
  await symlink(own, `${folder}/docker-credential-loop`);
  await writeFile(`${folder}/docker-credential-pass`, '#!/bin/sh\n', { mode: 0o755 });
  const check = async (name: string) => {
    await writeFile(file, `fallback_helper: ${name}\n`);
    return await config(product, 'check', { PATH: `${folder}:${product.env.PATH}` });
  };
  const loop = await check('loop');
  assert.equal(loop.status, 1);
  assert.ok(
    loop.stderr.startsWith(
      `${file}:1:1: "fallback_helper": docker-credential-loop is this program, which would ask itself: `,
    ),
    loop.stderr,
  );
  assert.deepEqual(await check('pass'), { status: 0, stdout: `${file}: 0 rules, no mistakes\n`, stderr: '' });
});

test('The schema takes what a get takes, and refuses what it refuses.', async (t) => {
  await using stage = await startProductStage();
  const { stdout } = await config(stage.product, 'schema');
  const schema = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
  const role = 'role_arn: arn:aws:iam::111122223333:role/EcrPull';
  const good = [
    '{}',
    'registries:',
    `registries:\n  ${HOST}: { profile: dev }\n  public.ecr.aws: { profile: dev }`,
    `registries:\n  "*.dkr.ecr.us-gov-west-1.amazonaws.com": { ${role}, source_profile: dev, external_id: 7f3c, duration_seconds: 900 }`,
    `registries:\n  images.corp.example: { registry: ${HOST}, profile: dev, region: eu-central-1 }`,
    'refresh_margin: 15m\nmax_token_age: 12h\ndiscover: false\nfallback_helper: osxkeychain\nmfa_process: ykman oath code',
  ];
  const bad = [
    'registry: {}',
    'refresh_margin: 15',
    'max_token_age: 1d',
    'discover: maybe',
    'fallback_helper: ecr-xacct',
    `registries:\n  https://${HOST}: { profile: dev }`,
    `registries:\n  ${HOST}: { profil: dev }`,
    `registries:\n  ${HOST}: {}`,
    `registries:\n  ${HOST}: { role_arn: EcrPull, source_profile: dev }`,
    `registries:\n  ${HOST}: { ${role} }`,
    `registries:\n  ${HOST}: { ${role}, profile: dev }`,
    `registries:\n  ${HOST}: { ${role}, source_profile: dev, credential_source: Environment }`,
    `registries:\n  ${HOST}: { profile: dev, external_id: 7f3c }`,
    `registries:\n  ${HOST}: { profile: dev, region: Frankfurt }`,
    `registries:\n  ${HOST}: { ${role}, source_profile: dev, duration_seconds: 60 }`,
  ];
  // A missing helper is a mistake of another kind.
  const folder = `${stage.product.folder}/programs`;
  await mkdir(folder);
  await writeFile(`${folder}/docker-credential-osxkeychain`, '#!/bin/sh\n', { mode: 0o755 });
  const PATH = `${folder}:${stage.product.env.PATH}`;
  for (const [texts, isGood] of [
    [good, true],
    [bad, false],
  ] as [string[], boolean][]) {
    for (const text of texts) {
      await t.test(`${isGood ? 'right' : 'wrong'}: ${text}`, async () => {
        await writeFile(fileOf(stage.product), text);
        const { status } = await config(stage.product, 'check', { PATH });
        assert.equal(status === 0, isGood, 'a get says otherwise');
        assert.equal(validate(parse(text)), isGood, JSON.stringify(validate.errors));
      });
    }
  }
});

test('The schema describes every key and its default.', async () => {
  await using stage = await startProductStage();
  const { stdout } = await config(stage.product, 'schema');
  type Property = { description?: string; default?: unknown };
  const { properties } = JSON.parse(stdout) as { properties: Record<string, Property> };
  for (const [key, { description }] of Object.entries(properties))
    assert.match(description ?? '', /\.$/, key);
  const defaults = Object.entries(properties).map(([key, property]) => [key, property.default]);
  assert.deepEqual(Object.fromEntries(defaults), {
    registries: {},
    refresh_margin: '15m',
    max_token_age: '12h',
    discover: true,
    mfa_process: undefined,
    process_env: undefined,
    fallback_helper: undefined,
  });
});
