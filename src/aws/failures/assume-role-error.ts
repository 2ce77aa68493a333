// Says which role it was that could not be assumed; apart from what assumes it, which loads STS.

/** What failed while a role was being assumed: `cause` is AWS's error. */
export class AssumeRoleError extends Error {
  readonly roleArn: string;

  constructor(roleArn: string, cause: unknown) {
    super(`AssumeRole ${roleArn}`, { cause });
    this.roleArn = roleArn;
  }
}
