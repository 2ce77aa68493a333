// What a grant gives: to whom, on which repositories, and whether they may push.
import type { Partition } from '../registry/ecr-hostname.ts';

/** Who gets access from a policy. */
export type Grantee =
  /** Every principal of the account that its own administrators allow. Twelve digits. */
  | { kind: 'account'; account: string }
  /** One role or user, by its ARN (`arn:aws:iam::444455556666:role/ci`). */
  | { kind: 'principal'; type: 'role' | 'user'; arn: string; account: string }
  /** Every account of an AWS organization (`o-…`), by `aws:PrincipalOrgID`. */
  | { kind: 'organization'; id: string }
  /** The Lambda functions of an account, for which the service itself pulls, and the account, which creates them. */
  | { kind: 'lambda'; account: string };

/** The repositories of a grant, in an account's registry of one region. */
export interface Target {
  account: string;
  region: string;
  partition: Partition;
  /**
   * `repository`: the one with this name, by its own policy. `prefix`: all whose names begin with it (all of them if it
   * is empty), by the registry's policy.
   */
  kind: 'repository' | 'prefix';
  name: string;
}

export interface Access {
  grantees: readonly Grantee[];
  target: Target;
  /** Push as well as pull. */
  push: boolean;
}
