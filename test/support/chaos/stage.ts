// The real programs of a schedule: their own installation, the callers' environments, their processes, their AWS.
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FakeAws, startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { bin, makeProduct, type Product, type Ran } from '../product/product.ts';
import { CALLERS, type CallerKind, castOf, HOSTS, type HomeName, type Keys } from './cast.ts';
import { type Clocks, type Instant, takeClocks } from './clock.ts';
import { firstHomes, type Homes, writeHome } from './homes.ts';
import { type Call, SPELLINGS } from './operations.ts';

/** The outcome of a call. */
export interface Answered {
  call: Call;
  /** Its stdin. */
  input: string;
  ran: Ran;
  began: Instant;
  /** By a clock that is never set. */
  milliseconds: number;
}

export type Processes = 'daemon run' | 'mint';

export interface ChaosStage extends AsyncDisposable {
  readonly aws: FakeAws;
  readonly keys: Keys;
  readonly clocks: Clocks;
  readonly product: Product;
  run(call: Call): Promise<Answered>;
  write(homes: Homes): void;
  /** Replaces the program on disk. */
  upgrade(): void;
  /** `ecr-xacct daemon stop` */
  stop(): Promise<unknown>;
  /** The process IDs of running processes. */
  running(what: Processes): number[];
  /** The files in folders for temporary files that are not the stage's own. */
  leftovers(): string[];
}

const PROGRAMS: Readonly<Record<Processes, RegExp>> = {
  'daemon run': /\/lib\/ecr-xacct\.cjs daemon run/,
  mint: /\/lib\/ecr-xacct\.cjs mint/,
};

/** Only in private namespaces: see `takeClocks`. */
export async function startChaosStage(): Promise<ChaosStage> {
  await using resources = new AsyncDisposableStack();
  const folder = join(tmpdir(), 'chaos');
  mkdirSync(folder);
  const clocks = takeClocks(folder);
  const aws = resources.use(await startFakeAws({ now: () => clocks.now().aws }));
  const keys = castOf(aws);
  const product = resources.use(await makeProduct(aws));
  const root = join(folder, 'installed');
  cpSync(join(bin, '..'), join(root, 'dist'), { recursive: true });
  symlinkSync(join(bin, '../../node_modules'), join(root, 'node_modules'));
  const program = join(root, 'dist/lib/ecr-xacct.cjs');
  const homes: Readonly<Record<HomeName, string>> = { one: product.home, two: join(product.folder, 'two') };
  mkdirSync(homes.two, { mode: 0o700 });
  const write = (written: Homes) => {
    for (const name of ['one', 'two'] as const) writeHome(homes[name], written[name]);
  };
  write(firstHomes(keys));

  const environmentOf = ({ home, override, profile, keysOf }: CallerKind) => ({
    HOME: homes[home],
    ECR_XACCT_PROFILE: override,
    AWS_PROFILE: profile,
    AWS_ACCESS_KEY_ID: keysOf && keys.of(keysOf).accessKeyId,
    AWS_SECRET_ACCESS_KEY: keysOf && keys.of(keysOf).secretAccessKey,
  });
  const run = async (call: Call): Promise<Answered> => {
    const { command, input } = commandOf(call, join(root, 'dist/bin'));
    const env = {
      ...environmentOf(CALLERS[call.caller]),
      ECR_XACCT_TIMEOUT: String(call.timeoutSeconds),
      ECR_XACCT_DAEMON: call.action === 'get without daemon' ? 'off' : undefined,
    };
    const [began, started] = [clocks.now(), performance.now()];
    const ran = await product.run(command, { input, env, cwd: '/' });
    return { call, input, ran, began, milliseconds: performance.now() - started };
  };
  const started = resources.move();
  return {
    ...{ aws, keys, clocks, product, run, write },
    upgrade() {
      writeFileSync(`${program}.new`, readFileSync(program));
      renameSync(`${program}.new`, program);
    },
    stop: () => product.run([join(root, 'dist/bin/ecr-xacct'), 'daemon', 'stop'], { cwd: '/' }),
    running: (what) => runningPrograms(PROGRAMS[what]),
    leftovers: () => [
      ...readdirSync(join(product.folder, 'tmp')),
      ...readdirSync(tmpdir()).filter(
        (name) => !['chaos', 'hosts', 'mount'].includes(name) && !product.folder.endsWith(name),
      ),
    ],
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function commandOf(call: Call, folder: string): { command: string[]; input: string } {
  const client = join(folder, 'docker-credential-ecr-xacct');
  const program = join(folder, 'ecr-xacct');
  switch (call.action) {
    case 'get':
    case 'get without daemon':
      return { command: [client, 'get'], input: SPELLINGS[call.spelling](HOSTS[call.host].hostname) };
    case 'store': {
      const login = { ServerURL: HOSTS[call.host].hostname, Username: 'AWS', Secret: call.secret };
      return { command: [client, 'store'], input: JSON.stringify(login) };
    }
    case 'erase':
      return { command: [client, 'erase'], input: HOSTS[call.host].hostname };
    case 'list':
      return { command: [client, 'list'], input: '' };
    case 'login':
    case 'logout':
      return { command: [program, call.action, HOSTS[call.host].hostname], input: '' };
    case 'logout all':
      return { command: [program, 'logout', '--all'], input: '' };
  }
}

/** In the private namespaces, /proc shows only what this process started. */
function runningPrograms(pattern: RegExp): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // proc(5): the state follows the name, which is in parentheses.
      return pattern.test(command) && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/** Sends a signal to all of them. @returns how many there were. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): number {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }).length;
}

/** Resolves when none of them runs any more. @returns how many still run after 20 s. */
export async function whenNoneRuns(stage: ChaosStage): Promise<number> {
  const left = () => stage.running('daemon run').length + stage.running('mint').length;
  for (let looks = 0; looks < 400 && left() > 0; looks += 1) await delay(50);
  return left();
}
