// The one error type of the program: what failed, the command that mends it, and a code to compare.
import { powershellHint } from './powershell-hint.ts';

export type ErrorCode =
  | 'access-denied'
  | 'assume-role-denied'
  | 'cancelled'
  | 'clock-skew'
  | 'config-invalid'
  | 'credentials-expired'
  | 'credentials-invalid'
  | 'daemon'
  | 'docker-config'
  | 'file-access'
  | 'internal'
  | 'login-expired'
  | 'mfa-rejected'
  | 'mfa-required'
  | 'network'
  | 'no-identity'
  | 'policy'
  | 'principal-not-found'
  | 'process-failed'
  | 'profile-cycle'
  | 'profile-incomplete'
  | 'profile-missing'
  | 'protocol'
  | 'proxy'
  | 'repository-not-found'
  | 'service'
  | 'socket-unsafe'
  | 'sso-expired'
  | 'throttled'
  | 'timeout'
  | 'tls'
  | 'usage'
  | 'web-identity';

/** `hint` says what mends it, ideally one command; it is printed after the message. */
export class XacctError extends Error {
  /** By name: each of the built files has a copy of this class, and an error may cross from one to another. */
  static override [Symbol.hasInstance](value: unknown): value is XacctError {
    return value instanceof Error && value.name === 'XacctError';
  }

  override readonly name = 'XacctError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** What it brings, or the error of ours that it ends with: for those who go on with either. Throws every other error. */
export async function orError<T>(look: () => T | Promise<T>): Promise<T | XacctError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof XacctError) return error;
    throw error;
  }
}

/** An error on its way from one process to another. */
export interface ErrorFields {
  code: ErrorCode;
  message: string;
  hint?: string;
}

export function errorFields({ code, message, hint }: XacctError): ErrorFields {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

export function errorFrom({ code, message, hint }: ErrorFields): XacctError {
  return new XacctError(code, message, { hint });
}

const MAX_LINE_CHARACTERS = 1_200;

/**
 * Makes text from outside fit for a terminal and for one line: line breaks become spaces, other control and
 * formatting characters (terminal escapes, bidirectional overrides) become visible `\u{…}`, and overlong text is cut.
 */
export function printable(text: string): string {
  const line = text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
      return `\\u{${character.codePointAt(0)?.toString(16)}}`;
    });
  if (line.length <= MAX_LINE_CHARACTERS) return line;
  // By code points: half a surrogate pair is no character.
  return `${[...line].slice(0, MAX_LINE_CHARACTERS).join('')}…`;
}

/** A value as one word of a POSIX shell (on Windows, of PowerShell), for the command in a hint. */
export function shellWord(text: string): string {
  const isWindows = process.platform === 'win32';
  const [plain, quote] = isWindows ? [/^[\w+=:./\\-]+$/, "''"] : [/^[\w@%+=:,./-]+$/, "'\\''"];
  return plain.test(text) ? text : `'${text.replaceAll("'", quote)}'`;
}

/** The error as the one line a person reads: `ecr-xacct: MESSAGE; HINT`. */
export function errorLine(error: unknown): string {
  return `ecr-xacct: ${errorText(error)}`;
}

/** The same without the program's name: `MESSAGE; HINT`. */
export function errorText(error: unknown): string {
  if (error instanceof XacctError) {
    // Each for itself: a message that is cut leaves the hint whole.
    const hint = process.platform === 'win32' ? powershellHint(error.hint ?? '') : (error.hint ?? '');
    return `${printable(error.message)}${hint === '' ? '' : `; ${printable(hint)}`}`;
  }
  return printable(`internal error: ${error instanceof Error ? error.message : String(error)}`);
}
