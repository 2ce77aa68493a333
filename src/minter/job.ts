// What goes to a minter and what comes back: one line of JSON each way, over pipes, never in argv, a file or /proc.

import { type ErrorFields, errorFields, errorFrom, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import type { MfaProof, Question, Questions } from '../questions.ts';

export type Answer<Q extends Question> = Questions[Q]['answer'];

export interface MintJob<Q extends Question = Question> {
  question: Q;
  input: Questions[Q]['input'];
  resolution: Resolution;
  /** The whole environment to ask in. */
  env: Environment;
  /** Milliseconds from now; at its end the minter is killed with its process group. */
  timeoutMs: number;
  /** Epoch ms at which that time began: a start takes a part of it. */
  givenAt: number;
  mfa?: MfaProof | undefined;
}

export type MintResult = { answer: Answer<Question> } | { error: ErrorFields };

export function failedResult(error: unknown): MintResult {
  if (error instanceof XacctError) return { error: errorFields(error) };
  // Only the error's class: its message may quote what a provider read.
  const name = error instanceof Error ? error.name : typeof error;
  return { error: { code: 'internal', message: `the minter failed unexpectedly (${name})` } };
}

/** @throws XacctError the error in the result, or `internal` where the line is no result. */
export function readResult<Q extends Question>(line: string): Answer<Q> {
  const result = parseResult(line);
  if (result === undefined) {
    throw new XacctError('internal', 'the minter ended without a result', {
      hint: {
        say: 'run the same command again; if it goes on failing',
        run: command`ecr-xacct daemon stop`,
      },
    });
  }
  // It answers what it was asked: both ends are one program.
  if ('answer' in result) return result.answer as Answer<Q>;
  throw errorFrom(result.error);
}

/** A line that was cut short by a crash is all that can be wrong with it. */
function parseResult(line: string): MintResult | undefined {
  try {
    return JSON.parse(line) as MintResult;
  } catch {
    return undefined;
  }
}
