// Gets the credentials that a profile's credential_process prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Environment } from '../../invocation.ts';
import { parseDate } from '../../profiles/parse-date.ts';
import { shellWords, windowsWords } from '../../profiles/shell-words.ts';
import { ProcessError } from '../failures/process-failure.ts';

const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Runs it without a shell and without a terminal, in the caller's environment, as the AWS CLI does.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 * @throws ProcessError
 */
export async function processCredentials(
  credentialProcess: string,
  env: Environment,
): Promise<AwsCredentialIdentity> {
  const words = (process.platform === 'win32' ? windowsWords : shellWords)(credentialProcess);
  if (words === undefined) throw new ProcessError('has a quote or a backslash without its end');
  const [program, ...args] = words;
  if (program === undefined) throw new ProcessError('is empty');
  return credentialsIn(await outputOf(program, args, env));
}

async function outputOf(program: string, args: readonly string[], env: Environment): Promise<string> {
  const notStarted = (cause: unknown) => new ProcessError('failed', { absent: program, cause });
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (cause) {
    throw notStarted(cause);
  }
  const ended = Promise.withResolvers<{ status: number | null; signal: string | null }>();
  child.once('error', (cause) => ended.reject(notStarted(cause)));
  // `close`, not `exit`: a process that it started may still print.
  child.once('close', (status, signal) => ended.resolve({ status, signal }));
  let bytes = 0;
  let isTooMuch = false;
  // stdout is missing if this process has no free file descriptor.
  const { stdout } = child;
  stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_OUTPUT_BYTES) return;
    isTooMuch = true;
    stdout.destroy();
    child.kill('SIGKILL');
  });
  const output = stdout ? text(stdout).catch(() => '') : '';
  const { status, signal } = await ended.promise;
  if (isTooMuch) throw new ProcessError('printed more than 1 MiB');
  if (status === 0) return await output;
  throw new ProcessError(status === null ? `was ended by ${signal}` : `failed (exit status ${status})`);
}

function credentialsIn(output: string): AwsCredentialIdentity {
  const { Version, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = objectIn(output);
  if (Version !== 1) throw new ProcessError('printed JSON without "Version": 1');
  if (!isText(AccessKeyId) || !isText(SecretAccessKey)) {
    throw new ProcessError('printed JSON without AccessKeyId and SecretAccessKey');
  }
  const expiresAt = Expiration === undefined || Expiration === null ? undefined : dateOf(Expiration);
  if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) {
    throw new ProcessError(`returned expired credentials (Expiration ${expiresAt.toISOString()})`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(isText(SessionToken) ? { sessionToken: SessionToken } : {}),
    ...(expiresAt && { expiration: expiresAt }),
  };
}

function objectIn(output: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(output);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // The error's message quotes the output, which may be a secret.
  }
  throw new ProcessError('printed invalid JSON');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function dateOf(value: unknown): Date {
  const date = typeof value === 'string' ? parseDate(value) : undefined;
  if (date === undefined)
    throw new ProcessError('printed JSON whose Expiration is not a date with a time zone');
  return date;
}
