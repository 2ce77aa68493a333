// `aws sso login` and `aws login`, run for a person who asked for it.
import { spawn } from 'node:child_process';
import { shellWord, XacctError } from '../errors.ts';
import type { Invocation, Streams } from '../invocation.ts';
import { findProgram } from '../os/find-program.ts';

/** What the AWS CLI can begin for a profile. */
export interface CliSession {
  profile: string;
  kind: 'sso' | 'login';
}

/** On this terminal; ends when it ends. @throws XacctError where it is not there or fails. */
export async function awsLogin(
  { profile, kind }: CliSession,
  { env }: Invocation,
  { stderr }: Streams,
): Promise<void> {
  const args = [...(kind === 'sso' ? ['sso', 'login'] : ['login']), '--profile', profile];
  const command = `aws ${args.map(shellWord).join(' ')}`;
  const aws = findProgram('aws', env.PATH);
  if (aws === undefined) {
    throw new XacctError('process-failed', 'the AWS CLI (aws) is not on PATH', {
      hint: `install it, or run elsewhere: ${command}`,
    });
  }
  stderr.write(`Running ${command} …\n`);
  // What it prints is no output of ours: stdout is for what comes of it.
  const child = spawn(aws.path, args, { env, stdio: ['inherit', 2, 2] });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  if (status === 0) return;
  throw new XacctError('process-failed', `${command} failed with status ${status ?? 'none'}`, {
    hint: `run: ${command}`,
  });
}
