// Measures many gets: of one build, of many callers at once for a new key, of many callers for some time; and the calls
// to AWS for a thousand.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Measurement, roundsFor } from './measurement.ts';
import { plot } from './plot.ts';
import { atLeastTimes, atMost, digits, exactly, milliseconds, type Row } from './report.ts';
import { type Command, digestOf, median, type Runs } from './run-commands.ts';
import { REFUSED, ROLE, STATIC, type Stage, SWEEP } from './stage.ts';

/** The calls of a build: `list`, then a `get` for every registry. */
function sweepCommands({ steps, settle: quiet }: Stage, isCold: boolean): { ours: Command; go: Command } {
  const first = SWEEP[0] ?? STATIC;
  // The first eight registries cover all identities, and all registries of an identity share its token.
  const prepare = isCold ? SWEEP.slice(0, 8).map((entry) => steps.ours('erase', entry)) : [];
  const settle = isCold ? quiet : 0;
  return {
    ours: {
      name: 'ours',
      steps: [steps.ours('list'), ...SWEEP.map((entry) => steps.ours('get', entry))],
      prepare,
      settle,
    },
    go: {
      name: 'Go',
      steps: [steps.go('list', first), ...SWEEP.map((entry) => steps.go('get', entry))],
      remove: isCold ? [steps.goCache] : [],
      settle,
    },
  };
}

async function sweep(stage: Stage, isCold: boolean): Promise<Row> {
  const { run, aws } = stage;
  const { ours, go } = sweepCommands(stage, isCold);
  await run([ours], { kind: 'rounds', rounds: 1, warmup: isCold ? 1 : 2 });
  await aws.tell();
  await run([ours], { kind: 'rounds', rounds: 1, warmup: 0 });
  const { minted } = await aws.tell();
  const measured = await run([ours, go], { kind: 'rounds', rounds: roundsFor(stage, 70, 1), warmup: 0 });
  const [time, goTime] = ['ours', 'Go'].map((name) => median(measured.of(name).milliseconds)) as [
    number,
    number,
  ];
  return {
    name: isCold ? 'sweep-cold' : 'sweep-warm',
    what: `list + 40 gets, ${isCold ? 'cold' : 'warm'}`,
    ours: milliseconds(time),
    others: `Go ${milliseconds(goTime)}`,
    checks: isCold ? [exactly(`${minted} mints`, '8 mints')] : [atMost(time, 'ms', 20)],
    numbers: { ours_ms: time, go_ms: goTime, mints: minted },
  };
}

/** The number of runs with exactly the expected answer. */
function rightAnswers({ answers }: Runs, hostname: string, password: string): number {
  const answer = JSON.stringify({ ServerURL: hostname, Username: 'AWS', Secret: password });
  return answers.get(digestOf(`${answer}\n`)) ?? 0;
}

/** A classic `docker build` asks for every registry in the config, also if AWS rejects the keys. */
const sweepRefused: Measurement = {
  name: 'sweep-refused',
  perRoundTrip: true,
  async measure(stage) {
    const { run, steps } = stage;
    const ours = { name: 'ours', steps: REFUSED.map((entry) => steps.ours('get', entry)), fails: true };
    const go = { name: 'Go', steps: REFUSED.map((entry) => steps.go('get', entry)), fails: true };
    const measured = await run([ours, go], { kind: 'rounds', rounds: roundsFor(stage, 70, 1), warmup: 0 });
    const [time = Number.NaN, goTime = Number.NaN] = ['ours', 'Go'].map((name) =>
      median(measured.of(name).milliseconds),
    );
    return {
      name: 'sweep-refused',
      what: '40 gets that AWS refuses',
      ours: milliseconds(time),
      others: `Go ${milliseconds(goTime)}`,
      checks: [atLeastTimes(goTime / time, 'Go')],
      numbers: { ours_ms: time, go_ms: goTime },
    };
  },
};

const COUNTS = [1, 2, 5, 10, 20, 40];
const FAR = 30;

/** Builds with more and more registries of several accounts. Each program keeps its cache between builds. */
const registries: Measurement = {
  name: 'registries',
  perRoundTrip: false,
  async measure({ aws, run, steps, options }) {
    await aws.setRoundTrip(FAR);
    const series = {
      ours: { name: 'ours', colour: '#0a7d33', points: [] as [number, number][] },
      Go: { name: 'Go helper', colour: '#0b6bcb', points: [] as [number, number][] },
      aws: { name: 'aws ecr …', colour: '#b3261e', points: [] as [number, number][] },
    };
    const rounds = { ours: 9, Go: 3, aws: 1 };
    for (const count of options.quick ? COUNTS.slice(0, 2) : COUNTS) {
      const entries = SWEEP.slice(0, count);
      const commands = {
        ours: entries.map((entry) => steps.ours('get', entry)),
        Go: entries.map((entry) => steps.go('get', entry)),
        aws: entries.map((entry) => steps.cli(entry)),
      };
      for (const name of ['ours', 'Go', 'aws'] as const) {
        const plan = { kind: 'rounds', rounds: rounds[name], warmup: name === 'aws' ? 0 : 1 } as const;
        const measured = await run([{ name, steps: commands[name] }], plan);
        series[name].points.push([count, median(measured.of(name).milliseconds)]);
      }
    }
    await aws.setRoundTrip(0);
    const title = `Credentials for a build, ${FAR} ms away from AWS`;
    await mkdir(dirname(options.plot), { recursive: true });
    await writeFile(options.plot, plot(title, 'registries, of eight roles', Object.values(series)));
    const last = (name: keyof typeof series) => series[name].points.at(-1)?.[1] ?? Number.NaN;
    return {
      name: 'registries',
      what: `${series.ours.points.at(-1)?.[0]} gets, ${FAR} ms, warm`,
      ours: milliseconds(last('ours')),
      others: `Go ${milliseconds(last('Go'))}, aws ${milliseconds(last('aws'))}`,
      checks: [atLeastTimes(last('Go') / last('ours'), 'Go')],
      numbers: Object.fromEntries(
        Object.entries(series).flatMap(([name, { points }]) =>
          points.map(([count, time]) => [`${name}_${count}_ms`, time]),
        ),
      ),
    };
  },
};

const CROWD = 1_000;

const crowd: Measurement = {
  name: 'at-once',
  perRoundTrip: true,
  async measure({ aws, steps, run, settle }) {
    const get = { name: 'ours', steps: [steps.ours('get', STATIC)] };
    await run([get], { kind: 'rounds', rounds: 1, warmup: 0 });
    await aws.tell();
    const coldGet = { ...get, prepare: [steps.ours('erase', STATIC)], settle };
    const measured = await run([coldGet], { kind: 'at-once', count: CROWD });
    const { minted, password } = await aws.tell();
    const runs = measured.of('ours');
    const right = rightAnswers(runs, STATIC.hostname, password);
    const time = measured.total;
    return {
      name: 'at-once',
      what: '1,000 at once, cold key',
      ours: milliseconds(time),
      others: `slowest ${milliseconds(Math.max(...runs.milliseconds))}`,
      checks: [
        exactly(`${minted} mint${minted === 1 ? '' : 's'}`, '1 mint'),
        exactly(`${right} right`, `${CROWD} right`),
        exactly(`${runs.failures} errors`, '0 errors'),
      ],
      numbers: { ours_ms: time, mints: minted, right, errors: runs.failures },
    };
  },
};

const callsPerThousand: Measurement = {
  name: 'calls',
  perRoundTrip: false,
  async measure({ aws, steps, run, options, stopDaemon }) {
    const count = async (command: Command, rounds: number) => {
      await aws.tell();
      await run([command], { kind: 'rounds', rounds, warmup: 0 });
      return aws.tell();
    };
    await stopDaemon();
    const ours = await count({ name: 'ours', steps: [steps.ours('get', ROLE)] }, 1_000);
    const goGets = options.quick ? 5 : 50;
    const go = await count({ name: 'Go', steps: [steps.go('get', ROLE)] }, goGets);
    const scaled = [go.assumed, go.minted].map((calls) => (calls * 1_000) / goGets);
    return {
      name: 'calls',
      what: 'AWS calls per 1,000 gets, role',
      ours: `${ours.assumed} + ${ours.minted}`,
      others: `Go ${scaled.join(' + ')} (of ${goGets})`,
      checks: [exactly(`${ours.assumed} + ${ours.minted}`, '1 + 1')],
      numbers: { ours: ours.assumed + ours.minted, go_per_1000: scaled.reduce((sum, calls) => sum + calls) },
    };
  },
};

const parallel: Measurement = {
  name: 'parallel',
  perRoundTrip: false,
  async measure({ aws, steps, run, options }) {
    const commands = [
      { name: 'ours', steps: [steps.ours('get', STATIC)] },
      { name: 'Go', steps: [steps.go('get', STATIC)] },
    ];
    await run(commands, { kind: 'rounds', rounds: 1, warmup: 0 });
    await aws.tell();
    // In slices, each side in turn, so that both share the machine's other work fairly.
    const slices = options.quick ? [1] : [5, 5];
    const totals = new Map(commands.map(({ name }) => [name, { gets: 0, errors: 0, ms: 0 }]));
    for (const seconds of slices) {
      for (const command of commands) {
        const measured = await run([command], { kind: 'parallel', width: 64, seconds, count: 400_000 });
        const { milliseconds: times, failures, answers } = measured.of(command.name);
        const total = totals.get(command.name);
        if (total === undefined) continue;
        total.gets += times.length;
        total.ms += measured.total;
        total.errors += failures + (times.length - Math.max(...answers.values()));
      }
    }
    const { minted } = await aws.tell();
    const perSecond = (name: string) => {
      const { gets, ms } = totals.get(name) ?? { gets: 0, ms: 1 };
      return (gets / ms) * 1_000;
    };
    const errors = totals.get('ours')?.errors ?? 0;
    return {
      name: 'parallel',
      what: `64 parallel, ${slices.reduce((sum, s) => sum + s)} s, warm`,
      ours: `${digits(perSecond('ours'))} /s`,
      others: `Go ${digits(perSecond('Go'))} /s, ${totals.get('Go')?.errors} errors`,
      checks: [
        atLeastTimes(perSecond('ours') / perSecond('Go'), 'Go', 15),
        exactly(`${errors} errors`, '0 errors'),
      ],
      numbers: { ours_per_s: perSecond('ours'), go_per_s: perSecond('Go'), errors, mints: minted },
    };
  },
};

export const loadMeasurements: readonly Measurement[] = [
  { name: 'sweep-warm', perRoundTrip: true, measure: (stage) => sweep(stage, false) },
  { name: 'sweep-cold', perRoundTrip: true, measure: (stage) => sweep(stage, true) },
  sweepRefused,
  registries,
  crowd,
  callsPerThousand,
  parallel,
];
