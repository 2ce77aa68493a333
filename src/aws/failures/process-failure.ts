// Explains the failures of a credential_process in fixed texts only: its output and command line may hold a secret.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { XacctError } from '../../errors.ts';
import { type Command, command, type Hint } from '../../hint.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Environment } from '../../invocation.ts';
import { errnoOf } from '../../os/file-cache.ts';
import { limitError } from '../../os/limits.ts';
import { modeNeedsRoot } from '../../os/needs-root.ts';
import { type FailureContext, its } from './failure-context.ts';

/** What the process did. `absent`: the program that could not be started. */
export class ProcessError extends Error {
  readonly absent: string | undefined;

  constructor(whatItDid: string, { absent, cause }: { absent?: string; cause?: unknown } = {}) {
    super(whatItDid, { cause });
    this.absent = absent;
  }
}

/**
 * A name, or a path that may contain blanks. Any other first word may be a secret: `TOKEN=… vend`, a whole command
 * line.
 */
const PROGRAM = /^(?:[\w@%+:,.-]+|\/[\w@%+:,./ ]+(?:-[\w@%+:,./]+)*)$/;
const OTHER_WORD =
  'what is not a program: it runs without a shell, so write env before variables, and do not quote the whole line';

export function processFailure(
  error: unknown,
  { profile }: { profile: string },
  { resolution, env }: FailureContext,
): XacctError {
  const whose = `${its(profile, resolution.identity)} credential_process`;
  const limit =
    error instanceof ProcessError ? limitError(`${whose} cannot be started`, error.cause) : undefined;
  if (limit !== undefined) return limit;
  if (error instanceof ProcessError && error.absent !== undefined) {
    const { what, hint } = notStarted(error.absent, errnoOf(error.cause), env);
    return new XacctError('process-failed', `${whose} is to run ${what}`, {
      hint: {
        run: command`aws configure set credential_process COMMAND --profile ${profile}`,
        ...hint,
      },
      cause: error,
    });
  }
  const whatItDid = error instanceof ProcessError ? error.message : 'failed';
  return new XacctError('process-failed', `${whose} ${whatItDid}`, {
    hint: { say: 'to see it fail', run: asItWasRun(profile) },
    cause: error,
  });
}

/** `code`: the system's error code, as in ENOENT. */
function notStarted(program: string, code: string, env: Environment): { what: string; hint: Hint } {
  const say = 'with its full path';
  if (!PROGRAM.test(program)) return { what: OTHER_WORD, hint: { say } };
  const isPath = program.includes('/');
  const folders = isPath ? [''] : (env.PATH ?? '').split(delimiter);
  const file = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (code === 'EACCES' && file !== undefined && isNotExecutable(file)) {
    const run = [...(modeNeedsRoot(file) ? ['sudo'] : []), ...command`chmod +x ${file}`];
    return { what: `${file}, which is not executable`, hint: { run } };
  }
  if (!isPath) return { what: `${program}, not found on PATH=${env.PATH ?? ''}`, hint: { say } };
  return { what: `${program}, which ${file === undefined ? 'does not exist' : 'is no program'}`, hint: {} };
}

function isNotExecutable(file: string): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, constants.X_OK);
    return false;
  } catch {
    return true;
  }
}

/**
 * The AWS CLI runs the process and shows its output. The command runs as here: with the caller's variables, not in the
 * caller's folder, and without a terminal.
 */
function asItWasRun(profile: string): Command {
  if (process.platform === 'win32') return command`aws sts get-caller-identity --profile ${profile}`;
  const session = process.platform === 'linux' ? 'setsid --wait ' : '';
  const script = `cd / && exec ${session}aws sts get-caller-identity --profile "$0" </dev/null`;
  return command`sh -c ${script} ${profile}`;
}

/** The AWS CLI, too, waits for the end of the output, not for the exit of the process. */
export function processTimeout(profile: string, identity: Identity): { waitedFor: string; hint?: Hint } {
  const whose = `${its(profile, identity)} credential_process`;
  // This process starts no other process.
  if (process.getActiveResourcesInfo().includes('ProcessWrap')) return { waitedFor: `${whose} did not end` };
  return {
    waitedFor: `${whose} ended, but something that it started kept its output open and did not end`,
    hint: {
      say: 'start that with >/dev/null 2>&1; to see it',
      run: command`aws configure get credential_process --profile ${profile}`,
    },
  };
}
