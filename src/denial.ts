// An access that AWS denied, as data: the principal, the action, the resource, and the policy that denies it.

/** AWS's own terms. */
export type PolicyType = (typeof POLICY_TYPES)[number];

/** AWS reports one reason at a time, so there may be others. */
export interface Denial {
  /** ARN. */
  principal: string;
  /** As in `ecr:BatchGetImage`. */
  action: string;
  /** An ARN or `*`; undefined if AWS's text has none. */
  resource: string | undefined;
  /** True for a `Deny` of a policy; false if no policy allows the action. */
  isExplicit: boolean;
  /** Undefined if AWS's text gives no reason, as for callers of another organization. */
  policyType: PolicyType | undefined;
  /** The policy with the `Deny`. */
  policyArn: string | undefined;
}

export const POLICY_TYPES = [
  'identity-based policy',
  'resource-based policy',
  'permissions boundary',
  'session policy',
  'service control policy',
  'resource control policy',
  'VPC endpoint policy',
  'role trust policy',
] as const;
