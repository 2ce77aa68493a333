// Checks whether the principals of a grant exist, if a local profile may look; and waits for a new principal.
import type { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type CallersOf, createCallersOf } from '../callers/callers-of.ts';
import { timerMs } from '../clock.ts';
import { printable, XacctError } from '../errors.ts';
import type { Command, Hint } from '../hint.ts';
import type { Invocation } from '../invocation.ts';
import type { Grantee } from '../policy/access.ts';
import { describeGrantee } from '../policy/grantee.ts';
import type { Registry } from '../registry/ecr-hostname.ts';

/** An error that names the missing role or user; undefined if all exist, or if no profile here may look. */
export async function findMissing(
  grantees: readonly Grantee[],
  registry: Registry,
  invocation: Invocation,
  typed: Command,
): Promise<XacctError | undefined> {
  const principals = grantees.filter((grantee) => grantee.kind === 'principal');
  if (principals.length === 0) return undefined;
  const callersOf = createCallersOf(registry, invocation);
  const missing = await Promise.all(principals.map((principal) => missingIn(principal, callersOf, typed)));
  return missing.find((error) => error !== undefined);
}

type PrincipalGrantee = Extract<Grantee, { kind: 'principal' }>;

/** Asks as the first caller of its account that may look. */
async function missingIn(
  principal: PrincipalGrantee,
  callersOf: CallersOf,
  typed: Command,
): Promise<XacctError | undefined> {
  for await (const there of callersOf(principal.account)) {
    try {
      const { exists, arn } = await there.ask('principal', { arn: principal.arn });
      if (!exists) return notFound(principal, typed);
      return arn === undefined || arn === principal.arn ? undefined : otherPath(principal, arn);
    } catch (error) {
      if (!(error instanceof XacctError)) throw error;
    }
  }
  return undefined;
}

function notFound({ arn, type, account }: PrincipalGrantee, typed: Command): XacctError {
  const hint = checkHint('check its name and its path', typed);
  return new XacctError('principal-not-found', `account ${account} has no ${type} ${arn}`, { hint });
}

/** Only grant can wait, so `--wait` is offered only there, and only if it was not used. */
function checkHint(check: string, typed: Command): Hint {
  if (typed[1] !== 'grant' || typed.includes('--wait')) return { say: check };
  return { say: `${check}; if it was made seconds ago`, run: [...typed, '--wait'] };
}

function otherPath({ arn, type }: PrincipalGrantee, actual: string): XacctError {
  return new XacctError('principal-not-found', `there is no ${type} ${arn}, but ${actual}`, {
    hint: { say: `name it with its path: ${actual}` },
  });
}

/** ECR does not report which principal is unknown. Only those that this grant adds can be. */
export function namingPrincipals<A extends unknown[], T>(
  call: (...args: A) => Promise<T>,
  grantees: readonly Grantee[],
  typed: Command,
): (...args: A) => Promise<T> {
  const names = grantees.filter(({ kind }) => kind !== 'organization').map(describeGrantee);
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      if (!(error instanceof XacctError) || error.code !== 'principal-not-found') throw error;
      const which = names.length === 1 ? names[0] : `one of ${names.join(', ')}`;
      const check = error.hint?.say ?? 'check its name and its path';
      throw error.reworded(`${error.message}: ${which}`, checkHint(check, typed));
    }
  };
}

/** Milliseconds. Each wait is twice the previous one, up to `last`. */
const BACKOFF = { first: 500, last: 8_000 };

/** Repeats the call for up to `waitMs` while AWS does not know a principal yet. */
export function retrying<A extends unknown[], T>(
  call: (...args: A) => Promise<T>,
  waitMs: number | undefined,
  stderr: Writable,
): (...args: A) => Promise<T> {
  if (waitMs === undefined) return call;
  return async (...args) => {
    const deadline = timerMs() + waitMs;
    for (let pause = BACKOFF.first; ; pause = Math.min(pause * 2, BACKOFF.last)) {
      try {
        return await call(...args);
      } catch (error) {
        const isEarly = error instanceof XacctError && error.code === 'principal-not-found';
        const left = deadline - timerMs();
        if (!isEarly || left <= 0) throw error;
        if (pause === BACKOFF.first) stderr.write(`${printable(error.message)}; waiting for it.\n`);
        await setTimeout(Math.min(pause, left));
      }
    }
  };
}
