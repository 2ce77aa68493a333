// An access denied by AWS, as data: who may not do what to which resource, and whose policy says so.

/** In the words of AWS. */
export type PolicyType = (typeof POLICY_TYPES)[number];

/** Of several reasons AWS names one at a time: there may be another behind it. */
export interface Denial {
  /** ARN. */
  principal: string;
  /** As in `ecr:BatchGetImage`. */
  action: string;
  /** An ARN or `*`; undefined where the text has none. */
  resource: string | undefined;
  /** A `Deny` of a policy; otherwise nothing allows it. */
  isExplicit: boolean;
  /** Undefined where the text gives no reason, as to callers of another organization. */
  policyType: PolicyType | undefined;
  /** Of the policy with the `Deny`. */
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
