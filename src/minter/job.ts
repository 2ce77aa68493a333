// The job of a minter and its result: one line of JSON each, over pipes, never in argv, a file or /proc.
import type { Asking } from '../aws/with-credentials.ts';
import { type ErrorFields, errorFields, errorFrom, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { MfaSession, Outcome, Question, Questions } from '../questions.ts';

/** The result of a job. */
export type JobOutcome<Q extends Question> = Outcome<Questions[Q]['answer']>;

export interface MintJob<Q extends Question = Question> extends Asking {
  question: Q;
  input: Questions[Q]['input'];
}

/** A result as JSON: an error is its fields. */
type MintResult = { answer?: unknown; error?: ErrorFields; mfaSession?: MfaSession };

/** The line with the result of a job, with its newline. */
export function resultLine({ mfaSession, ...outcome }: JobOutcome<Question>): string {
  const result: MintResult =
    outcome.error === undefined ? { answer: outcome.answer } : { error: errorFields(outcome.error) };
  return `${JSON.stringify({ ...result, mfaSession })}\n`;
}

/** An `internal` error if the line is not a result. */
export function readResult<Q extends Question>(line: string): JobOutcome<Q> {
  const result = parseResult(line);
  if (result === undefined) {
    const say = 'run the same command again; if it fails again';
    const hint = { say, run: command`ecr-xacct daemon stop` };
    return { error: new XacctError('internal', 'the minter ended without a result', { hint }) };
  }
  const { answer, error, mfaSession } = result;
  if (error !== undefined) return { error: errorFrom(error), mfaSession };
  // The answer fits the question: both ends are one program.
  return { answer: answer as Questions[Q]['answer'], mfaSession };
}

/** The only possible fault is a line that a crash cut short. */
function parseResult(line: string): MintResult | undefined {
  try {
    return JSON.parse(line) as MintResult;
  } catch {
    return undefined;
  }
}
