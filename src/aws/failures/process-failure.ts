// Says what went wrong with a credential_process. Fixed texts only: what it printed, and its command line, may hold a secret.
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Identity } from '../../identity/identity.ts';
import { type FailureContext, its } from './failure-context.ts';

/** What it did; `absent`: the program that could not be started. */
export class ProcessError extends Error {
  readonly absent: string | undefined;

  constructor(whatItDid: string, { absent, cause }: { absent?: string; cause?: unknown } = {}) {
    super(whatItDid, { cause });
    this.absent = absent;
  }
}

/** A name, or a path that may have blanks in it. What else is the first word may be a secret: `TOKEN=… vend`, a whole command line. */
const PROGRAM = /^(?:[\w@%+:,.-]+|\/[\w@%+:,./ ]+(?:-[\w@%+:,./]+)*)$/;
const OTHER_WORD =
  'what is no program: no shell sets its variables (write env before them) or parts a line in quotes';

export function processFailure(
  error: unknown,
  { profile }: { profile: string },
  { resolution, env }: FailureContext,
): XacctError {
  const whose = `${its(profile, resolution.identity)} credential_process`;
  if (error instanceof ProcessError && error.absent !== undefined) {
    const { absent } = error;
    const where = absent.includes('/') ? 'which is no program' : `not found on PATH=${env.PATH ?? ''}`;
    const what = PROGRAM.test(absent) ? `${absent}, ${where}` : OTHER_WORD;
    return new XacctError('process-failed', `${whose} is to run ${what}`, {
      hint: {
        say: 'with its full path',
        run: command`aws configure set credential_process COMMAND --profile ${profile}`,
      },
      cause: error,
    });
  }
  const whatItDid = error instanceof ProcessError ? error.message : 'failed';
  return new XacctError('process-failed', `${whose} ${whatItDid}`, {
    hint: { say: 'to see it fail', run: command`aws sts get-caller-identity --profile ${profile}` },
    cause: error,
  });
}

/** The AWS CLI waits for the end of its output, too, and not for its own. */
export function processTimeout(profile: string, identity: Identity): { waitedFor: string; hint?: Hint } {
  const whose = `${its(profile, identity)} credential_process`;
  // This process starts nothing else.
  if (process.getActiveResourcesInfo().includes('ProcessWrap')) return { waitedFor: `${whose} did not end` };
  return {
    waitedFor: `${whose} ended, but something that it started kept its output open and did not end`,
    hint: {
      say: 'let it start that with >/dev/null 2>&1; to see it',
      run: command`aws configure get credential_process --profile ${profile}`,
    },
  };
}
