// Runs a schedule: the steps one after another on the real programs, each answer judged, the model kept up with what was done.
import { setTimeout as delay } from 'node:timers/promises';
import { HOSTS, type HostName } from './cast.ts';
import { edited } from './edits.ts';
import type { Problem, Trouble } from './errors.ts';
import { firstHomes } from './homes.ts';
import { type Circumstances, type Issued, judge, type Verdict } from './judge.ts';
import { changesBy, createModel, type MaybeLogin, type Model } from './model.ts';
import { type Call, type Change, type Disturbance, describe, kindsIn, sizeOf } from './operations.ts';
import { createRandom } from './random.ts';
import { createSchedule } from './schedule.ts';
import { type Answered, type ChaosStage, signalAll, whenNoneRuns } from './stage.ts';

/** The last of it are shown where an answer is wrong. */
const REMEMBERED = 20;

/** An answer that may not be. */
export interface Wrong {
  index: number;
  got: string;
  expected: string;
  before: readonly string[];
}

export interface Outcome {
  operations: number;
  counts: ReadonlyMap<string, number>;
  answers: ReadonlyMap<string, number>;
  mints: number;
  loginsLost: number;
  tokensLost: number;
  wrong: readonly Wrong[];
  running: number;
  leftovers: readonly string[];
}

/** Until so many operations were done, or an answer is wrong. */
export async function runChaos(
  stage: ChaosStage,
  seed: number,
  operations: number,
  onProgress: (done: number) => void = () => {},
): Promise<Outcome> {
  const random = createRandom(seed);
  const first = firstHomes(stage.keys);
  const next = createSchedule(random, first);
  const model = createModel(stage.keys, first);
  const issued = new Map<string, Issued>();
  const counts = new Map<string, number>();
  const answers = new Map<string, number>();
  const count = (of: Map<string, number>, name: string) => of.set(name, (of.get(name) ?? 0) + 1);
  const told: string[] = [];
  const wrong: Wrong[] = [];
  let [done, loginsLost, tokensLost] = [0, 0, 0];
  while (done < operations && wrong.length === 0) {
    const step = next(model.homes);
    for (const line of describe(step)) told.push(`${done} ${line}`);
    for (const kind of kindsIn(step)) count(counts, kind);
    const parts: Part[] = [
      ...step.first.map((call) => ({ calls: [call], during: undefined })),
      { calls: step.calls, during: step.during },
    ];
    for (const change of step.changes) apply(stage, model, change);
    for (const part of parts) {
      const { answered, faults } = await runPart(stage, model, part, issued);
      for (const { verdict, ran } of faults) {
        if (verdict.lost === 'login') loginsLost += 1;
        if (verdict.lost === 'token') tokensLost += 1;
        const got = typeof ran === 'string' ? ran : shown(ran);
        wrong.push({ index: done, got, expected: verdict.expected, before: told.slice(-REMEMBERED) });
      }
      for (const name of answered) count(answers, name);
    }
    done += sizeOf(step);
    onProgress(done);
  }
  await stage.product.run(['ecr-xacct', 'daemon', 'stop']);
  const running = await whenNoneRuns(stage);
  const mints = issued.size;
  const leftovers = stage.leftovers();
  return { operations: done, counts, answers, mints, loginsLost, tokensLost, wrong, running, leftovers };
}

function apply(stage: ChaosStage, model: Model, change: Change): void {
  switch (change.kind) {
    case 'edit':
      model.homes = edited(model.homes, change.edit, stage.keys);
      stage.write(model.homes);
      break;
    case 'rotate keys':
      stage.keys.rotate(change.user);
      break;
    case 'sleep':
      stage.clocks.sleep(change.milliseconds);
      break;
    case 'set clock':
      stage.clocks.set(change.ahead);
      break;
    case 'upgrade':
      stage.upgrade();
      model.isOutdated = true;
      break;
  }
  model.age(stage.clocks.now());
}

/** Calls at once, and what disturbs them. */
interface Part {
  calls: readonly Call[];
  during: Disturbance | undefined;
}
type Fault = { verdict: { expected: string; lost?: 'login' | 'token' }; ran: Answered | string };

async function runPart(stage: ChaosStage, model: Model, part: Part, issued: Map<string, Issued>) {
  const { calls, during } = part;
  const before = model.homes;
  const after = during?.kind === 'edit meanwhile' ? edited(before, during.edit, stage.keys) : before;
  const homes = before === after ? [before] : [before, after];
  const ends = model.isOutdated && calls.some(makesOutdatedEnd);
  const mayEnd = ends || during?.kind === 'kill daemon';
  const began = stage.clocks.now();
  const during_ = new Map<HostName, MaybeLogin>();
  for (const host of HOST_NAMES) {
    const results = calls.flatMap((call) => {
      const changes = changesBy(call, began);
      return host in changes ? [changes[host]] : [];
    });
    during_.set(host, [...model.logins(host), ...results, ...(mayEnd ? [undefined] : [])]);
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

  const logins = (host: HostName) => during_.get(host) ?? [undefined];
  const now: Circumstances = { homes, logins, troubles, isCalm, issued };
  const judged = answers.map((ran) => ({ ran, verdict: judge(ran, model, stage.keys, now) }));
  const faults: Fault[] = judged.flatMap(({ ran, verdict }) =>
    'expected' in verdict ? [{ ran, verdict }] : [],
  );
  const mints = stage.aws.issuedTokens.length - issuedBefore;
  if (isCalm && during === undefined && mints > allowance) {
    const expected = `at most ${allowance} new tokens`;
    faults.push({ verdict: { expected, lost: 'token' }, ran: `${mints} new tokens` });
  }
  settle(model, judged, { part, ends, hits, isCalm, troubles });
  return { faults, answered: judged.map(({ verdict }) => answerKind(verdict)) };
}

const HOST_NAMES = Object.keys(HOSTS) as HostName[];

/** Of a daemon whose program was replaced: it does not answer these any more. */
function makesOutdatedEnd({ action }: Call): boolean {
  return action === 'get' || action === 'store' || action === 'login';
}

function answerKind(verdict: Verdict): string {
  if ('expected' in verdict) return 'wrong';
  const { right } = verdict;
  return right.of === 'failure' ? `failure: ${right.kinds.join(', ')}` : right.of;
}

function troublesOf(during: Disturbance | undefined, ahead: number): Set<Trouble | Problem> {
  const skew: Trouble[] = ahead === 0 ? [] : ['skew'];
  switch (during?.kind) {
    case 'kill minters':
      return new Set(['killed']);
    case 'kill daemon':
      return new Set(['no daemon']);
    case 'suspend daemon for long':
      return new Set(['daemon silent']);
    case 'fault':
      switch (during.fault.kind) {
        case 'throttle':
          return new Set(['throttled', ...skew]);
        case 'server-error':
          return new Set(['AWS failed', ...skew]);
        case 'reset':
        case 'reset-after':
          return new Set(['reset', ...skew]);
        case 'malformed':
          return new Set(['not AWS', 'AWS failed', ...skew]);
        case 'error':
          return new Set(['denied', 'assume', 'no identity', ...skew]);
        default:
          return new Set(skew);
      }
    default:
      return new Set();
  }
}

/** How many tokens a quiet part may cost: one for each identity whose token is not held for sure. */
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

/** Does what disturbs the calls. @returns how many processes it hit. */
async function disturb(
  stage: ChaosStage,
  during: Disturbance | undefined,
  edit: () => void,
): Promise<number> {
  switch (during?.kind) {
    case undefined:
      return 0;
    case 'kill daemon':
    case 'kill minters': {
      await delay(during.after);
      return signalAll(stage.running(during.kind === 'kill daemon' ? 'daemon run' : 'mint'), 'SIGKILL');
    }
    case 'edit meanwhile':
      await delay(during.after);
      edit();
      return 0;
    case 'fault': {
      stage.aws.faults.next(during.fault);
      return 0;
    }
    case 'suspend daemon':
    case 'suspend minters':
    case 'suspend daemon for long': {
      const pids = stage.running(during.kind === 'suspend minters' ? 'mint' : 'daemon run');
      const hits = signalAll(pids, 'SIGSTOP');
      // Longer than the timeout of a second, the daemon's grace of two, and the start of the program that says so.
      await delay(during.kind === 'suspend daemon for long' ? 6_000 : during.milliseconds);
      signalAll(pids, 'SIGCONT');
      // What came meanwhile is dealt with before this is answered.
      if (during.kind !== 'suspend minters') await stage.product.daemon();
      return hits;
    }
  }
}

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
function settle(model: Model, judged: readonly { ran: Answered; verdict: Verdict }[], done: Done): void {
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

function shown({ call, ran, milliseconds }: Answered): string {
  const { status, stdout, stderr } = ran;
  const short = (text: string) => (text.length > 400 ? `${text.slice(0, 400)}…` : text);
  return `${JSON.stringify(call)} → ${JSON.stringify({ status, stdout: short(stdout), stderr: short(stderr), milliseconds: Math.round(milliseconds) })}`;
}
