// Sets up the benchmark: the fake AWS, a user for our programs, a user for the other AWS tools, and their commands.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  PRIMARY_ACCOUNT,
  REGION,
  SECONDARY_ACCOUNT,
  twoAccountWorld,
} from '../../test/fake-aws/two-account-world.ts';
import { World } from '../../test/fake-aws/world.ts';
import { whenEnded } from '../../test/support/processes.ts';
import { makeProduct, type Product, type ProductFiles } from '../../test/support/product/product.ts';
import { keysOf, keyVariables, roleArn } from '../../test/support/product/stage.ts';
import { type BenchAws, startAws } from './aws.ts';
import { type BenchPrograms, compilePrograms } from './compile-programs.ts';
import { type GoHelper, goHelpers } from './go-helpers.ts';
import type { Options } from './options.ts';
import { createRunner, type RunCommands, type Step } from './run-commands.ts';

export const AWS_CLI = '/usr/bin/aws';
const BIN = fileURLToPath(new URL('../../dist/bin', import.meta.url));

const registry = (account: number | string) => `${account}.dkr.ecr.${REGION}.amazonaws.com`;

/** A row's registry, and its profile. */
export interface Entry {
  readonly hostname: string;
  readonly profile: string;
}

/** The user's own keys and registry. The Go helper finds its cached token only for this registry. */
export const STATIC: Entry = { hostname: registry(SECONDARY_ACCOUNT), profile: 'dev' };
/** A role in another account. */
export const ROLE: Entry = { hostname: registry(PRIMARY_ACCOUNT), profile: 'puller' };
/** Forty registries of eight identities, like `credHelpers` of a large company. */
export const SWEEP: readonly Entry[] = Array.from({ length: 40 }, (_, i) => ({
  hostname: registry(700_000_000_001 + i),
  profile: `team-${(i % 8) + 1}`,
}));
/** Forty more, with keys that AWS rejects. */
export const REFUSED: readonly Entry[] = Array.from({ length: 40 }, (_, i) => ({
  hostname: registry(790_000_000_001 + i),
  profile: 'refused',
}));
const TEAMS = SWEEP.slice(0, 8).map(({ profile }) => profile);

/** One command of the user, for a plan. */
export interface Steps {
  ours(action: 'get' | 'erase' | 'list', entry?: Entry): Step;
  /** `get` of ROLE's registry without a rule: its profile is the last of a thousand in ~/.aws/config. */
  discovering: Step;
  stopDaemon: Step;
  /** `get` of STATIC with an additional certificate authority for Node, as behind a proxy that reads TLS. */
  withAuthority: Step;
  /** The Go helper's `get`. STATIC is its best case: the keys are in the environment, and it reads no file for them. */
  go(action: 'get' | 'list', entry: Entry, helper?: GoHelper): Step;
  /** `aws ecr get-login-password` */
  cli(entry: Entry): Step;
  /** The lower bound: a program that only copies stdin. */
  echo: Step;
  /** The Go helper's cache folder. */
  goCache: string;
}

export interface Stage extends AsyncDisposable {
  readonly options: Options;
  readonly programs: BenchPrograms;
  readonly aws: BenchAws;
  /** Our programs are compared with the first one. */
  readonly goHelpers: readonly GoHelper[];
  readonly product: Product;
  readonly steps: Steps;
  readonly run: RunCommands;
  /** Milliseconds after which a spare minter is ready again. */
  readonly settle: number;
  /** Stops the daemon, and waits until it has ended. */
  stopDaemon(): Promise<void>;
}

const dev = twoAccountWorld(new World(Date.now)).dev;

function files(): ProductFiles {
  const role = (name: string) => ({ role_arn: roleArn(name), source_profile: 'dev', region: REGION });
  return {
    credentials: { dev: keysOf(dev), refused: keysOf({ ...dev, accessKeyId: 'AKIAREFUSEDREFUSED00' }) },
    config: {
      'profile dev': { region: REGION },
      'profile refused': { region: REGION },
      'profile puller': role('EcrPull'),
      ...Object.fromEntries(TEAMS.map((team) => [`profile ${team}`, role(team)])),
    },
    registries: Object.fromEntries(
      [STATIC, ROLE, ...SWEEP, ...REFUSED].map(({ hostname, profile }) => [hostname, { profile }]),
    ),
  };
}

/** Everything is in memory, in private namespaces, and ends with the benchmark. */
export async function startStage(options: Options): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ecr-xacct-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const programs = compilePrograms(folder);
  const aws = resources.use(await startAws(folder, programs.delayLink, TEAMS));
  const env = {
    // The fake AWS is reached under AWS's own hostnames.
    AWS_ENDPOINT_URL: undefined,
    AWS_CA_BUNDLE: aws.caFile,
    SSL_CERT_FILE: aws.caFile,
    // Otherwise the other tools call us-east-1's STS under its older name.
    AWS_STS_REGIONAL_ENDPOINTS: 'regional',
  };
  const product = resources.use(await makeProduct({ url: '' }, files(), env));
  const peers = resources.use(await makeProduct({ url: '' }, files(), env));
  const helpers = goHelpers();
  const steps = await writeSteps({ folder, caFile: aws.caFile, helpers }, product, peers, programs);
  const run = createRunner(programs.runCommands, join(folder, 'outputs'));
  await aws.setRoundTrip(0);
  const settle = await settlingTime(run, steps);
  const started = resources.move();
  return {
    options,
    programs,
    aws,
    goHelpers: helpers,
    product,
    steps,
    run,
    settle,
    async stopDaemon() {
      const running = await product.daemon();
      await product.run(['ecr-xacct', 'daemon', 'stop']);
      if (running !== undefined) await whenEnded(running.pid);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

const [SHORTEST_SETTLE, LONGEST_SETTLE] = [600, 3_000];

/**
 * A get with nothing running starts a daemon and loads the SDK; a spare minter only does the latter. Twice that time,
 * for a busy machine.
 */
async function settlingTime(run: RunCommands, steps: Steps): Promise<number> {
  const get = { name: 'ours', steps: [steps.ours('get', STATIC)] };
  const measured = await run([get], { kind: 'rounds', rounds: 1, warmup: 0 });
  const [time = 0] = measured.of('ours').milliseconds;
  return Math.round(Math.min(Math.max(2 * time, SHORTEST_SETTLE), LONGEST_SETTLE));
}

async function writeSteps(
  { folder, caFile, helpers }: { folder: string; caFile: string; helpers: readonly GoHelper[] },
  product: Product,
  peers: Product,
  { echo }: BenchPrograms,
): Promise<Steps> {
  const inputOf = ({ hostname }: Entry) => join(folder, hostname);
  for (const entry of [STATIC, ROLE, ...SWEEP, ...REFUSED]) await writeFile(inputOf(entry), entry.hostname);
  const discoveringEnv = await writeManyProfiles(folder);
  const asPeer = ({ profile }: Entry) => ({
    ...peers.env,
    ...(profile === STATIC.profile ? keyVariables(dev) : { AWS_PROFILE: profile }),
  });
  return {
    ours: (action, entry) => ({
      args: [join(BIN, 'docker-credential-ecr-xacct'), action],
      env: product.env,
      ...(entry === undefined ? {} : { stdin: inputOf(entry) }),
    }),
    discovering: {
      args: [join(BIN, 'docker-credential-ecr-xacct'), 'get'],
      env: { ...product.env, ...discoveringEnv },
      stdin: inputOf(ROLE),
    },
    stopDaemon: { args: [join(BIN, 'ecr-xacct'), 'daemon', 'stop'], env: product.env },
    withAuthority: {
      args: [join(BIN, 'docker-credential-ecr-xacct'), 'get'],
      env: {
        ...environmentWithout(product.env, 'AWS_CA_BUNDLE', 'SSL_CERT_FILE'),
        NODE_EXTRA_CA_CERTS: caFile,
      },
      stdin: inputOf(STATIC),
    },
    go: (action, entry, helper = helpers[0]) => ({
      args: [helper?.path ?? '', action],
      env: asPeer(entry),
      stdin: inputOf(entry),
    }),
    cli: (entry) => ({
      args: [AWS_CLI, 'ecr', 'get-login-password', '--region', REGION],
      env: asPeer(entry),
    }),
    echo: { args: [echo], env: product.env, stdin: inputOf(STATIC) },
    goCache: peers.holdsSecret(join(peers.home, '.ecr', 'cache.json')),
  };
}

function environmentWithout(env: Product['env'], ...names: string[]): Product['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

/** A config without rules, and an AWS config with a thousand profiles. */
async function writeManyProfiles(folder: string): Promise<Record<string, string>> {
  const [AWS_CONFIG_FILE, ECR_XACCT_CONFIG] = [join(folder, 'many-profiles'), join(folder, 'no-rules.yaml')];
  const others = Array.from(
    { length: 999 },
    (_, index) =>
      `[profile team-${index}]\nsso_session = corp\nsso_account_id = ${800_000_000_000 + index}\nsso_role_name = Dev\n`,
  );
  const last = `[profile last]\nrole_arn = ${roleArn('EcrPull')}\nsource_profile = dev\nregion = ${REGION}\n`;
  await writeFile(AWS_CONFIG_FILE, `${others.join('')}${last}`);
  await writeFile(ECR_XACCT_CONFIG, 'registries:\n');
  return { AWS_CONFIG_FILE, ECR_XACCT_CONFIG };
}
