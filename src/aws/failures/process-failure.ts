// Says what went wrong with a credential_process. Fixed texts only: what it printed, and its command line, may hold a secret.
import { constants } from 'node:fs';
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import { findProgram, mayAccess } from '../../os/find-program.ts';
import type { ProfileLink } from '../../profiles/profile-chain.ts';
import { type FailureContext, its } from './failure-context.ts';
import { NoKeysError } from './service-error.ts';

/** The SDK throws everything as one class, with texts of its own. */
export function processFailure(error: unknown, source: ProfileLink, context: FailureContext): XacctError {
  const { name, settings } = source;
  const whose = `${its(source, context.resolution.identity)} credential_process`;
  const message = error instanceof Error ? error.message : '';
  const absent = absentProgram(message, settings.credential_process ?? '', context.env);
  if (absent !== undefined) {
    const where = absent.includes('/')
      ? 'which is no program'
      : `not found on PATH=${context.env.PATH ?? ''}`;
    return new XacctError('process-failed', `${whose} is to run ${absent}, ${where}`, {
      hint: {
        say: 'with its full path',
        run: command`aws configure set credential_process COMMAND --profile ${name}`,
      },
      cause: error,
    });
  }
  return new XacctError('process-failed', `${whose} ${whatItDid(error, message)}`, {
    hint: { say: 'to see it fail', run: command`aws sts get-caller-identity --profile ${name}` },
    cause: error,
  });
}

/** The SDK waits for the end of its output, as the AWS CLI does, and not for its own. */
export function processTimeout(
  source: ProfileLink,
  { resolution }: Pick<FailureContext, 'resolution'>,
): { waitedFor: string; hint?: Hint } {
  const whose = `${its(source, resolution.identity)} credential_process`;
  // This process starts nothing else.
  if (process.getActiveResourcesInfo().includes('ProcessWrap')) return { waitedFor: `${whose} did not end` };
  return {
    waitedFor: `${whose} ended, but something that it started kept its output open and did not end`,
    hint: {
      say: 'let it start that with >/dev/null 2>&1; to see it',
      run: command`aws configure get credential_process --profile ${source.name}`,
    },
  };
}

function whatItDid(error: unknown, message: string): string {
  if (message.startsWith('Command failed')) return 'failed';
  if (/returned invalid JSON|^Cannot read properties of null/.test(message)) return 'printed no valid JSON';
  if (message.includes('did not return Version 1')) return 'printed JSON without "Version": 1';
  if (error instanceof NoKeysError || message.includes('returned invalid credentials'))
    return 'printed JSON without AccessKeyId and SecretAccessKey';
  if (message.includes('returned expired credentials')) return 'returned expired credentials';
  if (message.includes('maxBuffer')) return 'printed more than 1 MiB';
  return 'failed';
}

/** The program that a shell did not find; undefined where it failed otherwise. A program may say `not found` of anything. */
function absentProgram(message: string, command: string, env: Environment): string | undefined {
  if (!message.startsWith('Command failed')) return undefined;
  if (!/not found|no such file|permission denied/i.test(message)) return undefined;
  const program = programOf(command);
  return program === undefined || isThere(program, env) ? undefined : program;
}

/** Its first word, where that is a plain one: not what a shell would have to work out. */
function programOf(command: string): string | undefined {
  const { quoted, plain } =
    /^\s*(?:"(?<quoted>[^"$`\\]+)"|(?<plain>[\w@%+:,./-]+))(?:\s|$)/.exec(command)?.groups ?? {};
  return quoted ?? plain;
}

function isThere(program: string, { PATH }: Environment): boolean {
  return program.includes('/')
    ? mayAccess(program, constants.X_OK)
    : findProgram(program, PATH) !== undefined;
}
