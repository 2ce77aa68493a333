// What a grant gives: to whom, on what, and whether they may push.
import type { Partition } from '../registry/ecr-hostname.ts';

/** Whom a policy lets in. */
export type Grantee =
  /** Every principal of the account that its own administrators allow. Twelve digits. */
  | { kind: 'account'; account: string }
  /** One role or user, by its ARN (`arn:aws:iam::444455556666:role/ci`). */
  | { kind: 'principal'; type: 'role' | 'user'; arn: string; account: string }
  /** Every account of an AWS organization (`o-…`), by `aws:PrincipalOrgID`. */
  | { kind: 'organization'; id: string }
  /** The Lambda functions of an account, which the service itself pulls for; and the account, which makes them. */
  | { kind: 'lambda'; account: string };

/** The repositories that access is to: of the account's registry in the region, or of one of its repositories. */
export interface Target {
  account: string;
  region: string;
  partition: Partition;
  /**
   * `repository`: one, by its name; it has a policy of its own. `prefix`: all whose name begins with it (all there are where
   * it is empty), by the registry's policy.
   */
  kind: 'repository' | 'prefix';
  name: string;
}

export interface Access {
  grantees: readonly Grantee[];
  target: Target;
  /** Besides pulling. */
  push: boolean;
}
