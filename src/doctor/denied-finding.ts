// Which policy denies access to an image, and how the owner of that policy fixes it.
import type { Denial } from '../denial.ts';
import { command, commandText, shellWord } from '../hint.ts';
import { type Principal, principalOf } from '../policy/principal.ts';
import { type Registry, registryHostname } from '../registry/ecr-hostname.ts';
import type { DeniedFinding, DoctorStep, Finding } from './finding.ts';

export interface DeniedAt {
  registry: Registry;
  repository: string;
  /** Whether pushing is wanted, too. */
  push: boolean;
}

type Fix = Pick<DeniedFinding, 'side' | 'command' | 'by' | 'notes' | 'does' | 'mayBeAbsent'>;

export function deniedFinding(step: DoctorStep, denial: Denial, at: DeniedAt): DeniedFinding {
  const { principal, action, resource } = denial;
  return {
    step,
    outcome: 'failed',
    text: textOf(denial),
    principal,
    action,
    ...(resource === undefined ? {} : { resource }),
    ...fixOf(denial, at),
  };
}

function textOf({ principal, action, resource, isExplicit, policyType, policyArn }: Denial): string {
  const what = `${action}${resource === undefined || resource === '*' ? '' : ` on ${resource}`}`;
  if (policyType === undefined)
    return `${principal} may not do ${what}, and AWS does not say whose policy denies`;
  if (!isExplicit) return `no ${policyType} lets ${principal} do ${what}`;
  const which = policyArn === undefined ? '' : ` (${policyArn})`;
  return `${/^[aeiou]/.test(policyType) ? 'an' : 'a'} ${policyType}${which} denies ${principal} ${what}`;
}

function fixOf(denial: Denial, at: DeniedAt): Fix {
  switch (denial.policyType) {
    case 'resource-based policy':
      return registrySide(denial, at);
    case 'identity-based policy':
    case 'permissions boundary':
    case 'session policy':
      return callerSide(denial, at);
    case 'service control policy':
    case 'resource control policy':
      return organizationSide(denial);
    case 'VPC endpoint policy':
      return endpointSide(denial, at);
    default:
      return unknownSide(denial, at);
  }
}

function registrySide({ isExplicit, principal, resource }: Denial, at: DeniedAt): Fix {
  const on = registryOf(resource, at);
  const caller = principalOf(principal)?.account;
  const push = at.push ? ' --push' : '';
  const grant =
    isExplicit || caller === undefined ? undefined : `ecr-xacct grant ${caller} --on ${on.place}${push}`;
  return {
    side: 'registry',
    by: administratorOf(on.account),
    command: grant ?? `ecr-xacct access ${on.place}`,
    does: grant === undefined ? 'look' : 'grant',
    mayBeAbsent: !isExplicit,
  };
}

/** The account and repository from the resource's ARN: the hostname of a VPC endpoint has no account in it. */
function registryOf(resource: string | undefined, { registry, repository }: DeniedAt) {
  const account = /^arn:[\w-]+:ecr:[\w-]+:(\d{12}):/.exec(resource ?? '')?.[1] ?? registry.account;
  const hostname = account === undefined ? undefined : registryHostname(account, registry.region);
  return { account, place: `${hostname ?? registry.hostname}/${repository}` };
}

function callerSide(
  { isExplicit, principal, policyType, policyArn, action, resource }: Denial,
  at: DeniedAt,
): Fix {
  const who = principalOf(principal);
  const fix = { side: 'caller', by: administratorOf(who?.account) } as const;
  if (policyType === 'session policy') {
    return { ...fix, notes: ['This policy was passed when the session began, by what began it.'] };
  }
  if (policyType === 'permissions boundary') {
    const command = iamCommand(who, 'get', 'PermissionsBoundary');
    return { ...fix, ...(command && { command }) };
  }
  if (isExplicit) {
    const command =
      policyArn === undefined
        ? iamCommand(who, 'list-attached')
        : `aws iam get-policy --policy-arn ${shellWord(policyArn)}`;
    return { ...fix, ...(command && { command }) };
  }
  const made = MADE_BY_PULL.includes(action) && inlinePolicy(who, [action], resource ?? '*');
  return { ...fix, ...(made ? { command: made } : attachment(who, at)) };
}

/** A pull through cache needs this action. No AWS managed policy for pulls allows it. */
const MADE_BY_PULL = ['ecr:CreateRepository'];

/** The command that attaches the AWS managed policy that is enough. */
export function attachment(
  who: Principal | undefined,
  { registry, push }: Pick<DeniedAt, 'registry' | 'push'>,
  policy?: string,
): Fix {
  const own = push ? 'AmazonEC2ContainerRegistryPowerUser' : 'AmazonEC2ContainerRegistryPullOnly';
  const name = policy ?? own;
  const arn = `arn:${registry.partition}:iam::aws:policy/${name}`;
  if (who?.kind === 'role' && who.permissionSet !== undefined) {
    const set = `the permission set ${who.permissionSet}`;
    return { notes: [`In IAM Identity Center, the managed policy ${name} is attached to ${set}.`] };
  }
  if (who?.kind !== 'role' && who?.kind !== 'user') return { notes: [`It needs what ${name} allows.`] };
  const { kind } = who;
  return {
    command: `aws iam attach-${kind}-policy --${kind}-name ${shellWord(who.name)} --policy-arn ${arn}`,
  };
}

/**
 * For actions that no AWS managed policy allows. Undefined for permission sets and federated users: IAM has no such
 * command for them.
 */
export function inlinePolicy(
  who: Principal | undefined,
  actions: readonly string[],
  resource: string,
): string | undefined {
  if (who?.kind !== 'role' && who?.kind !== 'user') return undefined;
  if (who.kind === 'role' && who.permissionSet !== undefined) return undefined;
  const { kind, name } = who;
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
  });
  return commandText(
    command`aws iam put-${kind}-policy --${kind}-name ${name} --policy-name EcrPullThroughCache --policy-document ${document}`,
  );
}

function iamCommand(who: Principal | undefined, verb: 'get' | 'list-attached', query?: string) {
  if (who?.kind !== 'role' && who?.kind !== 'user') return undefined;
  const { kind, name } = who;
  const call = verb === 'get' ? `get-${kind}` : `list-attached-${kind}-policies`;
  const part = query === undefined ? '' : ` --query ${kind === 'role' ? 'Role' : 'User'}.${query}`;
  return `aws iam ${call} --${kind}-name ${shellWord(name)}${part}`;
}

/** Adds the profile that looked the principal up: in another account, the same name may be another principal. */
export function runAs<T extends Finding>(finding: T, profile: string | undefined): T {
  const { command } = finding;
  if (profile === undefined || !command?.startsWith('aws iam ')) return finding;
  return { ...finding, command: `${command} --profile ${shellWord(profile)}` };
}

function organizationSide({ policyArn }: Denial): Fix {
  const id = policyArn?.split('/').at(-1);
  return {
    side: 'organization',
    by: 'an administrator of the organization',
    ...(id && { command: `aws organizations describe-policy --policy-id ${shellWord(id)}` }),
  };
}

function endpointSide({ action }: Denial, { registry: { region, partition } }: DeniedAt): Fix {
  const isS3 = action.startsWith('s3:');
  const service = `com.amazonaws.${region}.${isS3 ? 's3' : 'ecr.dkr'}`;
  const bucket = `arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`;
  return {
    side: 'endpoint',
    by: 'the administrator of the VPC',
    command: `aws ec2 describe-vpc-endpoints --region ${region} --filters Name=service-name,Values=${service} --query 'VpcEndpoints[].PolicyDocument'`,
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway
    notes: isS3 ? [`The endpoint of S3 must allow s3:GetObject on ${bucket}.`] : [],
  };
}

/** If both are of one account, the cause is the caller's side: that account needs no resource policy. */
function unknownSide(denial: Denial, at: DeniedAt): Fix {
  const { account, place } = registryOf(denial.resource, at);
  const caller = principalOf(denial.principal)?.account;
  if (caller !== undefined && caller === account)
    return callerSide({ ...denial, policyType: 'identity-based policy' }, at);
  return {
    by: administratorOf(account),
    command: `ecr-xacct access ${place}`,
    notes: ["Both sides must allow it: the registry's policy, and the caller's own."],
  };
}

export function administratorOf(account: string | undefined): string {
  return account === undefined ? 'its administrator' : `an administrator of ${account}`;
}
