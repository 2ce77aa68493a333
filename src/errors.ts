// The one error type of the program: what failed, what fixes it, and a code to compare.
import type { Denial } from './denial.ts';
import { changedHint, type Hint, hintLines, hintText } from './hint.ts';
import { withoutUserinfo } from './userinfo.ts';

/** What a code means to those who go on after a failure, or wait for its end. */
interface ErrorKind {
  /**
   * Whose failure it is: of this `identity` alone, so that another may do better, or likewise of a `profile` that its message
   * names; of the `way` to AWS, which every identity shares; of what its message has `named` besides; or of none of these.
   */
  of: 'identity' | 'profile' | 'way' | 'named' | 'none';
  /** Whether it may pass with nothing done. */
  passes: boolean;
  /** By signing in anew, by the caller in another way, or by AWS, the network or an administrator: not within a moment. */
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

/** AWS quotes whole policies; what a hostile endpoint or program sends is not kept, carried and searched at any length. */
const MAX_MESSAGE_CHARACTERS = 8_192;

/** A failure: what failed, for which hostname or profile, and what fixes it. */
export class XacctError extends Error {
  /** By name: each of the built files has a copy of this class, and an error may cross from one to another. */
  static override [Symbol.hasInstance](value: unknown): value is XacctError {
    return value instanceof Error && value.name === 'XacctError';
  }

  override readonly name = 'XacctError';
  readonly code: ErrorCode;
  readonly hint: Hint | undefined;
  /** What AWS said, where it denied access and said of what. */
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

  /** The same failure, and what fixes it, under another message. */
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

  /** The same failure of something, as in `HOSTNAME: MESSAGE`. */
  prefixed(what: string): XacctError {
    return this.reworded(`${what}: ${this.message}`);
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

/** The same at once. */
export function attempt<T>(look: () => T): T | XacctError {
  try {
    return look();
  } catch (error) {
    if (error instanceof XacctError) return error;
    throw error;
  }
}

/** An error on its way from one process to another. */
export interface ErrorFields {
  code: ErrorCode;
  message: string;
  hint?: Hint;
  denial?: Denial;
}

export function errorFields({ code, message, hint, denial }: XacctError): ErrorFields {
  return { code, message, ...(hint && { hint }), ...(denial && { denial }) };
}

/** `hint` is text where the other process is a daemon of an earlier build. */
export function errorFrom(fields: Omit<ErrorFields, 'hint'> & { hint?: Hint | string }): XacctError {
  const { code, message, hint, denial } = fields;
  return new XacctError(code, message, { hint: typeof hint === 'string' ? { say: hint } : hint, denial });
}

const MAX_LINE_CHARACTERS = 1_200;

/** As much of a text as is looked at: what becomes shorter on the way (line breaks) can still fill the line. */
const MAX_LOOKED_AT = 16 * MAX_LINE_CHARACTERS;

/**
 * Makes text from outside fit for a terminal and for one line: line breaks become spaces, other control and
 * formatting characters (terminal escapes, bidirectional overrides) become visible `\u{…}`, the userinfo of URLs becomes `***`,
 * and overlong text is cut.
 */
export function printable(text: string): string {
  const line = withoutUserinfo(text.slice(0, MAX_LOOKED_AT))
    // Not `\s*[\r\n]+\s*`, which begins anew at every blank of a run.
    .replace(/\s+/g, (blanks) => (/[\r\n]/.test(blanks) ? ' ' : blanks))
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
      return `\\u{${character.codePointAt(0)?.toString(16)}}`;
    });
  if (line.length <= MAX_LINE_CHARACTERS && text.length <= MAX_LOOKED_AT) return line;
  // By code points: half a surrogate pair is no character.
  return `${[...line].slice(0, MAX_LINE_CHARACTERS).join('')}…`;
}

/** The one line of it that Docker shows, and logs: `ecr-xacct: MESSAGE; HINT`. */
export function errorLine(error: unknown): string {
  return `ecr-xacct: ${errorText(error)}`;
}

/** For people: the message, and below it what to do, with each command on a line of its own. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof XacctError) || error.hint === undefined) return [errorLine(error)];
  const { message, hint } = error;
  return [`ecr-xacct: ${printable(message)}`, ...hintLines(changedHint(hint, printable))];
}

const FAILED = 1;
/** A prompt that Ctrl-C ends is to a shell as a program that SIGINT ends. */
const STATUS: Partial<Record<ErrorCode, number>> = { usage: 2, cancelled: 130 };

/** With which a command ends that fails so. */
export function statusOf(error: unknown): number {
  return error instanceof XacctError ? (STATUS[error.code] ?? FAILED) : FAILED;
}

/** The same without the program's name: `MESSAGE; HINT`. */
export function errorText(error: unknown): string {
  if (error instanceof XacctError) {
    // Each for itself: a message that is cut leaves the hint whole.
    const { message, hint } = error;
    return `${printable(message)}${hint === undefined ? '' : `; ${printable(hintText(hint))}`}`;
  }
  return printable(`internal error: ${error instanceof Error ? error.message : String(error)}`);
}
