// Parses a grantee as a person types it, and says why a text is no principal.
import { XacctError } from '../errors.ts';
import { command, type Hint } from '../hint.ts';
import type { Partition } from '../registry/ecr-hostname.ts';
import type { Grantee } from './access.ts';
import { isOrganizationId, isUniqueId } from './principal.ts';

const ACCOUNT = /^\d{12}$/;
const ARN =
  /^arn:(?<partition>[^:]*):(?<service>[^:]*):(?<region>[^:]*):(?<account>[^:]*):(?<resource>[\s\S]*)$/;
/**
 * An IAM role or user: a path of printable ASCII, then the name.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
 */
const ROLE_OR_USER = /^(?<type>role|user)\/(?<path>[!-~]+\/)?(?<name>[\w+=,.@-]{1,128})$/;
/** IAM Identity Center creates these roles, below its own path. */
const SSO_ROLE = /^AWSReservedSSO_/;

interface Arn {
  partition: string;
  service: string;
  account: string;
  resource: string;
}

/**
 * Parses an account, an ARN of an account, a role or a user, `org:o-…` or `lambda:ACCOUNT`. `partition` is the
 * registry's: other partitions cannot get access.
 * @throws XacctError `usage`, which says what to write instead.
 */
export function parseGrantee(text: string, partition: Partition): Grantee {
  if (ACCOUNT.test(text)) return { kind: 'account', account: text };
  const arn = ARN.exec(text)?.groups;
  if (arn !== undefined) {
    const { partition: of = '', service = '', account = '', resource = '' } = arn;
    return parseArn(text, { partition: of, service, account, resource }, partition);
  }
  const [, kind, rest = ''] = /^(org|lambda):([\s\S]*)$/.exec(text) ?? [];
  if (kind === 'org') return parseOrganization(text, rest);
  if (kind === 'lambda') {
    if (ACCOUNT.test(rest)) return { kind: 'lambda', account: rest };
    throw noGrantee(`${text} names no account: it has twelve digits`, 'write lambda:444455556666');
  }
  throw notUnderstood(text, partition);
}

/** What a person types for the grantee. */
export function describeGrantee(grantee: Grantee): string {
  switch (grantee.kind) {
    case 'account':
      return grantee.account;
    case 'principal':
      return grantee.arn;
    case 'organization':
      return `org:${grantee.id}`;
    case 'lambda':
      return `lambda:${grantee.account}`;
  }
}

function parseArn(text: string, arn: Arn, partition: Partition): Grantee {
  const { account, resource } = arn;
  if (/[*?]/.test(text)) {
    throw noGrantee(
      `${text} has a wildcard, which AWS does not accept in a principal`,
      'name an account, each role by itself, or org:o-…',
    );
  }
  if (arn.partition !== partition) {
    throw noGrantee(
      `${text} is in the partition ${arn.partition || '(none)'}, the registry is in ${partition}`,
      `only those of ${partition} can be let in: arn:${partition}:iam::…`,
    );
  }
  if (arn.service === 'sts') throw session(text, arn, partition);
  if (arn.service !== 'iam') throw otherService(text, arn);
  if (!ACCOUNT.test(account)) {
    throw noGrantee(
      `${text} names no account: it has twelve digits`,
      `write arn:${partition}:iam::ACCOUNT:…`,
    );
  }
  if (resource === 'root') return { kind: 'account', account };
  if (resource.startsWith('group/')) {
    throw noGrantee(`${text} is a group, which cannot be a principal`, `name its users, or ${account}`);
  }
  const { type, path, name = '' } = ROLE_OR_USER.exec(resource)?.groups ?? {};
  if (type !== 'role' && type !== 'user') {
    throw noGrantee(
      `${text} is neither an account nor a role nor a user`,
      `write arn:${partition}:iam::${account}:role/NAME, or ${account}`,
    );
  }
  if (type === 'role' && path === undefined && SSO_ROLE.test(name)) throw lacksPath(text, name);
  return { kind: 'principal', type, arn: text, account };
}

function session(text: string, { account, resource }: Arn, partition: Partition): XacctError {
  const [, name] = /^assumed-role\/([\w+=,.@-]+)(?:\/|$)/.exec(resource) ?? [];
  if (name === undefined) {
    return noGrantee(
      `${text} is a session, which expires`,
      `name the user's ARN, or the account: ${account}`,
    );
  }
  if (SSO_ROLE.test(name)) return lacksPath(text, name);
  return noGrantee(
    `${text} is one session of a role, which expires`,
    `write the role: arn:${partition}:iam::${account}:role/${name}`,
  );
}

function lacksPath(text: string, name: string): XacctError {
  return noGrantee(`${text} lacks the path of the role, which IAM Identity Center made`, {
    say: 'its ARN comes from:',
    run: command`aws iam get-role --role-name ${name} --query Role.Arn`,
  });
}

function otherService(text: string, { service, account, resource }: Arn): XacctError {
  const [, organization = ''] = /^organization\/(.*)$/.exec(resource) ?? [];
  const [, parent] = /^(root|ou)\//.exec(resource) ?? [];
  if (service === 'organizations' && isOrganizationId(organization)) {
    return noGrantee(`${text} is no principal`, `write org:${organization}`);
  }
  if (service === 'organizations' && parent !== undefined) return partOfOrganization(text);
  if (service === 'lambda' && ACCOUNT.test(account)) {
    return noGrantee(`${text} is a function, which the service pulls for`, `write lambda:${account}`);
  }
  return noGrantee(
    `${text} is of ${service || 'no service'}, and only users and roles can be let in`,
    'name an account, or the role that it runs as: arn:aws:iam::444455556666:role/NAME',
  );
}

function parseOrganization(text: string, id: string): Grantee {
  if (isOrganizationId(id)) return { kind: 'organization', id };
  if (/^(?:r|ou)-/.test(id)) throw partOfOrganization(text);
  const lower = id.toLowerCase();
  throw noGrantee(
    `${text} names no organization: an ID is o- and 10 to 32 lower-case letters and digits`,
    isOrganizationId(lower)
      ? `write org:${lower}`
      : {
          say: 'it comes from:',
          run: command`aws organizations describe-organization --query Organization.Id`,
        },
  );
}

function partOfOrganization(text: string): XacctError {
  return noGrantee(
    `${text} is a root or a unit of an organization, not the organization`,
    'write org:o-… for all of its accounts, or name each account of the unit',
  );
}

function notUnderstood(text: string, partition: Partition): XacctError {
  const digits = text.replace(/[\s-]/g, '');
  if (text === '*') {
    return noGrantee(
      '* would let in everyone who has an AWS account',
      'for all accounts of yours, write org:o-…',
    );
  }
  if (/^\d+$/.test(digits)) {
    return ACCOUNT.test(digits)
      ? noGrantee(`${text} is not how an account is written`, `write ${digits}`)
      : noGrantee(
          `${text} has ${digits.length} digits, an account has twelve`,
          'a leading zero counts: 012345678901',
        );
  }
  if (isOrganizationId(text)) return noGrantee(`${text} lacks what it is`, `write org:${text}`);
  if (/^(?:r|ou)-/.test(text)) return partOfOrganization(text);
  if (/^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/.test(text)) {
    return noGrantee(
      `${text} is a service`,
      'for the Lambda functions of an account, write lambda:444455556666',
    );
  }
  if (isUniqueId(text)) {
    return noGrantee(`${text} is the unique ID of a user or a role`, 'write its ARN');
  }
  return noGrantee(
    `${text === '' ? 'an empty name' : text} cannot be a principal`,
    `write an account (444455556666), arn:${partition}:iam::444455556666:role/NAME, org:o-… or lambda:444455556666`,
  );
}

function noGrantee(message: string, hint: string | Hint): XacctError {
  return new XacctError('usage', message, { hint: typeof hint === 'string' ? { say: hint } : hint });
}
