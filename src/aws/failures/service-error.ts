// What AWS answers with when it refuses: errors as the SDK throws them, and which role it was about.

/** An error that AWS answered with; `name` is its code. */
export interface ServiceError extends Error {
  $metadata: { httpStatusCode?: number; requestId?: string };
  $response?: { headers?: Record<string, string> };
}

/** An answer that could not be parsed has `$metadata` too, but no `$fault`. */
export function serviceError(error: unknown): ServiceError | undefined {
  return error instanceof Error && '$metadata' in error && '$fault' in error
    ? (error as ServiceError)
    : undefined;
}

/** What failed while a role was being assumed: `cause` is AWS's error. */
export class AssumeRoleError extends Error {
  readonly roleArn: string;

  constructor(roleArn: string, cause: unknown) {
    super(`AssumeRole ${roleArn}`, { cause });
    this.roleArn = roleArn;
  }
}

/** What failed while a session of `aws sso login` was used: `cause` is the service's error, or why its file is of no use. */
export class SessionError extends Error {}

/** A leaf gave what are no keys. */
export class NoKeysError extends Error {}
