// `ecr-xacct export`, built: only stdout has tokens, either all of them or none; stderr says when they expire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { passwordOf } from '../../support/product/product.ts';
import { HOST, roleFiles, startProductStage } from '../../support/product/stage.ts';
import { openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

const OTHER = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
const END = /^The token for (\S+) ends at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ, in 1[12] h(?: 59 min)? \((.+)\)$/;

const command = (...words: string[]) => ['ecr-xacct', 'export', ...words];

/** The passwords in Docker's config.json, by registry. */
function passwordsIn(text: string): Record<string, string> {
  const auths: [string, { auth: string }][] = Object.entries(JSON.parse(text).auths);
  return Object.fromEntries(
    auths.map(([host, { auth }]) => [host, Buffer.from(auth, 'base64').toString().replace(/^AWS:/, '')]),
  );
}

test('It prints what docker would get, from memory, in each form; and each end on stderr.', async () => {
  await using stage = await startProductStage({
    files: (cast) => ({
      ...roleFiles(cast),
      registries: { [HOST]: { profile: 'puller' }, [OTHER]: { profile: 'dev' } },
    }),
  });
  const { product } = stage;
  const run = (words: string[]) => product.run(command(...words), { showsSecret: true });
  const password = passwordOf(await product.get(HOST), HOST);
  const docker = await run(['--docker-config', `https://${HOST}/`, `${OTHER}/team/app:1`, HOST]);
  assert.equal(docker.status, 0, docker.stderr);
  const passwords = passwordsIn(docker.stdout);
  assert.deepEqual(Object.keys(passwords), [HOST, OTHER]);
  assert.equal(passwords[HOST], password);
  assert.deepEqual(
    docker.stderr
      .trimEnd()
      .split('\n')
      .map((line) => END.exec(line)?.slice(1)),
    [
      [HOST, 'profile puller'],
      [OTHER, 'profile dev'],
    ],
  );
  const minted = stage.aws.count();
  const secret = await run(['--kubernetes-secret', '--name', 'ecr', '--namespace', 'team', HOST]);
  const { metadata, data } = parseDocument(secret.stdout).toJS();
  assert.deepEqual([metadata.name, metadata.namespace], ['ecr', 'team']);
  assert.ok(
    secret.stderr.includes(`ends at ${metadata.annotations['ecr-xacct/expires-at']},`),
    secret.stderr,
  );
  assert.deepEqual(passwordsIn(Buffer.from(data['.dockerconfigjson'], 'base64').toString()), {
    [HOST]: password,
  });
  const env = await run(['--env', HOST]);
  assert.ok(env.stdout.includes(`\nexport ECR_PASSWORD=${password}\n`));
  assert.equal(stage.aws.count(), minted);
});

test('Without a daemon it asks AWS itself, and a login of docker login comes first, as for Docker.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const run = (env = {}) => product.run(command('--env', HOST), { env, showsSecret: true });
  const alone = await run({ ECR_XACCT_DAEMON: 'off' });
  assert.match(alone.stderr.trimEnd(), END);
  assert.ok(alone.stdout.includes(`ECR_PASSWORD=${stage.aws.issuedTokens.at(-1)?.password}\n`));
  assert.equal(await product.daemon(), undefined);
  const login = JSON.stringify({ ServerURL: HOST, Username: 'me', Secret: 'mine' });
  assert.equal((await product.run(['docker-credential-ecr-xacct', 'store'], { input: login })).status, 0);
  const { stdout, stderr } = await run();
  assert.match(stdout, /\nexport ECR_USERNAME=me\nexport ECR_PASSWORD=mine\n$/);
  assert.equal(
    stderr,
    `The password for ${HOST} is from docker login; when it expires is not known (docker login)\n`,
  );
});

test('Where a registry is none, nothing is printed, stderr says which and why, and it is wrong usage.', async () => {
  await using stage = await startProductStage();
  const { status, stdout, stderr } = await stage.product.run(
    command('--docker-config', HOST, 'docker.example.com'),
  );
  assert.deepEqual([status, stdout], [2, '']);
  assert.equal(
    stderr,
    `ecr-xacct: docker.example.com: neither an ECR hostname nor in the config
For other registries, run:
  docker login
Nothing was printed: 1 of 2 registries have no token.
`,
  );
});

test('What it is to print is said once, and a name is one that Kubernetes takes.', async () => {
  await using stage = await startProductStage();
  for (const [words, said] of [
    [[HOST], /^ecr-xacct: name one of --kubernetes-secret, --docker-config and --env\n/],
    [['--env', '--docker-config', HOST], /name one of/],
    [['--env', '--name', 'x', HOST], /--name and --namespace are of --kubernetes-secret/],
    [['--kubernetes-secret', '--name', 'My_Secret', HOST], /'My_Secret' is no name of a Secret/],
    [['--kubernetes-secret', '--namespace', 'a.b', HOST], /'a\.b' is no namespace/],
    [['--env', `http://${HOST}`], /no password goes to http:\/\//],
    [['--env'], /missing required argument/],
  ] as const) {
    const { status, stdout, stderr } = await stage.product.run(command(...words));
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, said);
  }
  assert.equal(stage.aws.count(), 0);
});

test('On a terminal it warns that a password is shown.', { skip: skipWithoutTerminal }, async () => {
  await using stage = await startProductStage();
  using terminal = openTerminal(`ecr-xacct export --env ${HOST}`, stage.product.env);
  await terminal.shows(/Note: these are passwords, and a terminal keeps what it shows/);
  assert.equal((await terminal.end()).status, 0);
});
