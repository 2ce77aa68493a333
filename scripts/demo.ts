// `npm start`: the main job, with the built program and a fake AWS: two accounts, STS, ECR and, with a Docker engine, a
// registry to pull from. Prints each step, and exits with 1 if one fails.
//
// usage: npm start   (which builds first)
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type FakeAws, startFakeAws } from '../test/fake-aws/start-fake-aws.ts';
import {
  PRIMARY_ACCOUNT,
  REGION,
  SECONDARY_ACCOUNT,
  twoAccountWorld,
} from '../test/fake-aws/two-account-world.ts';
import { startFakeRegistry } from '../test/fake-registry/start-fake-registry.ts';
import { createCertificateAuthority } from '../test/support/certificates.ts';
import { startEngine } from '../test/support/e2e/engine.ts';
import { peer, skipWithout } from '../test/support/peers.ts';
import { enterPrivateHosts } from '../test/support/private-hosts.ts';
import { findSecretsInFiles, findSecretsInProcesses } from '../test/support/secret-scan.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'dist', 'bin');
const HOST = `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const ROLE = `arn:aws:iam::${PRIMARY_ACCOUNT}:role/EcrPull`;
const IMAGE = `${HOST}/team/app:1`;

const noPull = skipWithout('namespaces', 'dockerd', 'docker', 'docker-registry');
// The registry's hostname is 127.0.0.2 only in private namespaces, so the script restarts itself in them.
if (!noPull) enterPrivateHosts({ [HOST]: '127.0.0.2' });

const say = (line = '') => console.log(line);

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
  milliseconds: number;
}

/** Runs a program in the demo's HOME. */
async function run(
  command: readonly [string, ...string[]],
  input: string,
  env: Record<string, string>,
): Promise<Ran> {
  const started = performance.now();
  const [program, ...args] = command;
  const child = spawn(program, args, { env, cwd: env.HOME });
  child.stdin.on('error', () => {}).end(input);
  const status = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await status, stdout, stderr, milliseconds: performance.now() - started };
}

/** @throws Error with the output of a step if it is not the expected one. */
function expect(what: string, holds: boolean, ran: Ran): void {
  if (holds) return;
  throw new Error(`${what}: exit status ${ran.status}\n${ran.stdout}${ran.stderr}`);
}

/** An answer to `get` as printed, with the secret cut short. */
function cutSecret(stdout: string): string {
  return stdout.trim().replace(/("Secret":")([^"]{6})([^"]*)/, (_, name, start, rest) => {
    return `${name}${start}… ${start.length + rest.length} characters`;
  });
}

function callsMade(aws: FakeAws): string {
  if (aws.calls.length === 0) return 'none';
  return `${aws.calls.length}: ${aws.calls.map(({ service, action }) => `${service} ${action}`).join(', ')}`;
}

async function makeHome(folder: string, files: Record<string, string>): Promise<Record<string, string>> {
  const env = {
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
  };
  for (const path of Object.values(env)) await mkdir(path, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files)) {
    const path = join(env.HOME, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
  }
  return { ...env, ECR_XACCT_SYSTEM_CONFIG: '' };
}

async function protocolSteps(aws: FakeAws, env: Record<string, string>): Promise<void> {
  const helper = 'docker-credential-ecr-xacct';
  const get = (host: string) => run([join(bin, helper), 'get'], `${host}\n`, env);

  say(`1. A first get: AWS gives a token\n   $ echo ${HOST} | ${helper} get`);
  const first = await get(HOST);
  expect('the first get', first.status === 0 && aws.calls.length === 2, first);
  const token = aws.issuedTokens.at(-1);
  say(`   ${cutSecret(first.stdout)}`);
  say(`   identity ${token?.principal}`);
  say(
    `   account ${token?.account}, region ${token?.region}, expires ${new Date(token?.expiresAt ?? 0).toISOString()}`,
  );
  say(`   AWS calls ${callsMade(aws)}   (${first.milliseconds.toFixed(0)} ms: it started the daemon, too)`);

  say(`\n2. A second get: from the daemon's memory\n   $ echo ${HOST} | ${helper} get`);
  aws.resetCalls();
  const second = await get(HOST);
  expect('the second get', second.stdout === first.stdout && aws.calls.length === 0, second);
  say(`   the same answer; AWS calls ${callsMade(aws)}   (${second.milliseconds.toFixed(0)} ms)`);

  say(
    `\n3. A host that is not ECR's: Docker continues anonymously\n   $ echo images.example.com | ${helper} get`,
  );
  const unmapped = await get('images.example.com');
  expect('the unmapped host', unmapped.status === 1 && unmapped.stderr === '', unmapped);
  say(`   ${unmapped.stdout.trim()}   (exit status ${unmapped.status}; AWS calls ${callsMade(aws)})`);
}

async function secretStep(heading: string, aws: FakeAws, folder: string): Promise<void> {
  say(`\n${heading}`);
  const secrets = aws.issuedTokens.map(({ password }) => password);
  const found = [
    ...(await findSecretsInFiles([folder], secrets)),
    ...(await findSecretsInProcesses(secrets)),
  ];
  if (found.length > 0) throw new Error(`the secret was found: ${JSON.stringify(found)}`);
  say('   no');
}

async function pullStep(
  aws: FakeAws,
  env: Record<string, string>,
  resources: AsyncDisposableStack,
): Promise<void> {
  say(`\n5. A real docker pull, from a fake registry that asks for this token\n   $ docker pull ${IMAGE}`);
  const authority = await createCertificateAuthority();
  const tls = await authority.issue([HOST]);
  await mkdir(`/etc/docker/certs.d/${HOST}`, { recursive: true });
  await writeFile(`/etc/docker/certs.d/${HOST}/ca.crt`, authority.cert);
  const listeners = [
    { host: '127.0.0.2', port: 443, tls },
    { host: '127.0.0.2', port: 80 },
  ];
  const registry = resources.use(await startFakeRegistry({ aws, listeners }));
  await registry.pushImage({ account: PRIMARY_ACCOUNT, region: REGION, repository: 'team/app', tag: '1' });
  const engine = resources.use(await startEngine());
  const pulled = await run([peer('docker'), 'pull', IMAGE], '', { ...env, DOCKER_HOST: engine.host });
  expect('docker pull', pulled.status === 0, pulled);
  for (const line of pulled.stdout.trim().split('\n')) say(`   ${line}`);
  say(
    `   the registry saw ${registry.calls.findLast(({ principal }) => principal !== undefined)?.principal}`,
  );
  say(`   AWS calls ${callsMade(aws)}`);
}

async function demo(): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const aws = resources.use(await startFakeAws());
  const { dev } = twoAccountWorld(aws.world);
  const folder = await mkdtemp(join(tmpdir(), 'ecr-xacct-demo-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const config = `registries:\n  "${HOST}":\n    role_arn: ${ROLE}\n    source_profile: dev\n`;
  const home = await makeHome(folder, {
    '.aws/config': `[profile dev]\nregion = ${REGION}\n`,
    '.aws/credentials': `[dev]\naws_access_key_id = ${dev.accessKeyId}\naws_secret_access_key = ${dev.secretAccessKey}\n`,
    '.config/ecr-xacct/config.yaml': config,
    '.docker/config.json': JSON.stringify({ credHelpers: { [HOST]: 'ecr-xacct' } }, undefined, 2),
  });
  const env = { ...home, PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, AWS_ENDPOINT_URL: aws.url };

  say(`You are profile dev of account ${SECONDARY_ACCOUNT}; the images are in account ${PRIMARY_ACCOUNT}.`);
  say('This is ~/.config/ecr-xacct/config.yaml:\n');
  say(config.replace(/^/gm, '   '));
  resources.defer(async () => void (await run([join(bin, 'ecr-xacct'), 'daemon', 'stop'], '', env)));
  await protocolSteps(aws, env);
  await secretStep(
    '4. Is the secret in any file under HOME, TMPDIR and the runtime folder, in any command line or environment?',
    aws,
    folder,
  );
  aws.resetCalls();
  if (!noPull) {
    await pullStep(aws, env, resources);
    await secretStep('6. Is it anywhere now?', aws, folder);
  } else {
    say(`\n5. A real docker pull: not here (${noPull})`);
  }
}

say('docker-credential-ecr-xacct against a fake AWS: loopback only, everything in a temporary folder.\n');
await demo();
say(`
To use it for real:
  1. put both programs on your PATH, for example:
     mkdir -p ~/.local/bin && ln -sf ${bin}/docker-credential-ecr-xacct ${bin}/ecr-xacct ~/.local/bin/
  2. ecr-xacct setup      (finds the accounts of your profiles, and shows what it will change)
  3. docker pull ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG      (more in README.md)`);
