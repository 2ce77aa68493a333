// What the model learns from calls: from their requests and the disturbance, not from what the program says.
import { HOSTS, type HostName } from './cast.ts';
import type { Instant } from './clock.ts';
import type { Problem, Trouble } from './errors.ts';
import { changesBy, failuresOf, type Model, renewalsOf, whoIs } from './model.ts';
import type { Call, Disturbance } from './operations.ts';
import type { Answered } from './stage.ts';
import type { Verdict } from './verdict.ts';

/** A failure that AWS, the network or an administrator must fix answers for 3 s without another try. */
const PASSES: ReadonlySet<string> = new Set<Problem | Trouble>([
  'denied',
  'assume',
  'throttled',
  'AWS failed',
  'not AWS',
  'reset',
  'AWS silent',
]);
const MOMENT = 3_500;
/** If a profile does not declare its account, a failure answers for up to a minute. */
const MINUTE = 63_000;
/** A failed renewal is tried again after 15 to 22.5 minutes. */
const RENEWALS = 25 * 60_000;

/** Calls at the same time, and what disturbs them. */
export interface Part {
  calls: readonly Call[];
  during: Disturbance | undefined;
}

const HOST_NAMES = Object.keys(HOSTS) as HostName[];

interface Done {
  part: Part;
  /** When they had ended. */
  now: Instant;
  /** The daemon ended because its program was replaced. */
  ends: boolean;
  /** How many processes the disturbance affected. */
  hits: number;
  isCalm: boolean;
  troubles: ReadonlySet<Trouble | Problem>;
}

/** What the model knows after a part. */
export function settle(
  model: Model,
  judged: readonly { ran: Answered; verdict: Verdict }[],
  done: Done,
): void {
  const { calls, during } = done.part;
  const isKilled = during?.kind === 'kill daemon' && done.hits > 0;
  const isUnsure = during !== undefined && during.kind !== 'fault' && during.kind !== 'edit meanwhile';
  if (done.ends) model.isOutdated = false;
  if (done.ends || isKilled) model.mayHaveForgotten();
  for (const host of HOST_NAMES) {
    const results = judged.flatMap(({ ran, verdict }) => {
      const changes = changesBy(ran.call, ran.began);
      if (!(host in changes)) return [];
      const failed = ran.ran.status !== 0 || !('right' in verdict);
      return [{ login: changes[host], failed }];
    });
    const old = done.ends || isKilled ? [undefined] : model.logins(host);
    const isSure = !isUnsure && results.length > 0 && results.every(({ failed }) => !failed);
    const keepsOld = results.length === 0 || !isSure || (done.ends && calls.length > 1);
    model.setLogins(host, [...(keepsOld ? old : []), ...results.map(({ login }) => login)]);
  }
  // A token that is given out during a logout may be from before it.
  for (const { ran, verdict } of judged)
    if ('right' in verdict && ran.ran.status === 0) erase(model, ran.call);
  for (const { ran, verdict } of judged) learn(model, ran, verdict, done);
}

function erase(model: Model, call: Call): void {
  if (call.action === 'erase' || call.action === 'logout') model.erased(call.host);
  if (call.action === 'logout all') model.erased();
}

function learn(
  model: Model,
  { call }: Answered,
  verdict: Verdict,
  { isCalm, now, troubles, part }: Done,
): void {
  if (call.action === 'logout all') model.mayHaveForgotten();
  if (call.action === 'erase' || call.action === 'logout') model.mayHaveForgotten(call.host);
  if ('expected' in verdict || !('host' in call)) return;
  const { right } = verdict;
  const { region } = HOSTS[call.host];
  const reading = model.reading(call.caller, call.host, model.homes);
  const candidates = reading.kind === 'candidates' ? reading.candidates : [];
  // The daemon may remember this failure, even if its fault has changed or ended since.
  const kinds = right.of === 'failure' ? right.kinds.filter((kind) => PASSES.has(kind)) : [];
  if (part.during?.kind === 'fault') kinds.push(...troubles);
  for (const { principal } of candidates) {
    model.remember(failuresOf(principal, region), kinds, now, MOMENT);
    if (part.during !== undefined) model.remember(renewalsOf(principal, region), ['skew'], now, RENEWALS);
    if (call.action === 'login') model.serves(call.host, principal ?? '', region);
  }
  if (reading.kind === 'candidates' && reading.asksWho)
    model.remember(whoIs(call.caller), kinds, now, MINUTE);
  if (call.action !== 'get' || right.of !== 'token') return;
  const { issued, secret } = right;
  model.gives(call.host, secret);
  model.serves(call.host, issued.principal, issued.region);
  if (!isCalm || part.during !== undefined) return;
  const own = right.candidates.find(({ principal }) => principal === issued.principal);
  if (own !== undefined) model.hold(call.caller, own.key, issued.region, issued.principal, issued.at);
}
