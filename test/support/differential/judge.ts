// Judges one case: runs both programs, and says how they differ and whether that is our fault.
import type { AskAws } from './aws-answers.ts';
import { type AwsProgram, isNewer } from './aws-programs.ts';
import { compare, type Verdict } from './compare.ts';
import type { Case, Kind } from './differential-case.ts';
import type { Observation } from './observation.ts';
import { runAws, runOurs, type Tls } from './run-program.ts';

export interface Judgement {
  readonly kind: string;
  readonly case: Case;
  readonly verdict: Verdict;
  /** Of the CLI that ours is compared with. */
  readonly aws: Observation;
  readonly ours: Observation;
  /** An older CLI's result, if it used another identity without a known reason. */
  readonly older?: Observation;
  /** Why the case fails the test; absent if it does not. */
  readonly fault?: string;
}

/** Undefined if only a newer CLI can be compared with, and there is none. */
export async function judge(
  tls: Tls,
  [yardstick, older]: readonly AwsProgram[],
  kind: string,
  one: Case,
  ask: AskAws = runAws,
): Promise<Judgement | undefined> {
  if (yardstick === undefined || (one.newer !== undefined && !isNewer(yardstick))) return undefined;
  const aws = await ask(tls, yardstick, one);
  const ours = await runOurs(tls, one);
  const verdict = compare(aws, ours);
  const fault = faultOf(one, verdict);
  const before = older === undefined || one.newer !== undefined ? undefined : await ask(tls, older, one);
  return {
    kind,
    case: one,
    verdict,
    aws,
    ours,
    ...(before === undefined || compare(aws, before) === 'same' ? {} : { older: before }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** A file that only the CLI rejects is listed, but is no fault. */
function faultOf({ difference }: Case, verdict: Verdict): string | undefined {
  if (difference === undefined) {
    return verdict === 'same' || verdict === 'only aws fails' ? undefined : verdict;
  }
  return verdict === 'same' ? `there is no difference any more: ${difference}` : undefined;
}

export interface NamedCase {
  readonly kind: string;
  readonly case: Case;
}

export function casesOf(kinds: readonly Kind[]): NamedCase[] {
  return kinds.flatMap(({ title, cases }) => cases.map((one) => ({ kind: title, case: one })));
}

/** Takes one case of each kind in turn, up to the limit, so that all kinds are included. */
export function selection(kinds: readonly Kind[], count: number): NamedCase[] {
  const longest = Math.max(0, ...kinds.map(({ cases }) => cases.length));
  const turns = Array.from({ length: longest }, (_, turn) =>
    kinds.flatMap(({ title, cases }) =>
      cases.slice(turn, turn + 1).map((one) => ({ kind: title, case: one })),
    ),
  );
  return turns.flat().slice(0, count);
}
