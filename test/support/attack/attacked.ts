// The attacked user: files with secrets, and every entry point that can be asked for them.
import { AssertionError } from 'node:assert';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { isRunning } from '../processes.ts';
import { fronts as builtFronts } from '../product/fronts.ts';
import type { ProductEnvironment, Ran } from '../product/product.ts';
import { bin, daemonPid, passwordOf } from '../product/product.ts';
import { devFiles, HOST, type ProductStage, type StageOptions, startProductStage } from '../product/stage.ts';
import { MAPPED } from './names.ts';
import { faultOf } from './rule.ts';
import type { Tally } from './tally.ts';

/** An entry point of the product. */
export interface AttackedFront {
  readonly name: string;
  /** Its number of attacks for each thousand of the fastest entry point: a process costs more than a connection. */
  readonly share: number;
  /** How many run at the same time. */
  readonly atOnce: number;
  /** The environment is added to the user's own; `cwd` is where programs run, by default HOME. */
  ask(
    stage: ProductStage,
    action: string,
    input: string | Buffer,
    env?: ProductEnvironment,
    cwd?: string,
  ): Promise<Ran>;
}

/** The input of an attack. */
export interface Attack {
  readonly seed: number;
  /** The number of attacks of each class at the fastest entry point. */
  readonly count: number;
  readonly tally: Tally;
  readonly fronts: readonly AttackedFront[];
}

/** The number of attacks of each class if time does not matter. */
const MANY = 500;

/** A program, ours by its bare name. */
export function programFront(
  name: string,
  command: readonly string[],
  env: ProductEnvironment,
  share: number,
): AttackedFront {
  return {
    name,
    share,
    atOnce: 4,
    ask: ({ product }, action, input, more, cwd = product.home) =>
      product.run([...command.map(locate), action], { input, cwd, env: { ...env, ...more } }),
  };
}

/** The test finds the program, whatever PATH the program gets. */
function locate(word: string, place: number): string {
  return place === 0 && !word.includes('/') ? join(bin, word) : word;
}

/** The daemon's socket, without a client that would reject anything. */
const socketFront: AttackedFront = {
  name: 'socket',
  share: 1_000,
  atOnce: 16,
  ask: async (stage, action, input, env) => {
    const variables = Object.entries({ ...stage.product.env, ...env }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}\0`],
    );
    const head = Buffer.from(`ecr-xacct/2 ${action}\n${variables.join('')}\0`);
    return asRan(await exchange(stage, [Buffer.concat([head, Buffer.from(input)])]));
  },
};

/** This build's socket of the daemon, native client, and TypeScript program with a daemon and without one. */
export const fronts: readonly AttackedFront[] = [
  socketFront,
  ...builtFronts.map(({ name, command, env }) => {
    const isClient = command.length === 1;
    const isAlone = env.ECR_XACCT_DAEMON === 'off';
    const short = isAlone ? 'no daemon' : isClient ? 'client' : 'program';
    return programFront(short, command, env, name.includes('native') && !isAlone ? 250 : 25);
  }),
];

/** The daemon's answer to these pieces of a request; empty if it closes the connection. */
export async function exchange({ product }: ProductStage, pieces: readonly Buffer[]): Promise<Buffer> {
  const socket = connect({ path: product.socket, allowHalfOpen: true });
  // If it closes the connection during the write, that is an answer, too.
  const answer = buffer(socket).catch(() => Buffer.alloc(0));
  socket.on('error', () => {});
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  socket.end();
  return answer;
}

/** In the native client's form. */
export function asRan(answer: Buffer): Ran {
  const [outcome, text] = [answer.toString('latin1', 0, 1), answer.toString('utf8', 1)];
  const line = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  if (outcome === '0') return { status: 0, stdout: text, stderr: '' };
  if (outcome === '1') return { status: 1, stdout: line, stderr: '' };
  return outcome === '2'
    ? { status: 1, stdout: line, stderr: line }
    : { status: null, stdout: answer.toString(), stderr: '' };
}

/** Profile `dev`, for the names in `MAPPED`; other names have no identity. */
export function startAttacked(options: StageOptions = {}): Promise<ProductStage> {
  return startProductStage({
    ...options,
    files: (cast) => ({
      ...devFiles(cast),
      registries: {
        [MAPPED.exact]: { profile: 'dev' },
        [MAPPED.anyRegion]: { profile: 'dev' },
        [MAPPED.own]: { profile: 'dev', registry: HOST },
      },
    }),
  });
}

/** The same, with a running daemon. */
export async function startWithDaemon(options: StageOptions = {}): Promise<ProductStage & { pid: number }> {
  await using resources = new AsyncDisposableStack();
  const stage = resources.use(await startAttacked(options));
  passwordOf(await stage.product.get(HOST), HOST);
  const pid = await daemonPid(stage.product);
  const started = resources.move();
  return { ...stage, pid, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** After attacks: the daemon is still the same process, and answers its user. */
export async function faultOfDaemon(stage: ProductStage & { pid: number }): Promise<string | undefined> {
  if (!(await isRunning(stage.pid))) return 'the daemon has ended';
  const ran = await stage.product.get(HOST);
  return faultOf('token', HOST, ran, stage.aws.issuedTokens);
}

/** The number of attacks at an entry point if the fastest gets `count`: at least one. */
export function shareOf({ share }: AttackedFront, count: number): number {
  return Math.max(1, Math.round((count * share) / 1_000));
}

/**
 * Selects from attacks that each need a stage, listed at three entry points in turn. If few are wanted, each is kept at
 * one entry point, by the seed.
 */
export function someOf<T>(attacks: readonly T[], { seed, count }: Pick<Attack, 'seed' | 'count'>): T[] {
  return attacks.filter((_, index) => count >= MANY || (index + Math.floor(index / 3) + seed) % 3 === 0);
}

/** Runs all of them, a limited number at the same time. */
export async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The answer, or what the canary search found in it. */
export async function attempted(asking: Promise<Ran>, judge: (ran: Ran) => string | undefined) {
  try {
    return judge(await asking);
  } catch (error) {
    if (error instanceof AssertionError) return error.message.split('\n')[0] ?? 'a secret';
    throw error;
  }
}
