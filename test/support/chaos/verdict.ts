// The conditions under which an answer is judged, and the form of the verdict.
import type { HostName } from './cast.ts';
import type { Instant } from './clock.ts';
import type { Problem, Trouble } from './errors.ts';
import type { Homes } from './homes.ts';
import type { Candidate } from './identity.ts';
import type { MaybeLogin } from './model.ts';

/** One authorization token, and when it was issued. */
export interface Issued {
  principal: string;
  region: string;
  expiresAt: number;
  at: Instant;
}

/** The conditions while the calls of a step run. */
export interface Circumstances {
  /** The possible contents of the files: two, if they are edited meanwhile. */
  homes: readonly Homes[];
  logins: (host: HostName) => MaybeLogin;
  /** Why an answer may be a failure. */
  troubles: ReadonlySet<Trouble | Problem>;
  /** Whether nothing leaves the daemon's memory meanwhile. */
  isCalm: boolean;
  /** Whether nothing but the calls happens. */
  isQuiet: boolean;
  issued: ReadonlyMap<string, Issued>;
}

/** A right answer; for a get, the source of its token or login. */
export type Right =
  | { of: 'token'; secret: string; issued: Issued; candidates: readonly Candidate[] }
  | { of: 'login'; secret: string }
  | { of: 'failure'; kinds: readonly (Problem | Trouble)[] }
  | { of: 'other' };
export type Verdict = { right: Right } | { expected: string; lost?: 'login' };

export const wrong = (expected: string, lost?: 'login'): Verdict => ({ expected, ...(lost && { lost }) });
export const right = (of: Right): Verdict => ({ right: of });
export const OTHER = right({ of: 'other' });

/** Undefined if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
