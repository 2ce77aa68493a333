// Sends plans to run-commands.c, and reads its measurements.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** A process to start, with none of this process's variables. */
export interface Step {
  /** The first word is an absolute path. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Path of its stdin; default: /dev/null. */
  readonly stdin?: string;
}

export interface Command {
  readonly name: string;
  /** Timed together, one after another. */
  readonly steps: readonly Step[];
  /** Before each run, not timed: */
  readonly prepare?: readonly Step[];
  readonly remove?: readonly string[];
  /** Milliseconds to wait after that. */
  readonly settle?: number;
  /** Failures are expected. */
  readonly fails?: boolean;
}

/** How to run a plan; see the head of run-commands.c. */
export type Mode =
  | { readonly kind: 'rounds'; readonly rounds: number; readonly warmup: number }
  | { readonly kind: 'at-once'; readonly count: number }
  | { readonly kind: 'parallel'; readonly width: number; readonly seconds: number; readonly count: number };

/** The runs of one command. */
export interface Runs {
  /** Milliseconds of each, in order. */
  readonly milliseconds: readonly number[];
  /** How many exited with another status than 0. */
  readonly failures: number;
  /** Digest of an output → number of runs with this output. */
  readonly answers: ReadonlyMap<string, number>;
}

export interface Measured {
  readonly of: (name: string) => Runs;
  /** Milliseconds of the whole plan, without preparation before the first of many. */
  readonly total: number;
}

export type RunCommands = (commands: readonly Command[], mode: Mode) => Promise<Measured>;

/** The maximum for one plan, in seconds. */
const DEADLINE = 600;

/** `folder` is for the commands' outputs. Each plan empties it first. */
export function createRunner(program: string, folder: string): RunCommands {
  return async (commands, mode) => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    const status = new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    child.stdin.end(planText(folder, commands, mode));
    const [printed, ended] = await Promise.all([text(child.stdout), status]);
    const measured = parse(printed);
    if (ended !== 0) throw new Error(`run-commands: exit status ${ended}${ended === 3 ? ' (deadline)' : ''}`);
    for (const { name, fails = false } of commands) {
      const { failures, milliseconds } = measured.of(name);
      if (fails) continue;
      // If many run at once, failures are allowed and counted. Otherwise one failure makes the timing useless.
      const tolerated = mode.kind === 'rounds' ? 0 : milliseconds.length - 1;
      if (failures > tolerated) throw new Error(await complaint(name, failures, folder));
    }
    return measured;
  };
}

async function complaint(name: string, failures: number, folder: string): Promise<string> {
  const printed = await readFile(`${folder}/stderr`, 'utf8').catch(() => '');
  return `${failures} runs of ${name} failed: ${printed.slice(0, 2_000)}`;
}

function planText(folder: string, commands: readonly Command[], mode: Mode): string {
  const step = (kind: string, { args, env, stdin }: Step) => [
    kind,
    ...args.map((arg) => `arg ${arg}`),
    ...Object.entries(env).map(([name, value]) => `env ${name}=${value}`),
    ...(stdin === undefined ? [] : [`stdin ${stdin}`]),
  ];
  const lines = commands.flatMap(({ name, steps, prepare = [], remove = [], settle = 0 }) => [
    `command ${name}`,
    `settle ${settle}`,
    ...remove.map((path) => `remove ${path}`),
    ...prepare.flatMap((process) => step('prepare', process)),
    ...steps.flatMap((process) => step('step', process)),
  ]);
  return `${[`outputs ${folder}`, `deadline ${DEADLINE}`, ...lines, modeLine(mode)].join('\n')}\n`;
}

function modeLine(mode: Mode): string {
  switch (mode.kind) {
    case 'rounds':
      return `rounds ${mode.rounds} ${mode.warmup}`;
    case 'at-once':
      return `at-once ${mode.count}`;
    case 'parallel':
      return `parallel ${mode.width} ${mode.seconds} ${mode.count}`;
  }
}

interface Counted {
  readonly milliseconds: number[];
  failures: number;
  readonly answers: Map<string, number>;
}

function parse(printed: string): Measured {
  const found = new Map<string, Counted>();
  const none = (): Counted => ({ milliseconds: [], failures: 0, answers: new Map() });
  let total = 0;
  for (const line of printed.trimEnd().split('\n')) {
    const [name = '', nanoseconds = '0', status, digest = ''] = line.split('\t');
    if (status === undefined) {
      total = Number(nanoseconds) / 1e6;
      continue;
    }
    const runs = found.get(name) ?? none();
    found.set(name, runs);
    runs.milliseconds.push(Number(nanoseconds) / 1e6);
    if (status !== '0') runs.failures += 1;
    runs.answers.set(digest, (runs.answers.get(digest) ?? 0) + 1);
  }
  return { of: (name) => found.get(name) ?? none(), total };
}

/** The same digest as in run-commands.c: FNV-1a. */
export function digestOf(output: string): string {
  let digest = 14695981039346656037n;
  for (const byte of Buffer.from(output))
    digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 1099511628211n);
  return digest.toString(16).padStart(16, '0');
}

/** Of an even number, the mean of the middle two. NaN if there are none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
