// Loads a real daemon with gets for many registries and identities, whose mints are processes, and measures what it
// keeps.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { askDaemon } from '../../../src/client/ask-daemon.ts';
import { PRIMARY_ACCOUNT, REGION } from '../../fake-aws/two-account-world.ts';
import { isRunning, whenEnded, whenever } from '../processes.ts';
import { daemonPid, type Product, passwordOf } from './product.ts';
import { keysOf, keyVariables, type ProductStage, roleArn, startProductStage } from './stage.ts';

/** The figures of one moment. */
interface LoadFootprint {
  gets: number;
  /** Bytes. */
  rss: number;
  descriptors: number;
  /** Zombies: processes that have ended, but that the daemon has not waited for. */
  zombies: number;
}

export interface LoadResult {
  gets: number;
  mints: number;
  failures: number;
  footprints: readonly LoadFootprint[];
  /** Processes that the daemon started and that outlive it. */
  left: number;
}

const REGIONS = [REGION, 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2', 'sa-east-1'];
const ACCOUNTS = [PRIMARY_ACCOUNT, '222233334444', '333344445555', '555566667777'];
const HOSTNAMES = ACCOUNTS.flatMap((account) =>
  REGIONS.map((region) => `${account}.dkr.ecr.${region}.amazonaws.com`),
);
/** Gets at the same time, as from Compose. */
const AT_ONCE = 8;
const FOOTPRINTS = 10;
/** Milliseconds. */
const DEADLINE = 60_000;
/** After so many gets, one `docker logout`, after which its registry needs a new token. */
const LOGOUT_EVERY = 12;

/** `onFootprint` gets each of the ten footprints. */
export async function loadDaemon(
  gets: number,
  onFootprint: (footprint: LoadFootprint) => void = () => {},
): Promise<LoadResult> {
  const { aws, product, cast, ...stage } = await startProductStage({ files: filesOf });
  const children = new Set<number>();
  const footprints: LoadFootprint[] = [];
  let failures = 0;
  let daemon = 0;
  {
    await using _ = stage;
    // The first get starts the daemon, as with Docker.
    passwordOf(await product.get(HOSTNAMES[0] ?? ''), HOSTNAMES[0] ?? '');
    daemon = await daemonPid(product);
    const environments = environmentsOf({ cast });
    for (let asked = 0; asked < gets; asked += AT_ONCE) {
      const answers = Array.from({ length: AT_ONCE }, (_, index) => {
        const number = asked + index;
        const hostname = HOSTNAMES[(number * 7) % HOSTNAMES.length] ?? '';
        const env = environments[Math.floor(number / HOSTNAMES.length) % environments.length] ?? {};
        return ask(product, 'get', hostname, env);
      });
      failures += (await Promise.all(answers)).filter((outcome) => outcome !== 'success').length;
      const done = asked + AT_ONCE;
      if (Math.floor(done / LOGOUT_EVERY) > Math.floor(asked / LOGOUT_EVERY)) {
        await ask(product, 'erase', HOSTNAMES[Math.floor(done / LOGOUT_EVERY) % HOSTNAMES.length] ?? '', {});
      }
      for (const pid of await childrenOf(daemon)) children.add(pid);
      if (done >= (gets / FOOTPRINTS) * (footprints.length + 1)) {
        const footprint = await footprintOf(daemon, done);
        footprints.push(footprint);
        onFootprint(footprint);
      }
    }
    assert.equal(await daemonPid(product), daemon, 'another daemon came in its place');
  }
  await whenEnded(daemon);
  const left = await stillRunning([...children]);
  return { gets, mints: aws.issuedTokens.length, failures, footprints, left };
}

function filesOf({ dev }: ProductStage['cast']) {
  const puller = { role_arn: roleArn('EcrPull'), source_profile: 'dev' };
  const prints = JSON.stringify({
    Version: 1,
    AccessKeyId: dev.accessKeyId,
    SecretAccessKey: dev.secretAccessKey,
  });
  return {
    credentials: { dev: keysOf(dev) },
    config: {
      'profile puller': puller,
      'profile pusher': { ...puller, role_arn: roleArn('EcrPush') },
      'profile vault': { credential_process: `echo '${prints}'` },
    },
    registries: { '*.dkr.ecr.us-east-1.amazonaws.com': { profile: 'dev' } },
  };
}

function environmentsOf({ cast }: Pick<ProductStage, 'cast'>): Record<string, string>[] {
  const profiles = ['dev', 'puller', 'pusher', 'vault'].map((name) => ({ ECR_XACCT_PROFILE: name }));
  return [...profiles, { AWS_PROFILE: 'puller', AWS_REGION: 'eu-west-1' }, keyVariables(cast.dev)];
}

/** Over the wire, as from the native client, with all variables. @returns the outcome. */
async function ask(
  { socket, env }: Product,
  action: string,
  input: string,
  own: Record<string, string>,
): Promise<string> {
  const request = { action, input, env: { '@all': '1', ...env, ...own } };
  const response = await askDaemon(socket, process.getuid?.() ?? 0, request, DEADLINE);
  return typeof response === 'string' ? response : response.outcome;
}

async function footprintOf(pid: number, gets: number): Promise<LoadFootprint> {
  // The daemon reaps a process that ends now in a later turn of its event loop.
  await whenever('no process is a zombie', async () => (await zombiesOf(pid)) === 0).catch(() => {
    // The figures show failures.
  });
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    gets,
    rss: Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1_024,
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    zombies: await zombiesOf(pid),
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list.split(' ').filter(Boolean).map(Number);
}

async function zombiesOf(pid: number): Promise<number> {
  const stats = (await childrenOf(pid)).map((child) =>
    readFile(`/proc/${child}/stat`, 'utf8').catch(() => ''),
  );
  return (await Promise.all(stats)).filter((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z'))
    .length;
}

/** A spare minter ends when it sees that the daemon has ended. */
async function stillRunning(pids: readonly number[]): Promise<number> {
  const running = async () => (await Promise.all(pids.map(isRunning))).filter(Boolean).length;
  await whenever('the minters end', async () => (await running()) === 0).catch(() => {
    // The figures show failures.
  });
  return await running();
}

/** RSS of the last third, compared with the first. */
const MOST_RSS = 1.15;
/** File descriptors of mints that are running: pipes of eight minters and a spare. */
const MORE_DESCRIPTORS = 32;

/** What is wrong, as text. */
export function brokenByLoad({ gets, mints, failures, footprints, left }: LoadResult): string[] {
  const third = Math.floor(footprints.length / 3);
  const [first, last] = [footprints.slice(0, third), footprints.slice(-third)];
  const most = (of: readonly LoadFootprint[], what: keyof LoadFootprint) =>
    Math.max(...of.map((one) => one[what]));
  const broken: string[] = [];
  if (mints < gets / 50) broken.push(`only ${mints} mints`);
  if (failures > 0) broken.push(`${failures} gets failed`);
  if (left > 0) broken.push(`${left} processes are left`);
  if (most(footprints, 'zombies') > 0) broken.push('zombies');
  if (most(last, 'rss') > most(first, 'rss') * MOST_RSS) broken.push('the RSS grew');
  if (most(last, 'descriptors') > most(first, 'descriptors') + MORE_DESCRIPTORS)
    broken.push('descriptors grew');
  return broken;
}

export function loadTable({ gets, mints, failures, footprints, left }: LoadResult): string {
  const middle = Math.floor(footprints.length / 2);
  const ends = [footprints.at(0), footprints.at(middle), footprints.at(-1)];
  const rows: [string, unknown][] = [
    ['a real daemon', `${HOSTNAMES.length} registries`],
    ['gets', `${gets}: ${failures} failed`],
    ['mints, each a process', mints],
    ['RSS, start, middle, end', `${ends.map((one) => ((one?.rss ?? 0) / 1e6).toFixed(1)).join(' → ')} MB`],
    ['descriptors', ends.map((one) => one?.descriptors).join(' → ')],
    ['zombies', footprints.reduce((sum, { zombies }) => sum + zombies, 0)],
    ['processes left', left],
  ];
  return rows.map(([name, value]) => `${name.padEnd(26)}${value}`).join('\n');
}
