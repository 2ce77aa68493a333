// Gets an MFA code: from the command line, the mfa_process of config.yaml, or a person at the terminal.

import { spawn } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import { childEnvironment } from '../caller-environment.ts';
import { printable, XacctError } from '../errors.ts';
import type { Command, Hint } from '../hint.ts';
import type { Streams } from '../invocation.ts';
import { isTerminal } from '../terminal/prompts.ts';
import { typedCode } from './typed-code.ts';

interface MfaCodes {
  /** Whether to ask for another code after AWS rejected one. */
  areTyped: boolean;
  /** The next code. @throws XacctError if there is no other code. */
  next(why: XacctError): Promise<string>;
}

export interface MfaSources {
  /** The device, if it is known. */
  serial: string | undefined;
  /** The code of the command line, which has already been used. */
  given?: string | undefined;
  /** The command line with a code; undefined for a command that accepts none. */
  withCode?: Command | undefined;
  mfaProcess: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/** How many codes are asked for: each works once, and people often type one that has just expired. */
const MAX_CODES = 3;

/**
 * The result of `attempt`: first without a code (or with the given one), because an earlier session may be enough; then
 * with codes, until AWS accepts one. @throws XacctError
 */
export async function withMfaCodes<T>(
  attempt: (code: string | undefined) => Promise<T>,
  given: string | undefined,
  source: () => MfaCodes,
): Promise<T> {
  let code = given;
  for (let asked = 0; ; asked += 1) {
    try {
      return await attempt(code);
    } catch (error) {
      const isForCode =
        error instanceof XacctError && (error.code === 'mfa-required' || error.code === 'mfa-rejected');
      if (!isForCode || asked === MAX_CODES) throw error;
      const codes = source();
      if (code !== undefined && !codes.areTyped) throw error;
      code = await codes.next(error);
    }
  }
}

export function mfaCodes(
  { serial = 'the MFA device', given, withCode, mfaProcess, env }: MfaSources,
  streams: Streams,
): MfaCodes {
  const isGiven = given !== undefined;
  if (!isGiven && mfaProcess !== undefined) {
    const orOption = withCode ? ', or add --mfa-code CODE' : '';
    return { areTyped: false, next: () => runMfaProcess(mfaProcess, { serial, env, orOption }) };
  }
  const none = 'there is no terminal to ask on';
  const otherwise: Hint = withCode
    ? { say: `${none}; with a code`, run: withCode }
    : { say: `${none}: run it in a terminal, or set mfa_process in config.yaml` };
  return { areTyped: !isGiven, next: (why) => promptForCode(why, { serial, otherwise }, streams) };
}

const NOT_TAKEN = 'AWS did not accept this code. Each works once: wait for the next on the device.';

async function promptForCode(
  why: XacctError,
  { serial, otherwise }: { serial: string; otherwise: Hint },
  { stdin, stderr }: Streams,
): Promise<string> {
  if (!isTerminal(stdin)) {
    throw new XacctError(why.code, why.message, { hint: otherwise });
  }
  if (why.code === 'mfa-rejected') stderr.write(`${NOT_TAKEN}\n`);
  const { isCancel, password } = await import('@clack/prompts');
  const code = await password({
    message: printable(`MFA code of ${serial}`),
    validate: (value) => (typedCode(value ?? '') === undefined ? 'It is six digits.' : undefined),
    input: stdin,
    // stdout is for the command's result.
    output: stderr,
  });
  if (isCancel(code)) throw new XacctError('cancelled', 'cancelled: no code was given');
  return typedCode(code) ?? code;
}

/** A person may have to touch a hardware key. AWS rejects a code after about this time. */
const PROCESS_DEADLINE_MS = 120_000;

/** Runs the user's own command line with the system's shell. */
async function runMfaProcess(
  command: string,
  { serial, env, orOption }: { serial: string; env: MfaSources['env']; orOption: string },
): Promise<string> {
  const child = spawn(command, {
    shell: true,
    env: { ...childEnvironment(env), MFA_SERIAL: serial },
    stdio: ['inherit', 'pipe', 'inherit'],
    timeout: PROCESS_DEADLINE_MS,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve);
  });
  const [status, output] = await Promise.all([ended, readText(child.stdout)]);
  const code = typedCode(output);
  if (status === 0 && code !== undefined) return code;
  const how = status === 0 ? 'did not print six digits' : `ended with status ${status ?? 'none'}`;
  throw new XacctError('process-failed', `mfa_process ${how}`, {
    hint: { say: `to see it fail, run the mfa_process of config.yaml by hand${orOption}` },
  });
}
