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
