// Runs `aws sso login` or `aws login` for a person who asked for it.

import { spawn } from 'node:child_process';
import { childEnvironment } from '../caller-environment.ts';
import { XacctError } from '../errors.ts';
import { commandText } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { findProgram } from '../os/find-program.ts';
import { limitError } from '../os/limits.ts';

/** A session that the AWS CLI can start for a profile. */
export interface CliSession {
  profile: string;
  kind: 'sso' | 'login';
}

/** Runs on this terminal until it exits. @throws XacctError if the AWS CLI is missing or fails. */
export async function awsLogin(
  { profile, kind }: CliSession,
  { invocation: { env }, streams: { stderr } }: Run,
): Promise<void> {
  const args = [...(kind === 'sso' ? ['sso', 'login'] : ['login']), '--profile', profile];
  const command = ['aws', ...args];
  const text = commandText(command);
  const aws = findProgram('aws', env.PATH);
  if (aws === undefined) {
    throw new XacctError('process-failed', 'the AWS CLI (aws) is not on PATH', {
      hint: { say: 'install it, or run elsewhere:', run: command },
    });
  }
  stderr.write(`Running ${text} …\n`);
  // Its output goes to stderr: stdout is for our own result.
  const child = spawn(aws.path, args, { env: childEnvironment(env), stdio: ['inherit', 2, 2] });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(limitError(`${text} cannot be started`, cause) ?? cause));
    child.once('exit', resolve);
  });
  if (status === 0) return;
  throw new XacctError('process-failed', `${text} failed with status ${status ?? 'none'}`, {
    hint: { run: command },
  });
}
