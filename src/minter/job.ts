// What goes to a minter and what comes back: one line of JSON each way, over pipes, never in argv, a file or /proc.
import type { Asking } from '../aws/with-credentials.ts';
import { type ErrorFields, errorFields, errorFrom, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { MfaSession, Outcome, Question, Questions } from '../questions.ts';

/** What came of a job. */
export type JobOutcome<Q extends Question> = Outcome<Questions[Q]['answer']>;

export interface MintJob<Q extends Question = Question> extends Asking {
  question: Q;
  input: Questions[Q]['input'];
}

/** An outcome as JSON: an error is its fields. */
type MintResult = { answer?: unknown; error?: ErrorFields; mfaSession?: MfaSession };

/** The line that says what came of a job; with the newline that ends it. */
export function resultLine({ mfaSession, ...outcome }: JobOutcome<Question>): string {
  const result: MintResult =
    outcome.error === undefined ? { answer: outcome.answer } : { error: errorFields(outcome.error) };
  return `${JSON.stringify({ ...result, mfaSession })}\n`;
}

/** `internal`, where the line is no result. */
export function readResult<Q extends Question>(line: string): JobOutcome<Q> {
  const result = parseResult(line);
  if (result === undefined) {
    const say = 'run the same command again; if it fails again';
    const hint = { say, run: command`ecr-xacct daemon stop` };
    return { error: new XacctError('internal', 'the minter ended without a result', { hint }) };
  }
  const { answer, error, mfaSession } = result;
  if (error !== undefined) return { error: errorFrom(error), mfaSession };
  // It answers what it was asked: both ends are one program.
  return { answer: answer as Questions[Q]['answer'], mfaSession };
}

/** A line that was cut short by a crash is all that can be wrong with it. */
function parseResult(line: string): MintResult | undefined {
  try {
    return JSON.parse(line) as MintResult;
  } catch {
    return undefined;
  }
}
