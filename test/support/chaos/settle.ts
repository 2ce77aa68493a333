// Owns what the model knows after some calls: from what they asked for and what was disturbed, not from what the program says.
import { HOSTS, type HostName } from './cast.ts';
import type { Problem, Trouble } from './errors.ts';
import { renewalOf, type Verdict } from './judge.ts';
import { changesBy, type Model } from './model.ts';
import type { Call, Disturbance } from './operations.ts';
import type { Answered } from './stage.ts';

/** Calls at once, and what disturbs them. */
export interface Part {
  calls: readonly Call[];
  during: Disturbance | undefined;
}

const HOST_NAMES = Object.keys(HOSTS) as HostName[];

interface Done {
  part: Part;
  /** The daemon ended because another program is in its place. */
  ends: boolean;
  /** How many processes the disturbance hit. */
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
  for (const { ran, verdict } of judged) learn(model, ran, verdict, done);
}

function learn(model: Model, { call }: Answered, verdict: Verdict, { isCalm, troubles, part }: Done): void {
  if (call.action === 'erase' || call.action === 'logout') model.mayHaveForgotten(call.host);
  if (call.action === 'logout all') model.mayHaveForgotten();
  if ('expected' in verdict) return;
  if (part.during !== undefined && 'host' in call) {
    const reading = model.reading(call.caller, call.host, model.homes);
    const candidates = reading.kind === 'candidates' ? reading.candidates : [];
    for (const { principal } of candidates) {
      // Up to a quarter of an hour, and half of it again.
      model.remember(renewalOf(principal, HOSTS[call.host].region), ['skew'], 25 * 60_000);
    }
  }
  if (part.during?.kind === 'fault' && 'host' in call) {
    const reading = model.reading(call.caller, call.host, model.homes);
    if (reading.kind !== 'candidates') return;
    const kinds = [...troubles] as Trouble[];
    for (const { principal } of reading.candidates)
      model.remember(`${principal} ${reading.region}`, kinds, 3_500);
    if (reading.asksWho) model.remember(`who ${call.caller}`, kinds, 63_000);
  }
  if (call.action === 'login') {
    const reading = model.reading(call.caller, call.host, model.homes);
    const candidates = reading.kind === 'candidates' ? reading.candidates : [];
    for (const { principal } of candidates) model.serves(call.host, principal ?? '', HOSTS[call.host].region);
  }
  const { right } = verdict;
  if (call.action === 'get' && right.of === 'token') {
    const { principal, region, at } = right.issued;
    model.serves(call.host, principal, region);
    if (!isCalm || part.during !== undefined) return;
    const own = right.candidates.find((candidate) => candidate.principal === principal);
    if (own !== undefined) model.hold(call.caller, own.key, region, principal, at);
  }
}
