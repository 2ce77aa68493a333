// The model: what the daemon's memory and the users' files may contain, and so which answers are right.
import { CALLERS, type CallerKind, type CallerName, ECR_HOSTS, type HostName, type Keys } from './cast.ts';
import { between, type Instant } from './clock.ts';
import type { Problem, Trouble } from './errors.ts';
import type { Homes } from './homes.ts';
import { type Reading, readingOf } from './identity.ts';
import type { Call } from './operations.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Tokens of ECR, and logins without a lifetime of their own. */
export const LIFE = 12 * HOUR;
/** A token with less lifetime is renewed before it is given out. */
export const MARGIN = 15 * MINUTE;
/** A step takes some seconds. */
export const SLACK = MINUTE;

/** A login that `docker login` stored for a host. */
export interface Login {
  secret: string;
  at: Instant;
}

/** Everything that the daemon may have for a host; undefined is nothing. With one entry, that is certain. */
export type MaybeLogin = readonly (Login | undefined)[];

const NONE: MaybeLogin = [undefined];

export interface Model {
  homes: Homes;
  /** The program on disk was replaced, and no request has made the daemon end yet. */
  isOutdated: boolean;
  logins(host: HostName): MaybeLogin;
  setLogins(host: HostName, maybe: MaybeLogin): void;
  reading(caller: CallerName, host: HostName, homes: Homes): Reading;
  /** Whether the daemon certainly has a token for this caller and candidate that needs no renewal. */
  holds(caller: CallerName, key: string, region: string, now: Instant): boolean;
  /** `at`: when AWS issued the token. */
  hold(caller: CallerName, key: string, region: string, principal: string, at: Instant): void;
  /** A token of this user or role was given out for the host. */
  serves(host: HostName, principal: string, region: string): void;
  /** This token was given out for the host. */
  gives(host: HostName, password: string): void;
  /** After a logout of a host, or of all hosts: the tokens given out for it are never given out again. */
  erased(host?: HostName): void;
  /** Whether a logout forbids giving out this token again. */
  isErased(password: string): boolean;
  /**
   * The daemon may have forgotten everything that was given out for the host, also for other hosts; without a host,
   * everything.
   */
  mayHaveForgotten(host?: HostName): void;
  /** How many tokens are so old that the daemon may renew them without a request. */
  dueAhead(now: Instant): number;
  /** After a change of the clocks: tokens that may have expired no longer count as certain. */
  age(now: Instant): void;
  /** Remembers failures for `forMs` milliseconds from `now`. */
  remember(subject: string, kinds: readonly (Trouble | Problem)[], now: Instant, forMs: number): void;
  /** Failures that may answer for this subject without asking AWS. */
  remembered(subject: string, then: Instant): (Trouble | Problem)[];
}

export function createModel(keys: Keys, homes: Homes): Model {
  const logins = new Map<HostName, MaybeLogin>();
  const held = new Map<string, { principal: string; region: string; at: Instant }>();
  /** All tokens that a host was ever given. */
  const served = new Map<HostName, Set<string>>();
  const given = new Map<HostName, Set<string>>();
  const gone = new Set<string>();
  const failures = new Map<string, { kinds: readonly (Trouble | Problem)[]; until: number }[]>();
  const heldKey = (...words: string[]) => words.join('|');
  return {
    homes,
    isOutdated: false,
    logins: (host) => logins.get(host) ?? NONE,
    setLogins: (host, maybe) => void logins.set(host, unique(maybe)),
    reading: (caller, host, then) => readingOf(caller, host, then, keys),
    holds(caller, key, region, now) {
      const token = held.get(heldKey(caller, key, region));
      return token !== undefined && between(token.at, now) < LIFE - MARGIN - SLACK;
    },
    hold(caller, key, region, principal, at) {
      held.set(heldKey(caller, key, region), { principal, region, at });
    },
    serves(host, principal, region) {
      served.set(host, (served.get(host) ?? new Set()).add(heldKey(principal, region)));
    },
    gives(host, password) {
      given.set(host, (given.get(host) ?? new Set()).add(password));
    },
    erased(host) {
      for (const [name, passwords] of given)
        if (host === undefined || name === host) for (const password of passwords) gone.add(password);
    },
    isErased: (password) => gone.has(password),
    mayHaveForgotten(host) {
      for (const [name, { principal, region }] of held) {
        const isMeant = host === undefined || served.get(host)?.has(heldKey(principal, region));
        if (isMeant) held.delete(name);
      }
    },
    dueAhead: (now) =>
      [...held.values()].filter(({ at }) => between(at, now) > LIFE - 2 * MARGIN - SLACK).length,
    age(now) {
      for (const [name, { at }] of held) if (between(at, now) > LIFE - MARGIN - SLACK) held.delete(name);
      for (const [host, maybe] of logins) {
        const aged = maybe.flatMap((login) => {
          const age = login === undefined ? 0 : between(login.at, now);
          if (age > LIFE + SLACK) return [undefined];
          return age > LIFE - SLACK ? [login, undefined] : [login];
        });
        logins.set(host, unique(aged));
      }
    },
    remember(subject, kinds, { aws }, forMs) {
      if (kinds.length === 0) return;
      // A slow call may have begun before they ended.
      const known = (failures.get(subject) ?? []).filter(({ until }) => until > aws - MINUTE);
      failures.set(subject, [...known, { kinds, until: aws + forMs }]);
    },
    remembered: (subject, then) =>
      (failures.get(subject) ?? [])
        .filter(({ until }) => until >= then.aws)
        .flatMap(({ kinds }) => [...kinds]),
  };
}

function unique(maybe: MaybeLogin): MaybeLogin {
  return maybe.filter(
    (login, index) => maybe.findIndex((other) => other?.secret === login?.secret) === index,
  );
}

/** Whether a caller's get is answered with a login, if there is one. */
export function takesLogins(caller: CallerName): boolean {
  const kind: CallerKind = CALLERS[caller];
  return kind.override === undefined;
}

/** What a call stores for each host that it changes: a login, or nothing. */
export function changesBy(call: Call, at: Instant): Partial<Record<HostName, Login | undefined>> {
  switch (call.action) {
    case 'store':
      return { [call.host]: { secret: call.secret, at } };
    case 'erase':
    case 'login':
    case 'logout':
      return { [call.host]: undefined };
    case 'logout all':
      return Object.fromEntries(ECR_HOSTS.map((host) => [host, undefined]));
    default:
      return {};
  }
}

/** The keys by which the model remembers failures: of mints, of renewals, of questions for an account. */
export function failuresOf(principal: string | undefined, region: string): string {
  return `${principal} in ${region}`;
}
export function renewalsOf(principal: string | undefined, region: string): string {
  return `renewal for ${principal} in ${region}`;
}
export function whoIs(caller: CallerName): string {
  return `accounts of ${caller}`;
}
