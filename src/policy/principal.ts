// Principals as policies write them: an account in two ways, roles, users, and the IDs that are left of deleted ones.

/** The service that pulls for functions, in every partition. */
export const LAMBDA_SERVICE = 'lambda.amazonaws.com';

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
export function isOrganizationId(text: string): boolean {
  return /^o-[a-z0-9]{10,32}$/.test(text);
}

/** The account that a principal names as a whole: `444455556666` or its root's ARN; undefined for every other principal. */
export function wholeAccount(principal: string): string | undefined {
  return /^(?:(?=\d{12}$)|arn:[a-z-]+:iam::(?=\d{12}:root$))(\d{12})/.exec(principal)?.[1];
}

/** The account of any principal that says it. */
export function accountOf(principal: string): string | undefined {
  return wholeAccount(principal) ?? /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];
}

/** Whether both mean the same: AWS takes an account's ID and its root's ARN for one. */
export function samePrincipal(left: string, right: string): boolean {
  return canonicalPrincipal(left) === canonicalPrincipal(right);
}

export function canonicalPrincipal(principal: string): string {
  return wholeAccount(principal) ?? principal;
}

/**
 * What AWS writes instead of the ARN of a role or a user that was deleted; a new one of that name has another.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function isUniqueId(principal: string): boolean {
  return /^A[A-Z0-9]{15,}$/.test(principal);
}

/** Of an account, a role or a user: what a grant may write, and AWS may leave of it. */
export function isPlainPrincipal(principal: string): boolean {
  return (
    wholeAccount(principal) !== undefined ||
    isUniqueId(principal) ||
    /^arn:[a-z-]+:iam::\d{12}:(?:role|user)\/[^*?]+$/.test(principal)
  );
}

/** Whether it is one session of that role: a statement may name it, though it ends. */
export function isSessionOf(principal: string, roleArn: string): boolean {
  const [, account, name] = /^arn:[a-z-]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(principal) ?? [];
  const [, ofAccount, ofName] = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
  return account !== undefined && account === ofAccount && name === ofName;
}
