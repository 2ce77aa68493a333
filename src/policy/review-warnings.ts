// Warnings about a statement that gives access: each is one line with the fault and its fix.
import { namesAction } from './actions.ts';
import { isEveryone, principalsOf } from './own-statement.ts';
import { listOf, type PolicyOwner, type Statement } from './policy-document.ts';
import { accountOf, isUniqueId } from './principal.ts';
import { matchesWildcard } from './wildcard.ts';

/**
 * These actions delete images, or change permissions and lifecycle policies.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
const DANGEROUS = [
  'SetRepositoryPolicy',
  'DeleteRepository',
  'BatchDeleteImage',
  'DeleteRepositoryPolicy',
  'PutRegistryPolicy',
  'DeleteRegistryPolicy',
  'PutLifecyclePolicy',
  'DeleteLifecyclePolicy',
  'PutImageTagMutability',
  'PutReplicationConfiguration',
  'DeletePullThroughCacheRule',
  'PutAccountSetting',
];
const READS = /^ecr:(?:BatchGet|Describe|Get|List)/i;
/**
 * The actions of replication from other registries.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
 */
const REPLICATION = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository', 'ecr:ReplicateImage'];
/** Condition keys about the caller or its network. */
const WHO = /^aws:(?:principal|source|vpc|userid|username)/i;
const MOST_NAMES = 3;

/** `other` are its actions that neither pull nor push needs. */
export function warningsOf(statement: Statement, owner: PolicyOwner, other: readonly string[]): string[] {
  const elsewhere = foreignResources(statement, owner).map(
    (arn) =>
      `${arn} is not of this registry, so that the statement does nothing there; write ${registryArn(owner)}`,
  );
  if (statement.Effect !== 'Allow') return elsewhere;
  return [
    ...whoWarnings(statement),
    ...(statement.NotAction === undefined
      ? actionWarnings(statement, owner, other)
      : [
          'NotAction allows every action but those it lists, also those that AWS will add; list them in Action',
        ]),
    ...elsewhere,
  ];
}

function whoWarnings({ Principal: principal, NotPrincipal, Condition: condition = {} }: Statement): string[] {
  if (NotPrincipal !== undefined) {
    return ['NotPrincipal lets in everyone that it does not list; list in Principal who to let in'];
  }
  const gone = principalsOf(principal, 'AWS')
    .filter(isUniqueId)
    .map((id) => `${id} is of a deleted role or user, and lets no one in; remove it`);
  const keys = Object.values(condition).flatMap((block) => Object.keys(block));
  if (!isEveryone(principal) || keys.some((key) => WHO.test(key))) return gone;
  const whom =
    keys.length === 0 ? 'who has an AWS account' : 'who meets conditions that say nothing of who it is';
  return [`lets in everyone ${whom}; name accounts or roles, or org:o-…`, ...gone];
}

function actionWarnings(statement: Statement, owner: PolicyOwner, other: readonly string[]): string[] {
  const { Principal: principal } = statement;
  const isForeign =
    isEveryone(principal) ||
    principalsOf(principal, 'AWS').some((one) => ![undefined, owner.account].includes(accountOf(one)));
  if (!isForeign) return [];
  const surplus = other.filter((action) => owner.kind === 'repository' || !namesAction(REPLICATION, action));
  const dangers = surplus.filter((action) => dangersIn(action).length > 0);
  const rest = surplus.filter((action) => !dangers.includes(action));
  const onlyRead = rest.every((action) => READS.test(action)) ? ' (for reading)' : '';
  return [
    ...dangers.map(
      (action) => `${action} gives another account ${inWords(dangersIn(action), action)}; remove it`,
    ),
    ...(rest.length === 0
      ? []
      : [`neither pull nor push needs ${rest.join(', ')}${onlyRead}; remove it where nothing uses it`]),
  ];
}

function dangersIn(action: string): string[] {
  return DANGEROUS.filter((name) => namesAction([action], `ecr:${name}`));
}

function inWords(names: readonly string[], action: string): string {
  if (!/[*?]/.test(action)) return 'what changes or deletes';
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length - MOST_NAMES;
  return `what changes or deletes (${shown}${more > 0 ? ` and ${more} more` : ''})`;
}

function foreignResources({ Resource: resource }: Statement, owner: PolicyOwner): string[] {
  return listOf(resource).filter((arn) => {
    const [, partition, service, region, account] = arn.split(':');
    if (arn === '*') return false;
    const isIn = (written: string | undefined, own: string | undefined) =>
      own === undefined || matchesWildcard(own, written ?? '');
    return !(
      isIn(partition, owner.partition) &&
      isIn(service, 'ecr') &&
      isIn(region, owner.region) &&
      isIn(account, owner.account)
    );
  });
}

function registryArn({ partition, region = 'REGION', account }: PolicyOwner): string {
  return `arn:${partition}:ecr:${region}:${account}:repository/…`;
}
