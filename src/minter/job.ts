// What goes to a minter and what comes back: one line of JSON each way, over pipes, never in argv, a file or /proc.
import type { Environment } from '../config/paths.ts';
import { type ErrorCode, XacctError } from '../errors.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Token } from '../token/token.ts';

export interface MintJob {
  resolution: Resolution;
  /** The whole environment to mint in. */
  env: Environment;
  /** Milliseconds from now; at its end the minter is killed with its process group. */
  timeoutMs: number;
  /** Epoch ms at which that time began: a start takes a part of it. */
  givenAt: number;
}

export type MintResult = { token: Token } | { error: { code: ErrorCode; message: string; hint?: string } };

export function failedResult(error: unknown): MintResult {
  if (error instanceof XacctError) {
    const { code, message, hint } = error;
    return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
  }
  // Only the error's class: its message may quote what a provider read.
  const name = error instanceof Error ? error.name : typeof error;
  return { error: { code: 'internal', message: `the minter failed unexpectedly (${name})` } };
}

/** @throws XacctError the error in the result, or `internal` where the line is no result. */
export function readResult(line: string): Token {
  const result = parseResult(line);
  if (result === undefined) {
    throw new XacctError('internal', 'the minter ended without a result', {
      hint: 'run the same command again; if it goes on failing, run: ecr-xacct daemon stop',
    });
  }
  if ('token' in result) return result.token;
  throw new XacctError(result.error.code, result.error.message, { hint: result.error.hint });
}

/** Both ends are one program; a line that was cut short by a crash is all that can be wrong with it. */
function parseResult(line: string): MintResult | undefined {
  try {
    return JSON.parse(line) as MintResult;
  } catch {
    return undefined;
  }
}
