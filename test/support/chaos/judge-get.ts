// Judges the answer to a get: its form, the right identity or login, a valid token, or an allowed failure.
import { type CallerName, HOSTS, type HostName } from './cast.ts';
import { between, type Instant } from './clock.ts';
import { kindsOf, type Problem, type Trouble } from './errors.ts';
import type { Candidate } from './identity.ts';
import {
  failuresOf,
  LIFE,
  MARGIN,
  type MaybeLogin,
  type Model,
  renewalsOf,
  SLACK,
  takesLogins,
  whoIs,
} from './model.ts';
import type { Call } from './operations.ts';
import type { Answered } from './stage.ts';
import { type Circumstances, type Issued, OTHER, parsed, right, type Verdict, wrong } from './verdict.ts';

const NOT_FOUND = 'credentials not found in native keychain\n';
type Get = Extract<Call, { spelling: unknown }>;

export function judgeGet(
  { ran, input, began }: Answered,
  call: Get,
  model: Model,
  now: Circumstances,
): Verdict {
  const { caller, host } = call;
  const isOff = call.action === 'get without daemon';
  const logins = isOff || !takesLogins(caller) ? [undefined] : now.logins(host);
  const readings = now.homes.map((homes) => model.reading(caller, host, homes));
  if (ran.status === 0) {
    const secret = secretIn(ran.stdout);
    const exact = `${JSON.stringify({ ServerURL: input, Username: 'AWS', Secret: secret })}\n`;
    if (secret === undefined || ran.stdout !== exact || ran.stderr !== '') {
      return wrong("exactly Docker's answer on stdout, and nothing on stderr");
    }
    if (logins.some((login) => login?.secret === secret)) return right({ of: 'login', secret });
    if (!logins.includes(undefined)) return wrong(`the login ${loginsText(logins)}`, 'login');
    const issued = now.issued.get(secret);
    if (issued === undefined) return wrong('a token that AWS issued, or the login that is kept');
    const candidates = readings.flatMap((one) => (one.kind === 'candidates' ? one.candidates : []));
    const regions = readings.flatMap((one) => (one.kind === 'candidates' ? [one.region] : []));
    if (!candidates.some(({ principal }) => principal === issued.principal)) {
      return wrong(
        `a token of ${candidates.map(({ principal, problem }) => principal ?? problem).join(' or ')}, not of ${issued.principal}`,
      );
    }
    if (!regions.includes(issued.region))
      return wrong(`a token of ${regions.join(' or ')}, not of ${issued.region}`);
    if (model.isErased(secret)) return wrong('no token that was logged out of');
    if (issued.expiresAt <= began.aws) return wrong('a token that has not expired');
    const isLate = between(issued.at, began) > LIFE - MARGIN + SLACK;
    if (isLate && now.isQuiet && canRenew(issued, candidates, model, began))
      return wrong('a token that was renewed');
    return right({ of: 'token', secret, issued, candidates });
  }
  if (!logins.includes(undefined) && !now.troubles.has('daemon silent')) {
    return wrong(`the login ${loginsText(logins)}`, 'login');
  }
  if (ran.stdout === NOT_FOUND && ran.stderr === '' && ran.status === 1) {
    return readings.some(({ kind }) => kind === 'not found')
      ? OTHER
      : wrong('no "not found" for a registry of ours');
  }
  if (ran.status !== 1 || ran.stdout !== ran.stderr || !/^ecr-xacct: [^\n]+\n$/.test(ran.stdout)) {
    return wrong('one line on stdout and stderr, and exit status 1');
  }
  if (!ran.stdout.includes(HOSTS[host].hostname)) return wrong('a line that names the hostname');
  if (readings.every(({ kind }) => kind === 'not found')) return wrong('not found');
  return judgeFailure(ran.stdout, { caller, host, isOff, began }, model, now);
}

/** After a failed renewal, the old token is given out for some time before the next try. */
function canRenew(
  { principal, region }: Issued,
  candidates: readonly Candidate[],
  model: Model,
  then: Instant,
): boolean {
  const isAllowed = candidates.every(({ problem }) => problem === undefined);
  return isAllowed && model.remembered(renewalsOf(principal, region), then).length === 0;
}

interface Asked {
  caller: CallerName;
  host: HostName;
  isOff: boolean;
  began: Instant;
}

/** Whether a line is of an allowed kind, and names the identity. */
export function judgeFailure(
  line: string,
  { caller, host, isOff, began }: Asked,
  model: Model,
  now: Circumstances,
): Verdict {
  const readings = now.homes.map((homes) => model.reading(caller, host, homes));
  const allowed = new Set<Problem | Trouble>(now.troubles);
  const profiles: string[] = [];
  for (const reading of readings) {
    if (reading.kind === 'problem') allowed.add(reading.problem);
    if (reading.kind !== 'candidates') continue;
    const { candidates, region, asksWho } = reading;
    const isHeld =
      !isOff && now.isCalm && candidates.some(({ key }) => model.holds(caller, key, region, began));
    if (!isHeld && candidates.every(({ problem }) => problem !== undefined)) {
      for (const { problem } of candidates) if (problem !== undefined) allowed.add(problem);
    }
    // The account of a rejected key is not known, and a key without rights may be the first of its account.
    if (asksWho)
      for (const kind of ['no identity', 'key', 'denied'] as const)
        if (hasProblem(candidates, kind)) allowed.add(kind);
    for (const { principal } of candidates) {
      for (const kind of model.remembered(failuresOf(principal, region), began)) allowed.add(kind);
    }
    if (asksWho) for (const kind of model.remembered(whoIs(caller), began)) allowed.add(kind);
    profiles.push(...candidates.flatMap(({ profile }) => (profile === undefined ? [] : [profile])));
  }
  const kinds = kindsOf(line);
  if (!kinds.some((kind) => allowed.has(kind))) {
    const expected = readings.map((one) =>
      one.kind === 'candidates'
        ? one.candidates.map((of) => of.problem ?? of.principal).join(' or ')
        : one.kind,
    );
    return wrong(
      `${expected.join('; or ')}${allowed.size === 0 ? '' : `, or a failure: ${[...allowed].join(', ')}`}`,
    );
  }
  const namesNone = ['config', 'profiles', 'no identity', 'daemon silent', 'killed'].some((kind) =>
    kinds.some((one) => one === kind),
  );
  if (!namesNone && profiles.length > 0 && !profiles.some((profile) => line.includes(profile))) {
    return wrong(`a line that names ${profiles.join(' or ')}`);
  }
  return right({ of: 'failure', kinds });
}

function hasProblem(candidates: readonly Candidate[], kind: Problem): boolean {
  if (kind === 'no identity') return candidates.some(({ problem }) => problem !== undefined);
  return candidates.some(({ problem }) => problem === kind);
}

function secretIn(stdout: string): string | undefined {
  const answer = parsed(stdout);
  if (typeof answer !== 'object' || answer === null || !('Secret' in answer)) return undefined;
  return typeof answer.Secret === 'string' ? answer.Secret : undefined;
}

function loginsText(logins: MaybeLogin): string {
  return logins.map((login) => login?.secret ?? 'none').join(' or ');
}
