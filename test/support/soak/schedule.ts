// The events of one day of a soak: people's work, their machine's sleep, and faults around them.
import type { Random } from '../random.ts';
import { hasKeys, type SoakIdentity, SSO_SESSIONS } from './identities.ts';
import { DAY, HOUR, MINUTE } from './machine-time.ts';

/** `laptop`: asleep on most nights and weekends. `server`: never asleep, with a few jobs at all hours. */
export type MachineKind = 'laptop' | 'server';

/** An event at one moment; `at` is epoch ms of AWS's clock. */
export type SoakEvent = { at: number } & (
  | { what: 'get'; hostnames: string[] }
  | { what: 'sso login'; session: number }
  | { what: 'mfa login'; hostname: string }
  | { what: 'rotate keys' | 'edit keys'; identity: number }
  | { what: 'network'; isDead: boolean }
  | { what: 'vault'; isLocked: boolean }
  | { what: 'set clock'; ahead: number }
  | { what: 'sleep'; until: number }
  | { what: 'store'; hostname: string; lifeMs: number }
  | { what: 'store what was got' | 'erase'; hostname: string }
  | { what: 'edit config' | 'look around' | 'measure' }
);

/** Events that need an awake machine; the others happen at once, or when it wakes. */
const OF_PEOPLE: readonly SoakEvent['what'][] = [
  'get',
  'store',
  'store what was got',
  'erase',
  'look around',
];

const GETS_AT_ONCE = 8;
/** For an identity on a working day. */
const GETS_A_DAY: Readonly<Record<MachineKind, number>> = { laptop: 6, server: 9 };
/**
 * Days on which the clock is set wrong, in hours. Ahead, everything in memory seems to have expired. Behind, until
 * after the next night, expired things seem new.
 */
const FAR_OFF: Readonly<Record<number, number>> = { 1: -13, 9: 13, 15: -13 };

/** `day` from 1, which is a Monday. */
export function isWorkday(day: number): boolean {
  return (day - 1) % 7 < 5;
}

/** A day's events, in order of time. `day` 0 is a Monday; the day begins at `midnight`. */
export function eventsOf(
  day: number,
  midnight: number,
  machine: MachineKind,
  identities: readonly SoakIdentity[],
  random: Random,
): SoakEvent[] {
  const events: SoakEvent[] = [];
  const hostnames = identities.flatMap((identity) => identity.hostnames);
  const at = (hour: number) => midnight + hour * HOUR;
  const between = (least: number, most: number) => Math.floor(at(random.between(least, most)));
  const works = isWorkday(day + 1);
  const isLate = works && random.chance(0.2);
  const burst = (least: number, most: number, size: number) => {
    const asked = Array.from({ length: random.whole(1, size) }, () => random.pick(hostnames));
    events.push({ what: 'get', at: between(least, most), hostnames: [...new Set(asked)] });
  };

  if (works) {
    for (let session = 0; session < SSO_SESSIONS; session += 1) {
      events.push({ what: 'sso login', at: between(8.2, 9.5), session });
    }
    for (const { kind, hostnames: own } of identities) {
      if (kind === 'mfa' && random.chance(0.9)) {
        events.push({ what: 'mfa login', at: between(8.2, 10), hostname: random.pick(own) });
      }
    }
    const bursts = Math.ceil((identities.length * GETS_A_DAY[machine]) / ((GETS_AT_ONCE + 1) / 2));
    for (let count = 0; count < bursts; count += 1) burst(8.5, 18, GETS_AT_ONCE);
    if (isLate) for (let count = random.whole(3, 12); count > 0; count -= 1) burst(18, 23, GETS_AT_ONCE);
    for (let count = 0; count < 3; count += 1) {
      const hostname = random.pick(hostnames);
      const stored = between(8.5, 16);
      events.push({ what: 'store', at: stored, hostname, lifeMs: Math.floor(random.between(1, 12) * HOUR) });
      if (random.chance(0.6)) {
        events.push({ what: 'erase', at: stored + Math.floor(random.between(0, 2) * HOUR), hostname });
      }
      events.push({ what: 'store what was got', at: between(8.5, 18), hostname: random.pick(hostnames) });
    }
    events.push({ what: 'erase', at: between(8.5, 18), hostname: random.pick(hostnames) });
    events.push({ what: 'look around', at: between(8.5, 18) }, { what: 'measure', at: at(11.5) });
  }
  if (machine === 'server') for (let hour = 0; hour < 24; hour += 1) burst(hour, hour + 1, 3);

  for (const { index, kind } of identities) {
    if (!hasKeys(kind) || !random.chance(0.08)) continue;
    const rotated = between(7, 17);
    events.push({ what: 'rotate keys', at: rotated, identity: index });
    // At once, or when its owner has noticed.
    const noticed = rotated + (random.chance(0.5) ? 0 : Math.floor(random.between(0, 90)) * MINUTE);
    events.push({ what: 'edit keys', at: noticed, identity: index });
  }
  if (random.chance(0.35)) {
    const died = between(0, 20);
    events.push({ what: 'network', at: died, isDead: true });
    const back = Math.min(died + Math.floor(random.between(0.3, 6) * HOUR), midnight + DAY - 1);
    events.push({ what: 'network', at: back, isDead: false });
  }
  if (random.chance(0.3)) {
    const locked = between(8, 20);
    events.push({ what: 'vault', at: locked, isLocked: true });
    events.push({ what: 'vault', at: locked + 2 * HOUR, isLocked: false });
  }
  const far = FAR_OFF[day];
  if (far !== undefined || random.chance(0.25)) {
    const set = between(10, 16);
    const ahead = far ?? random.between(-3, 3);
    events.push({ what: 'set clock', at: set, ahead: Math.floor(ahead * HOUR) });
    const corrected = set + (ahead < -3 ? DAY : Math.floor(random.between(0.5, 5) * HOUR));
    events.push({ what: 'set clock', at: corrected, ahead: 0 });
  }
  if (random.chance(0.3)) events.push({ what: 'edit config', at: between(8, 18) });

  const sleeps = machine === 'laptop' ? sleepsOf(day, midnight, works, isLate, random) : [];
  const isAsleep = ({ at, what }: SoakEvent) =>
    OF_PEOPLE.includes(what) && sleeps.some((sleep) => at >= sleep.at && at < sleep.until);
  return [...events.filter((event) => !isAsleep(event)), ...sleeps].toSorted(
    (one, other) => one.at - other.at,
  );
}

type Sleep = Extract<SoakEvent, { what: 'sleep' }>;

/** At lunch, at night, and from Friday to Monday. */
function sleepsOf(day: number, midnight: number, works: boolean, isLate: boolean, random: Random): Sleep[] {
  const sleeps: Sleep[] = [];
  const sleep = (from: number, until: number) =>
    sleeps.push({
      what: 'sleep',
      at: midnight + Math.floor(from * HOUR),
      until: midnight + Math.floor(until * HOUR),
    });
  if (!works) return sleeps;
  if (random.chance(0.4)) sleep(12 + random.between(0, 0.3), 12.4 + random.between(0, 0.6));
  if (!random.chance(0.8)) return sleeps;
  const evening = isLate ? 23.2 : random.between(18, 21);
  const nights = day % 7 === 4 && random.chance(0.7) ? 3 : 1;
  sleep(evening, nights * 24 + random.between(7.8, 8.2));
  return sleeps;
}
