// The one error type of the program: what failed, what fixes it, and a code to compare.
import type { Denial } from './denial.ts';
import { changedHint, type Hint, hintLines, hintText } from './hint.ts';
import { withoutUserinfo } from './userinfo.ts';

/** What an error code means to a caller that continues after the failure or waits for its end. */
interface ErrorKind {
  /**
   * What the failure is about. `identity`: only this identity, so another may succeed. `profile`: a profile that its
   * message names. `way`: the connection to AWS, which every identity shares. `named`: something else that its message
   * names. `none`: none of these.
   */
  of: 'identity' | 'profile' | 'way' | 'named' | 'none';
  /** Whether the failure may pass without a fix. */
  passes: boolean;
  /**
   * How it is fixed: by a new sign-in, by the caller in another way, or by AWS, the network or an administrator, which
   * takes longer.
   */
  fixedBy: 'sign-in' | 'self' | 'other';
}

const KINDS = {
  'access-denied': { of: 'identity', passes: false, fixedBy: 'other' },
  'assume-role-denied': { of: 'identity', passes: false, fixedBy: 'other' },
  cancelled: { of: 'none', passes: false, fixedBy: 'self' },
  'clock-skew': { of: 'none', passes: false, fixedBy: 'self' },
  'config-invalid': { of: 'none', passes: false, fixedBy: 'self' },
  'credentials-expired': { of: 'identity', passes: false, fixedBy: 'self' },
  'credentials-invalid': { of: 'identity', passes: false, fixedBy: 'self' },
  daemon: { of: 'named', passes: false, fixedBy: 'self' },
  declined: { of: 'none', passes: false, fixedBy: 'self' },
  'docker-config': { of: 'none', passes: false, fixedBy: 'self' },
  'file-access': { of: 'none', passes: false, fixedBy: 'self' },
  internal: { of: 'none', passes: false, fixedBy: 'self' },
  limit: { of: 'none', passes: true, fixedBy: 'self' },
  'login-expired': { of: 'identity', passes: false, fixedBy: 'sign-in' },
  'mfa-rejected': { of: 'identity', passes: false, fixedBy: 'self' },
  'mfa-required': { of: 'identity', passes: false, fixedBy: 'sign-in' },
  network: { of: 'way', passes: true, fixedBy: 'other' },
  'no-identity': { of: 'identity', passes: false, fixedBy: 'self' },
  policy: { of: 'none', passes: false, fixedBy: 'self' },
  'principal-not-found': { of: 'none', passes: false, fixedBy: 'self' },
  'process-failed': { of: 'identity', passes: false, fixedBy: 'self' },
  'profile-cycle': { of: 'profile', passes: false, fixedBy: 'self' },
  'profile-empty': { of: 'profile', passes: false, fixedBy: 'self' },
  'profile-incomplete': { of: 'profile', passes: false, fixedBy: 'self' },
  'profile-missing': { of: 'profile', passes: false, fixedBy: 'self' },
  'profiles-invalid': { of: 'named', passes: false, fixedBy: 'self' },
  protocol: { of: 'none', passes: false, fixedBy: 'self' },
  proxy: { of: 'way', passes: true, fixedBy: 'self' },
  'repository-not-found': { of: 'none', passes: false, fixedBy: 'self' },
  service: { of: 'identity', passes: true, fixedBy: 'other' },
  'socket-unsafe': { of: 'named', passes: false, fixedBy: 'self' },
  'sso-expired': { of: 'identity', passes: false, fixedBy: 'sign-in' },
  throttled: { of: 'none', passes: true, fixedBy: 'other' },
  timeout: { of: 'way', passes: true, fixedBy: 'other' },
  tls: { of: 'way', passes: false, fixedBy: 'self' },
  usage: { of: 'named', passes: false, fixedBy: 'self' },
  'web-identity': { of: 'identity', passes: false, fixedBy: 'self' },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof KINDS;

/** AWS quotes whole policies. A text of a hostile endpoint or program must not be kept and searched at any length. */
const MAX_MESSAGE_CHARACTERS = 8_192;

/** A failure: what failed, for which hostname or profile, and what fixes it. */
export class XacctError extends Error {
  /**
   * Compares the name, because each of the built files has a copy of this class, and an error may cross between them.
   */
  static override [Symbol.hasInstance](value: unknown): value is XacctError {
    return value instanceof Error && value.name === 'XacctError';
  }

  override readonly name = 'XacctError';
  readonly code: ErrorCode;
  readonly hint: Hint | undefined;
  /** AWS's report, if AWS denied access and named the action. */
  readonly denial: Denial | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: Hint | undefined; denial?: Denial | undefined; cause?: unknown } = {},
  ) {
    super(
      withoutUserinfo(message.slice(0, MAX_MESSAGE_CHARACTERS)),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.hint = options.hint && changedHint(options.hint, withoutUserinfo);
    this.denial = options.denial;
  }

  get kind(): ErrorKind {
    return KINDS[this.code];
  }

  /** The same failure and hint with another message. */
  reworded(message: string, hint = this.hint): XacctError {
    return new XacctError(this.code, message, { hint, denial: this.denial, cause: this });
  }

  /** The same failure with each of its texts changed. */
  withTexts(change: (text: string) => string): XacctError {
    const { message, hint, denial } = this;
    return new XacctError(this.code, change(message), {
      hint: hint && changedHint(hint, change),
      denial: denial && {
        ...denial,
        principal: change(denial.principal),
        action: change(denial.action),
        resource: denial.resource && change(denial.resource),
        policyArn: denial.policyArn && change(denial.policyArn),
      },
      cause: this.cause,
    });
  }

  /** The same failure with a prefix, as in `HOSTNAME: MESSAGE`. */
  prefixed(what: string): XacctError {
    return this.reworded(`${what}: ${this.message}`);
  }
}

/** The result, or an XacctError as a value, for a caller that continues with either. Throws every other error. */
export async function orError<T>(look: () => T | Promise<T>): Promise<T | XacctError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof XacctError) return error;
    throw error;
  }
}

/** The same for a synchronous call. */
export function attempt<T>(look: () => T): T | XacctError {
  try {
    return look();
  } catch (error) {
    if (error instanceof XacctError) return error;
    throw error;
  }
}

/** The fields of an error that goes from one process to another. */
export interface ErrorFields {
  code: ErrorCode;
  message: string;
  hint?: Hint;
  denial?: Denial;
}

export function errorFields({ code, message, hint, denial }: XacctError): ErrorFields {
  return { code, message, ...(hint && { hint }), ...(denial && { denial }) };
}

/** `hint` is text if the other process is a daemon of an earlier build. */
export function errorFrom(fields: Omit<ErrorFields, 'hint'> & { hint?: Hint | string }): XacctError {
  const { code, message, hint, denial } = fields;
  return new XacctError(code, message, { hint: typeof hint === 'string' ? { say: hint } : hint, denial });
}

const MAX_LINE_CHARACTERS = 1_200;

/** How much of a text is read: enough to fill the line even if line breaks make it shorter. */
const MAX_LOOKED_AT = 16 * MAX_LINE_CHARACTERS;

/**
 * Makes foreign text safe for a terminal and for one line: line breaks become spaces, other control and formatting
 * characters (terminal escapes, bidirectional overrides) become visible `\u{…}`, the userinfo of URLs becomes `***`,
 * and a long text is cut.
 */
export function printable(text: string): string {
  const line = withoutUserinfo(text.slice(0, MAX_LOOKED_AT))
    // Not `\s*[\r\n]+\s*`, which starts again at every blank of a run.
    .replace(/\s+/g, (blanks) => (/[\r\n]/.test(blanks) ? ' ' : blanks))
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
      return `\\u{${character.codePointAt(0)?.toString(16)}}`;
    });
  if (line.length <= MAX_LINE_CHARACTERS && text.length <= MAX_LOOKED_AT) return line;
  // By code points, so that a surrogate pair is not split.
  return `${[...line].slice(0, MAX_LINE_CHARACTERS).join('')}…`;
}

/** The one line that Docker shows and logs: `ecr-xacct: MESSAGE; HINT`. */
export function errorLine(error: unknown): string {
  return `ecr-xacct: ${errorText(error)}`;
}

/** For people: the message, and below it the fix, with each command on a line of its own. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof XacctError) || error.hint === undefined) return [errorLine(error)];
  const { message, hint } = error;
  return [`ecr-xacct: ${printable(message)}`, ...hintLines(changedHint(hint, printable))];
}

const FAILED = 1;
/** 130 is the status of a program that SIGINT ends: Ctrl-C at a prompt has the same meaning. */
const STATUS: Partial<Record<ErrorCode, number>> = { usage: 2, cancelled: 130 };

/** The exit status of a command that fails with this error. */
export function statusOf(error: unknown): number {
  return error instanceof XacctError ? (STATUS[error.code] ?? FAILED) : FAILED;
}

/** The same without the program's name: `MESSAGE; HINT`. */
export function errorText(error: unknown): string {
  if (error instanceof XacctError) {
    // Each is cut on its own, so that a long message does not cut the hint.
    const { message, hint } = error;
    return `${printable(message)}${hint === undefined ? '' : `; ${printable(hintText(hint))}`}`;
  }
  return printable(`internal error: ${error instanceof Error ? error.message : String(error)}`);
}
