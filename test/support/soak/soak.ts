// A soak: runs simulated weeks of a machine with many identities in seconds, and returns its figures.
import type { Response } from '../../../src/wire/codec.ts';
import { createRandom } from '../random.ts';
import { countObjects, type Footprint, idleTimers, type KeptObjects, takeFootprint } from './footprint.ts';
import {
  environmentOf,
  indexOfHost,
  makeIdentities,
  type SoakIdentity,
  type SoakPolicy,
  writeAwsFiles,
  writeConfig,
} from './identities.ts';
import { createJudge, type Judge } from './judge.ts';
import { createMachine, type Machine } from './machine.ts';
import { createMachineTime, DAY, HOUR, type MachineTime, MINUTE, SECOND } from './machine-time.ts';
import { eventsOf, isWorkday, type MachineKind, type SoakEvent } from './schedule.ts';
import { createSmallAws, MFA_CODE, type SmallAws } from './small-aws.ts';

export interface SoakOptions {
  machine: MachineKind;
  days: number;
  identities: number;
  seed: number;
}

export interface SoakResult extends SoakOptions {
  counts: Judge['counts'];
  faults: readonly string[];
  minted: number;
  refused: number;
  fewest: number;
  daemons: number;
  /** Of each working day. */
  footprints: readonly Footprint[];
  /** On the first of the days that count, and on the last working day. */
  objects: readonly KeptObjects[];
}

/** The first day that counts, from 1. Before it, memory still grows as expected. */
export function firstDay(days: number): number {
  return Math.max(1, Math.min(3, days - 2));
}

/** A Monday. */
const START = Date.UTC(2026, 0, 5);
const SSO_LIFE = 8 * HOUR;

const POLICIES: Readonly<Record<MachineKind, SoakPolicy>> = {
  laptop: { refreshMargin: 15 * MINUTE, maxTokenAge: 12 * HOUR },
  server: { refreshMargin: 30 * MINUTE, maxTokenAge: 10 * HOUR },
};

/** What the events change. */
interface Stage {
  aws: SmallAws;
  time: MachineTime;
  judge: Judge;
  machine: Machine;
  identities: readonly SoakIdentity[];
  policy: SoakPolicy;
}

/** `onDay` gets each footprint. */
export async function soak(
  options: SoakOptions,
  onDay: (footprint: Footprint) => void = () => {},
): Promise<SoakResult> {
  const random = createRandom(options.seed);
  // Separate random numbers: the order of answers depends on the event loop, and the schedule must not.
  const ofAnswers = createRandom(options.seed + 1);
  const time = createMachineTime(START);
  const identities = makeIdentities(options.identities, random);
  const aws = createSmallAws(identities, time, ofAnswers);
  const policy = POLICIES[options.machine];
  const judge = createJudge(time, aws, policy);
  aws.onMinted = judge.minted;
  const footprints: Footprint[] = [];
  const objects: KeptObjects[] = [];
  const lastWorkday = Array.from({ length: options.days }, (_, day) => day + 1).findLast(isWorkday);
  const idle = await idleTimers();
  const traces = Error.stackTraceLimit;
  // As in a daemon: an error keeps what is in its closures.
  Error.stackTraceLimit = 0;
  try {
    await using machine = createMachine(aws, time, ofAnswers, judge.daemonEnded);
    const stage: Stage = { aws, time, judge, machine, identities, policy };
    writeAwsFiles(identities, machine.home);
    writeConfig(identities, machine.home, policy, 'as it was first');
    let later: SoakEvent[] = [];
    for (let day = 0; day < options.days; day += 1) {
      const midnight = START + day * DAY;
      const begun = eventsOf(day, midnight, options.machine, identities, random);
      const events = [...later, ...begun].toSorted((one, other) => one.at - other.at);
      later = events.filter(({ at }) => at >= midnight + DAY);
      for (const event of events.slice(0, events.length - later.length)) {
        await time.runUntil(event.at, machine.settle);
        if (event.what === 'measure') {
          const footprint = takeFootprint(day + 1, machine.folder);
          // The logs of ended daemons are still open, because this process is theirs.
          footprint.descriptors -= machine.daemons() - 1;
          footprints.push(footprint);
          if ([firstDay(options.days), lastWorkday].includes(day + 1)) objects.push(await countObjects(idle));
          onDay(footprint);
        } else await act(stage, event);
      }
      await time.runUntil(midnight + DAY, machine.settle);
      judge.tidy();
    }
    const { counts, faults, fewest } = judge;
    const { minted, refused } = aws.counts;
    const figures = { minted, refused, fewest: fewest.total(), daemons: machine.daemons() };
    return { ...options, ...figures, counts, faults, footprints, objects };
  } finally {
    Error.stackTraceLimit = traces;
  }
}

async function act(stage: Stage, event: SoakEvent): Promise<void> {
  const { aws, time, judge, machine, identities, policy } = stage;
  switch (event.what) {
    case 'get':
      await Promise.all(event.hostnames.map((hostname) => get(stage, hostname)));
      return;
    case 'sso login':
      // The browser needs the network, too.
      if (!aws.network.isDead) aws.sso.set(event.session, time.now() + SSO_LIFE);
      return;
    case 'mfa login': {
      const { hostname } = event;
      const identity = identityOf(stage, hostname);
      judge.loggedIn(identity, hostname, await askAs(stage, 'login', { hostname, code: MFA_CODE }, hostname));
      return;
    }
    case 'rotate keys':
      aws.keys.set(event.identity, (aws.keys.get(event.identity) ?? 0) + 1);
      return;
    case 'edit keys': {
      const identity = identities[event.identity];
      if (identity === undefined) return;
      identity.revision = aws.keys.get(event.identity) ?? 0;
      writeAwsFiles(identities, machine.home);
      return;
    }
    case 'network':
      Object.assign(aws.network, { isDead: event.isDead, cameBack: time.now() });
      return;
    case 'vault':
      aws.vault.isLocked = event.isLocked;
      return;
    case 'set clock':
      time.setAhead(event.ahead);
      judge.clockSet();
      return;
    case 'sleep':
      time.sleepUntil(event.until);
      return;
    case 'store': {
      const { hostname, lifeMs } = event;
      const expiration = Math.floor((time.now() + lifeMs) / SECOND);
      const Secret = Buffer.from(JSON.stringify({ of: 'docker login', hostname, expiration })).toString(
        'base64',
      );
      expectSuccess(
        stage,
        await askAs(stage, 'store', { ServerURL: hostname, Username: 'AWS', Secret }, hostname),
      );
      judge.stored(hostname, Secret, expiration * SECOND);
      return;
    }
    case 'store what was got': {
      const { hostname } = event;
      const got = await get(stage, hostname);
      if (typeof got === 'string' || got.outcome !== 'success') return;
      expectSuccess(stage, await ask(stage, 'store', got.text, hostname));
      return;
    }
    case 'erase':
      expectSuccess(stage, await ask(stage, 'erase', event.hostname, event.hostname));
      judge.erased(event.hostname);
      return;
    case 'edit config':
      writeConfig(identities, machine.home, policy, `as it was at ${new Date(time.now()).toISOString()}`);
      return;
    case 'look around': {
      const [hostname = ''] = identities[0]?.hostnames ?? [];
      for (const action of ['status', 'list']) expectSuccess(stage, await ask(stage, action, '', hostname));
      expectSuccess(stage, await askAs(stage, 'explain', { hostname, mint: false }, hostname));
      const foreign = await ask(stage, 'get', 'ghcr.io', hostname);
      if (typeof foreign === 'string' || foreign.outcome !== 'quiet-failure')
        judge.fault('ghcr.io was found');
      return;
    }
    case 'measure':
  }
}

async function get(stage: Stage, hostname: string): Promise<Response | string> {
  const response = await ask(stage, 'get', hostname, hostname);
  stage.judge.answered(identityOf(stage, hostname), hostname, response);
  return response;
}

/** In the environment of the registry's identity. */
async function ask(
  stage: Stage,
  action: string,
  input: string,
  hostname: string,
): Promise<Response | string> {
  return await stage.machine.ask(
    action,
    input,
    environmentOf(identityOf(stage, hostname), stage.machine.home),
  );
}

function askAs(stage: Stage, action: string, input: object, hostname: string): Promise<Response | string> {
  return ask(stage, action, JSON.stringify(input), hostname);
}

function expectSuccess({ judge }: Stage, response: Response | string): void {
  if (typeof response !== 'string' && response.outcome === 'success') return;
  judge.fault(`failed: ${JSON.stringify(response)}`);
}

function identityOf({ identities }: Stage, hostname: string): SoakIdentity {
  const identity = identities[indexOfHost(hostname)];
  if (identity === undefined) throw new Error(`no identity is for ${hostname}`);
  return identity;
}
