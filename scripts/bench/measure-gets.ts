// Measures one `get` at a time: warm, cold, and with nothing running.
import { type Measurement, roundsFor } from './measurement.ts';
import { atLeastTimes, atMostTimes, type Check, milliseconds, type Row } from './report.ts';
import { type Command, type Measured, median, type Step } from './run-commands.ts';
import { ROLE, STATIC, type Stage } from './stage.ts';

type Medians = Readonly<Record<string, number>>;

/** @throws Error if the answers differ: then these were not warm gets. */
function sameAnswers(measured: Measured, name: string): void {
  const { answers, failures } = measured.of(name);
  if (answers.size !== 1 || failures > 0)
    throw new Error(`${name}: ${answers.size} answers, ${failures} failures`);
}

export function mediansOf(measured: Measured, commands: readonly Command[]): Medians {
  return Object.fromEntries(commands.map(({ name }) => [name, median(measured.of(name).milliseconds)]));
}

export function timed(
  name: string,
  what: string,
  { ours = Number.NaN, ...others }: Medians,
  checks: Check[],
): Row {
  return {
    name,
    what,
    ours: milliseconds(ours),
    others: Object.entries(others)
      .map(([other, time]) => `${other} ${milliseconds(time)}`)
      .join(', '),
    checks,
    numbers: Object.fromEntries(Object.entries({ ours, ...others }).map(([who, ms]) => [`${who}_ms`, ms])),
  };
}

const warmStatic: Measurement = {
  name: 'warm-static',
  perRoundTrip: true,
  async measure(stage) {
    const { steps, run } = stage;
    const commands = [
      { name: 'ours', steps: [steps.ours('get', STATIC)] },
      { name: 'Go', steps: [steps.go('get', STATIC)] },
      { name: 'echo', steps: [steps.echo] },
    ];
    const measured = await run(commands, { kind: 'rounds', rounds: roundsFor(stage, 1, 1), warmup: 3 });
    for (const { name } of commands) sameAnswers(measured, name);
    const medians = mediansOf(measured, commands);
    const { ours = 0, Go = 0, echo = 0 } = medians;
    return timed('warm-static', 'warm get, static keys', medians, [
      atMostTimes(ours, Go, 'Go', 0.12),
      atMostTimes(ours, echo, 'echo', 2.6),
    ]);
  },
};

const warmRole: Measurement = {
  name: 'warm-role',
  perRoundTrip: true,
  async measure(stage, rtt) {
    const { steps, run } = stage;
    const commands = [
      { name: 'ours', steps: [steps.ours('get', ROLE)] },
      { name: 'Go', steps: [steps.go('get', ROLE)] },
    ];
    const measured = await run(commands, { kind: 'rounds', rounds: roundsFor(stage, 5, 5), warmup: 2 });
    sameAnswers(measured, 'ours');
    const medians = mediansOf(measured, commands);
    const { ours = 0, Go = 0 } = medians;
    return timed('warm-role', 'warm get, assumed role', medians, [
      atLeastTimes(Go / ours, 'Go', rtt === 30 ? 150 : undefined),
    ]);
  },
};

/** Debian's older version, for comparison. */
const olderGo: Measurement = {
  name: 'older-go',
  perRoundTrip: false,
  async measure(stage) {
    const { steps, run, goHelpers } = stage;
    const peers = goHelpers.map((helper) => {
      const name = `Go ${helper.version.replace(/[-,].*/, '')}`;
      return { name, steps: [steps.go('get', STATIC, helper)] };
    });
    const commands = [{ name: 'ours', steps: [steps.ours('get', STATIC)] }, ...peers];
    const measured = await run(commands, { kind: 'rounds', rounds: roundsFor(stage, 2, 1), warmup: 3 });
    for (const { name } of commands) sameAnswers(measured, name);
    const medians = mediansOf(measured, commands);
    const { ours = 0, ...others } = medians;
    const best = Math.min(...Object.values(others));
    return timed('older-go', 'warm get, each Go helper', medians, [atMostTimes(ours, best, 'Go')]);
  },
};

const discovery: Measurement = {
  name: 'discovery',
  perRoundTrip: false,
  async measure(stage) {
    const { steps, run } = stage;
    const commands = [
      { name: 'ours', steps: [steps.discovering] },
      { name: 'by a rule', steps: [steps.ours('get', ROLE)] },
    ];
    const measured = await run(commands, { kind: 'rounds', rounds: roundsFor(stage, 1, 1), warmup: 3 });
    for (const { name } of commands) sameAnswers(measured, name);
    const medians = mediansOf(measured, commands);
    const { ours = 0, 'by a rule': rule = 0 } = medians;
    return timed('discovery', 'warm get, found among 1,000 profiles', medians, [
      atMostTimes(ours, rule, 'by a rule', undefined),
    ]);
  },
};

/** Without a token: the Go helper's cache file is removed, and `aws` never has one. */
async function withoutToken(
  stage: Stage,
  ours: Pick<Command, 'prepare'>,
  { entry, cost }: { entry: typeof STATIC; cost: number },
): Promise<Medians> {
  const { steps, run, settle } = stage;
  const commands: Command[] = [
    { name: 'ours', steps: [steps.ours('get', entry)], settle, ...ours },
    { name: 'Go', steps: [steps.go('get', entry)], settle, remove: [steps.goCache] },
    { name: 'aws', steps: [steps.cli(entry)], settle },
  ];
  const measured = await run(commands, { kind: 'rounds', rounds: roundsFor(stage, cost, 5), warmup: 1 });
  return mediansOf(measured, commands);
}

function coldChecks({ ours = 0, Go = 0, aws = 0 }: Medians, most: number | undefined): Check[] {
  return [atMostTimes(ours, Go, 'Go', most), atLeastTimes(aws / ours, 'aws', 3)];
}

/** Round trip in milliseconds → the most allowed, as a multiple of Go's time. Other round trips have no target. */
const COLD_LIMITS: Readonly<Record<number, number>> = { 0: 1.6, 30: 1.05 };
const NOTHING_LIMITS: Readonly<Record<number, number>> = { 30: 1.8 };

const cold: Measurement = {
  name: 'cold',
  perRoundTrip: true,
  async measure(stage, rtt) {
    const erase = { prepare: [stage.steps.ours('erase', STATIC)] };
    const medians = await withoutToken(stage, erase, { entry: STATIC, cost: 10 });
    return timed('cold', 'cold get, daemon running', medians, coldChecks(medians, COLD_LIMITS[rtt]));
  },
};

/** In both cases, the spare minter was started for the same caller. */
const coldWithAuthority: Measurement = {
  name: 'cold-authority',
  perRoundTrip: false,
  async measure(stage) {
    const { steps, run, settle } = stage;
    const erase = steps.ours('erase', STATIC);
    const measure = async (name: string, get: Step) => {
      const command = { name, prepare: [erase], steps: [get], settle };
      const measured = await run([command], { kind: 'rounds', rounds: roundsFor(stage, 20, 5), warmup: 1 });
      return measured.of(name).milliseconds;
    };
    const slices = { ours: [] as number[], without: [] as number[] };
    for (let slice = 0; slice < 4; slice += 1) {
      slices.ours.push(...(await measure('ours', steps.withAuthority)));
      slices.without.push(...(await measure('without', steps.ours('get', STATIC))));
    }
    const medians = { ours: median(slices.ours), without: median(slices.without) };
    return timed('cold-authority', 'cold get, NODE_EXTRA_CA_CERTS', medians, [
      atMostTimes(medians.ours, medians.without, 'without', 1.2),
    ]);
  },
};

const coldRole: Measurement = {
  name: 'cold-role',
  perRoundTrip: true,
  async measure(stage) {
    const erase = { prepare: [stage.steps.ours('erase', ROLE)] };
    const medians = await withoutToken(stage, erase, { entry: ROLE, cost: 20 });
    return timed('cold-role', 'the same, assumed role', medians, coldChecks(medians, undefined));
  },
};

const fromNothing: Measurement = {
  name: 'from-nothing',
  perRoundTrip: true,
  async measure(stage, rtt) {
    const stop = { prepare: [stage.steps.stopDaemon] };
    const medians = await withoutToken(stage, stop, { entry: STATIC, cost: 20 });
    return timed('from-nothing', 'get, no daemon running', medians, coldChecks(medians, NOTHING_LIMITS[rtt]));
  },
};

export const getMeasurements: readonly Measurement[] = [
  warmStatic,
  warmRole,
  olderGo,
  discovery,
  cold,
  coldWithAuthority,
  coldRole,
  fromNothing,
];
