// Runs calls at the same time, has each answer judged, and counts the tokens that they cost.
import { HOSTS, type HostName } from './cast.ts';
import { disturb, troublesOf } from './disturb.ts';
import { edited } from './edits.ts';
import { judge } from './judge.ts';
import { changesBy, type MaybeLogin, type Model } from './model.ts';
import type { Call } from './operations.ts';
import { type Part, settle } from './settle.ts';
import type { Answered, ChaosStage } from './stage.ts';
import type { Circumstances, Issued, Verdict } from './verdict.ts';

/** A wrong answer, or another fault. */
type Fault = { verdict: { expected: string; lost?: 'login' | 'token' }; ran: Answered | string };

/** `issued`: by password; tokens that AWS issues meanwhile are added. */
export async function runPart(stage: ChaosStage, model: Model, part: Part, issued: Map<string, Issued>) {
  const { calls, during } = part;
  const before = model.homes;
  const after = during?.kind === 'edit meanwhile' ? edited(before, during.edit, stage.keys) : before;
  const homes = before === after ? [before] : [before, after];
  const ends = model.isOutdated && calls.some(makesOutdatedEnd);
  const mayEnd = ends || during?.kind === 'kill daemon';
  const began = stage.clocks.now();
  const maybe = new Map<HostName, MaybeLogin>();
  for (const host of Object.keys(HOSTS) as HostName[]) {
    const results = calls.flatMap((call) => {
      const changes = changesBy(call, began);
      return host in changes ? [changes[host]] : [];
    });
    maybe.set(host, [...model.logins(host), ...results, ...(mayEnd ? [undefined] : [])]);
  }
  const isForgetful = calls.some(({ action }) => ['erase', 'logout', 'logout all'].includes(action));
  const troubles = troublesOf(during, began.ahead);
  const isCalm =
    !mayEnd && !isForgetful && !during?.kind.startsWith('suspend daemon') && during?.kind !== 'kill minters';
  const allowance = mintsAllowed(stage, model, part, homes);

  const issuedBefore = stage.aws.issuedTokens.length;
  const disturbed = disturb(stage, during, () => stage.write(after));
  const answers = await Promise.all(calls.map((call) => stage.run(call)));
  const hits = await disturbed;
  stage.aws.faults.clear();
  for (const token of stage.aws.issuedTokens.slice(issued.size)) {
    const principal = token.caller.principal.arn;
    issued.set(token.password, { principal, region: token.region, expiresAt: token.expiresAt, at: began });
  }
  model.homes = after;

  const logins = (host: HostName) => maybe.get(host) ?? [undefined];
  const now: Circumstances = {
    homes,
    logins,
    troubles,
    isCalm,
    isQuiet: isCalm && during === undefined,
    issued,
  };
  const judged = answers.map((ran) => ({ ran, verdict: judge(ran, model, stage.keys, now) }));
  const faults: Fault[] = judged.flatMap(({ ran, verdict }) =>
    'expected' in verdict ? [{ ran, verdict }] : [],
  );
  const mints = stage.aws.issuedTokens.length - issuedBefore;
  if (now.isQuiet && mints > allowance) {
    const expected = `at most ${allowance} new tokens`;
    faults.push({ verdict: { expected, lost: 'token' }, ran: `${mints} new tokens` });
  }
  settle(model, judged, { part, now: stage.clocks.now(), ends, hits, isCalm, troubles });
  return { faults, answered: judged.map(({ verdict }) => answerKind(verdict)) };
}

/** A daemon whose program was replaced no longer answers these. */
function makesOutdatedEnd({ action }: Call): boolean {
  return action === 'get' || action === 'store' || action === 'login';
}

function answerKind(verdict: Verdict): string {
  if ('expected' in verdict) return 'wrong';
  const { right } = verdict;
  return right.of === 'failure' ? `failure: ${right.kinds.join(', ')}` : right.of;
}

/** How many tokens an undisturbed part may cost: one for each identity without a certain token. */
function mintsAllowed(
  stage: ChaosStage,
  model: Model,
  { calls }: Part,
  homes: Circumstances['homes'],
): number {
  const now = stage.clocks.now();
  const needed = new Set<string>();
  let always = 0;
  for (const call of calls) {
    if (call.action === 'get without daemon' || call.action === 'login') always += 1;
    if (call.action !== 'get') continue;
    for (const then of homes) {
      const reading = model.reading(call.caller, call.host, then);
      if (reading.kind !== 'candidates') continue;
      const { candidates, region } = reading;
      if (candidates.some(({ key }) => model.holds(call.caller, key, region, now))) continue;
      needed.add([call.caller, region, ...candidates.map(({ key }) => key)].join('|'));
    }
  }
  return always + needed.size + model.dueAhead(now);
}
