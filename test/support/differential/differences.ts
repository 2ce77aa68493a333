// Owns the differences from the AWS CLI that are meant; docs/aws-cli-differences.md has the same rows.

export interface Difference {
  /** What it is about, as the first column of the table has it. */
  readonly subject: string;
  readonly aws: string;
  readonly ours: string;
  readonly reason: string;
}

const DIFFERENCES = {} satisfies Record<string, Difference>;

export type DifferenceName = string;

export const differences: Readonly<Record<string, Difference>> = DIFFERENCES;
