// Principals as policies and errors write them: accounts, roles, users, and the unique IDs of deleted ones.
import { isPartition, type Partition } from '../registry/ecr-hostname.ts';

/** The service that pulls for functions, in every partition. */
export const LAMBDA_SERVICE = 'lambda.amazonaws.com';

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
export function isOrganizationId(text: string): boolean {
  return /^o-[a-z0-9]{10,32}$/.test(text);
}

/** The account of a principal that is a whole account: `444455556666` or its root's ARN; undefined for all others. */
export function wholeAccount(principal: string): string | undefined {
  return /^(?:(?=\d{12}$)|arn:[a-z-]+:iam::(?=\d{12}:root$))(\d{12})/.exec(principal)?.[1];
}

/** The account of any principal that contains one. */
export function accountOf(principal: string): string | undefined {
  return wholeAccount(principal) ?? /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];
}

/** Whether both mean the same: for AWS, an account's ID and its root's ARN are equal. */
export function samePrincipal(left: string, right: string): boolean {
  return canonicalPrincipal(left) === canonicalPrincipal(right);
}

export function canonicalPrincipal(principal: string): string {
  return wholeAccount(principal) ?? principal;
}

/**
 * AWS replaces the ARN of a deleted role or user with its unique ID; a new one with the same name has another ID.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function isUniqueId(principal: string): boolean {
  return /^A[A-Z0-9]{15,}$/.test(principal);
}

/** Whether it is an account, a role, a user, or the unique ID that AWS may replace one with. */
export function isPlainPrincipal(principal: string): boolean {
  return (
    wholeAccount(principal) !== undefined ||
    isUniqueId(principal) ||
    /^arn:[a-z-]+:iam::\d{12}:(?:role|user)\/[^*?]+$/.test(principal)
  );
}

/** Whether it is one session of that role: a statement may name a session, although it expires. */
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

/** The identity behind an ARN: for a role, without regard to the session. Names have no path. */
export type Principal =
  | {
      kind: 'role';
      name: string;
      account: string;
      partition: Partition;
      /** Undefined in the role's own ARN. */
      session: string | undefined;
      /** Of IAM Identity Center: only that can change such a role. */
      permissionSet: string | undefined;
    }
  | { kind: 'user' | 'federated-user'; name: string; account: string; partition: Partition }
  | { kind: 'root'; account: string; partition: Partition };

const PRINCIPAL =
  /^arn:(?<partition>[\w-]+):(?:sts|iam)::(?<account>\d{12}):(?<type>root|assumed-role|role|user|federated-user)(?:\/(?<path>[!-~]+))?$/;

/** Undefined for other ARNs. */
export function principalOf(arn: string): Principal | undefined {
  const { partition = '', account = '', type, path = '' } = PRINCIPAL.exec(arn)?.groups ?? {};
  if (type === undefined || !isPartition(partition)) return undefined;
  if (type === 'root') return path === '' ? { kind: 'root', account, partition } : undefined;
  const names = path.split('/');
  // The ARN of a session has no role path, and a session name has no slash.
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
