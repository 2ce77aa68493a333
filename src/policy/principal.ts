// Principals as policies and refusals write them: an account in two ways, roles, users, and the IDs that are left of deleted ones.
import { isPartition, type Partition } from '../registry/ecr-hostname.ts';

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
  const [session, role] = [principalOf(principal), principalOf(roleArn)];
  return (
    session?.kind === 'role' &&
    role?.kind === 'role' &&
    session.session !== undefined &&
    role.session === undefined &&
    session.account === role.account &&
    session.name === role.name
  );
}

/** Who is behind an ARN: a role whatever its session is called. Names are without their path. */
export type Principal =
  | {
      kind: 'role';
      name: string;
      account: string;
      partition: Partition;
      /** Undefined in the role's own ARN. */
      session: string | undefined;
      /** Of IAM Identity Center, which alone may change such a role. */
      permissionSet: string | undefined;
    }
  | { kind: 'user' | 'federated-user'; name: string; account: string; partition: Partition }
  | { kind: 'root'; account: string; partition: Partition };

const PRINCIPAL =
  /^arn:(?<partition>[\w-]+):(?:sts|iam)::(?<account>\d{12}):(?<type>root|assumed-role|role|user|federated-user)(?:\/(?<path>[!-~]+))?$/;

/** Undefined for what is the ARN of no such principal. */
export function principalOf(arn: string): Principal | undefined {
  const { partition = '', account = '', type, path = '' } = PRINCIPAL.exec(arn)?.groups ?? {};
  if (type === undefined || !isPartition(partition)) return undefined;
  if (type === 'root') return path === '' ? { kind: 'root', account, partition } : undefined;
  const names = path.split('/');
  // A session's ARN is without the role's path, and its own name has no slash.
  const isSession = type === 'assumed-role';
  const name = (isSession ? names[0] : names.at(-1)) ?? '';
  if (name === '' || (isSession && names.length !== 2)) return undefined;
  if (type === 'user' || type === 'federated-user') return { kind: type, name, account, partition };
  return {
    kind: 'role',
    name,
    account,
    partition,
    session: isSession ? names[1] : undefined,
    permissionSet: /^AWSReservedSSO_(?<set>.+)_[0-9a-f]{16}$/.exec(name)?.groups?.set,
  };
}
