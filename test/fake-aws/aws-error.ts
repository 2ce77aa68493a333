// A refusal by the fake AWS, before a protocol has put it into words.

export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error on the wire; of JSON only. */
  readonly members: Readonly<Record<string, string>>;

  constructor(code: string, status: number, message: string, members: Record<string, string> = {}) {
    super(message);
    this.members = members;
    this.code = code;
    this.status = status;
  }
}
