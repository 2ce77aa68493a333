// The errors with which AWS refuses, as the SDK throws them, and the role that they are about.

/** An error that AWS answered with; `name` is its code. */
export interface ServiceError extends Error {
  $metadata: { httpStatusCode?: number; requestId?: string };
  $response?: { headers?: Record<string, string> };
}

/** Undefined for an answer that could not be parsed: it has `$metadata` too, but no `$fault`. */
export function serviceError(error: unknown): ServiceError | undefined {
  return error instanceof Error && '$metadata' in error && '$fault' in error
    ? (error as ServiceError)
    : undefined;
}

/** A failure to assume a role: `cause` is AWS's error. */
export class AssumeRoleError extends Error {
  readonly roleArn: string;

  constructor(roleArn: string, cause: unknown) {
    super(`AssumeRole ${roleArn}`, { cause });
    this.roleArn = roleArn;
  }
}

/** A failure to use a session of `aws sso login`: `cause` is the service's error, or why the file cannot be used. */
export class SessionError extends Error {}

/** A provider's credentials lack a key. */
export class NoKeysError extends Error {}
