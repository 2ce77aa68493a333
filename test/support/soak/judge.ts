// Judges each answer of a soak by a model: the state of AWS, the files and the people at that moment.
import { elapsed, type Moment } from '../../../src/clock.ts';
import type { Response } from '../../../src/wire/codec.ts';
import { createFewest, type Fewest } from './fewest.ts';
import { hasKeys, regionOf, type SoakIdentity, type SoakPolicy, sessionOf } from './identities.ts';
import { DAY, HOUR, type MachineTime, MINUTE, SECOND } from './machine-time.ts';
import { type Issued, type SmallAws, TOKEN_LIFE } from './small-aws.ts';

/** Why an identity gets no new token now, and the line of its failure. */
const REASONS = {
  'dead network': /cannot be reached|no AWS identity/,
  'keys not known to AWS': /does not know these keys|no AWS identity/,
  'ended SSO session': /aws sso login/,
  'ended MFA session': /MFA code/,
  'locked vault': /credential_process failed/,
};
type Reason = keyof typeof REASONS;

/** For this long, a failure of the network answers instead of another mint. Milliseconds. */
const MOMENT = 3 * SECOND;
/** An MFA session with less lifetime than this is not used. */
const LEAST_SESSION = MINUTE;
/** The small AWS takes time for an answer. For states that end within it, either answer is right. */
const BLUR = 30 * SECOND;

/** An entry of the daemon's memory, which ends when either clock of its machine says so. */
interface Kept {
  at: Moment;
  life: number;
}

export interface Judge {
  fewest: Fewest;
  counts: {
    gets: number;
    tokens: number;
    logins: number;
    explained: Map<Reason, number>;
    expired: number;
    wrong: number;
    unexplained: number;
  };
  /** The first wrong answers, as text. */
  faults: string[];
  /** The answer to a get. */
  answered(identity: SoakIdentity, hostname: string, response: Response | string): void;
  /** The answer to a login with a code. */
  loggedIn(identity: SoakIdentity, hostname: string, response: Response | string): void;
  minted(issued: Issued): void;
  stored(hostname: string, secret: string, expiresAt: number): void;
  erased(hostname: string): void;
  /** The wall clock was set. */
  clockSet(): void;
  /** Everything in a daemon's memory is gone. */
  daemonEnded(): void;
  fault(text: string): void;
  tidy(): void;
}

const MAX_FAULTS = 20;

export function createJudge(time: MachineTime, aws: SmallAws, policy: SoakPolicy): Judge {
  const fewest = createFewest(policy);
  const tokens = new Map<string, Kept & { hostnames: Set<string> }>();
  const sessions = new Map<number, Kept & { revision: number }>();
  const logins = new Map<string, Kept & { secret: string; expiresAt: number }>();
  const usableAge = Math.min(TOKEN_LIFE, policy.maxTokenAge);
  const counts: Judge['counts'] = {
    ...{ gets: 0, tokens: 0, logins: 0, expired: 0, wrong: 0, unexplained: 0 },
    explained: new Map(),
  };
  const faults: string[] = [];
  const leftOf = ({ at, life }: Kept) => life - elapsed(at, time.moment());
  const keyOf = (index: number, region: string, revision: number) => `${index} ${region} ${revision}`;
  const fault = (text: string) => {
    if (faults.length < MAX_FAULTS) faults.push(`${new Date(time.now()).toISOString()}: ${text}`);
  };
  const wrong = (text: string) => {
    counts.wrong += 1;
    fault(text);
  };

  const reasonsOf = (identity: SoakIdentity): Reason[] => {
    const { index, kind, revision } = identity;
    const now = time.now();
    const session = sessions.get(index);
    const isOf: Record<Reason, boolean> = {
      'dead network': aws.network.isDead || now < aws.network.cameBack + MOMENT,
      'keys not known to AWS': hasKeys(kind) && aws.keys.get(index) !== revision,
      'ended SSO session': kind === 'sso' && (aws.sso.get(sessionOf(identity)) ?? 0) <= now,
      'ended MFA session':
        kind === 'mfa' &&
        (session === undefined || session.revision !== revision || leftOf(session) < LEAST_SESSION + BLUR),
      'locked vault': kind === 'process' && aws.vault.isLocked,
    };
    return (Object.keys(isOf) as Reason[]).filter((reason) => isOf[reason]);
  };

  const judgeToken = (identity: SoakIdentity, hostname: string, secret: string) => {
    const { index, kind, revision } = identity;
    const issued = JSON.parse(Buffer.from(secret, 'base64').toString()) as Issued;
    const region = regionOf(hostname);
    const left = issued.expiration * SECOND - time.now();
    if (issued.identity !== index || issued.region !== region) {
      wrong(`${hostname} got a token of identity ${issued.identity} in ${issued.region}`);
    }
    if (hasKeys(kind) && issued.revision !== revision) wrong(`${hostname} got a token of keys from before`);
    if (left <= 0) {
      counts.expired += 1;
      fault(`${hostname} (${kind}) got a token that expired ${-left / MINUTE} minutes ago`);
    } else if (TOKEN_LIFE - left > usableAge + BLUR) wrong(`${hostname} got a token above max_token_age`);
    counts.tokens += 1;
    const key = keyOf(index, region, revision);
    tokens.get(key)?.hostnames.add(hostname);
    fewest.needed(key, hostname, time.now(), reasonsOf(identity).length === 0);
  };

  const judgeSuccess = (identity: SoakIdentity, hostname: string, text: string) => {
    const { Secret } = JSON.parse(text) as { Secret: string };
    const login = logins.get(hostname);
    if (login === undefined || leftOf(login) < -BLUR) return judgeToken(identity, hostname, Secret);
    if (Secret !== login.secret) {
      if (leftOf(login) > BLUR) wrong(`${hostname} was not answered with its login`);
      return judgeToken(identity, hostname, Secret);
    }
    counts.logins += 1;
    if (login.expiresAt > time.now()) return;
    counts.expired += 1;
    fault(`${hostname} got a login that has expired`);
  };

  const judgeFailure = (identity: SoakIdentity, hostname: string, text: string) => {
    const reason = reasonsOf(identity).find((one) => REASONS[one].test(text));
    const key = keyOf(identity.index, regionOf(hostname), identity.revision);
    const held = tokens.get(key);
    const isHeld = held !== undefined && leftOf(held) > BLUR;
    if (reason !== undefined && !isHeld) {
      counts.explained.set(reason, (counts.explained.get(reason) ?? 0) + 1);
      return;
    }
    counts.unexplained += 1;
    fault(`${hostname} (${identity.kind}) failed${isHeld ? ' though it has a token' : ''}: ${text}`);
  };

  return {
    fewest,
    counts,
    faults,
    answered(identity, hostname, response) {
      counts.gets += 1;
      if (typeof response !== 'string' && response.outcome === 'success') {
        judgeSuccess(identity, hostname, response.text);
      } else judgeFailure(identity, hostname, typeof response === 'string' ? response : response.text);
    },
    loggedIn(identity, hostname, response) {
      const text = typeof response === 'string' ? response : response.text;
      const { done, error } = JSON.parse(text) as { done?: unknown; error?: { message: string } };
      const { index, revision } = identity;
      if (done === undefined) {
        const isExplained = reasonsOf(identity).some((reason) => REASONS[reason].test(error?.message ?? ''));
        if (isExplained) return;
        counts.unexplained += 1;
        fault(`the login to ${hostname} failed: ${text}`);
        return;
      }
      logins.delete(hostname);
      sessions.set(index, { at: time.moment(), life: 12 * HOUR, revision });
      const key = keyOf(index, regionOf(hostname), revision);
      tokens.get(key)?.hostnames.add(hostname);
      fewest.ordered(key, hostname, time.now());
    },
    minted({ identity, region, revision }) {
      const key = keyOf(identity, region, revision);
      const before = tokens.get(key);
      const hostnames = before !== undefined && leftOf(before) > 0 ? before.hostnames : new Set<string>();
      tokens.set(key, { at: time.moment(), life: usableAge, hostnames });
    },
    stored(hostname, secret, expiresAt) {
      logins.set(hostname, { at: time.moment(), life: expiresAt - time.now(), secret, expiresAt });
    },
    erased(hostname) {
      logins.delete(hostname);
      for (const [key, { hostnames }] of tokens) if (hostnames.has(hostname)) tokens.delete(key);
      fewest.erased(hostname);
    },
    clockSet() {
      for (const kept of [tokens, sessions, logins] as Map<unknown, Kept>[]) {
        for (const [key, one] of kept) if (leftOf(one) < BLUR) kept.delete(key);
      }
    },
    daemonEnded() {
      for (const kept of [tokens, sessions, logins]) kept.clear();
    },
    fault: wrong,
    tidy() {
      fewest.tidy(time.now());
      for (const [key, token] of tokens) if (leftOf(token) < -DAY) tokens.delete(key);
    },
  };
}
