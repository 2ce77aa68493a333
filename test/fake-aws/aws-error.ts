// An error of the fake AWS, before a protocol has serialized it.

export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the serialized error; only in JSON. */
  readonly members: Readonly<Record<string, string>>;

  constructor(code: string, status: number, message: string, members: Record<string, string> = {}) {
    super(message);
    this.members = members;
    this.code = code;
    this.status = status;
  }
}
