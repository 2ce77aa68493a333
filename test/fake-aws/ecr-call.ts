// What all calls of ECR's API share: the registry, the repository, and whether the caller is allowed.
import type { Account } from './account.ts';
import { type Attempt, denialMessage, repositoryAttempt } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { invalidParameter } from './ecr-policy-validation.ts';
import { awsJson } from './protocol.ts';
import type { Repository } from './resource-policy.ts';
import type { Parameters, SignedCall } from './service.ts';

const REPOSITORY_NAME = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*';

/** The repository of a call. A caller without permission does not learn whether it exists. */
export function demandRepository(call: SignedCall, action: string) {
  const owner = ownerOf(call);
  const name = required(call.parameters, 'repositoryName');
  if (name.length < 2 || !new RegExp(`^${REPOSITORY_NAME}$`).test(name)) {
    throw invalidParameter('repositoryName', `must satisfy regular expression '${REPOSITORY_NAME}'`);
  }
  demand(call, repositoryAttempt(owner, call.region, name, action));
  return { owner, name, repository: repositoryOf(call, owner, name) };
}

/** The caller's account, if it may do the action. These calls accept only the caller's own registry. */
export function demandRegistry(call: SignedCall, action: string): Account {
  demand(call, { action, resource: '*' });
  return call.caller.principal.account;
}

export function demand({ caller }: SignedCall, attempt: Attempt): void {
  const denial = denialMessage(caller, attempt);
  if (denial !== undefined) throw new AwsError(...awsJson.failures['access-denied'], denial);
}

export function ownerOf({ world, caller, parameters }: SignedCall): Account {
  const { registryId = caller.principal.account.id } = parameters;
  if (typeof registryId === 'string' && /^\d{12}$/.test(registryId)) return world.anyAccount(registryId);
  throw invalidParameter('registryId', 'Member must satisfy regular expression pattern: [0-9]{12}');
}

export function repositoryOf({ region }: SignedCall, owner: Account, name: string): Repository {
  const repository = owner.registry(region).repositories.get(name);
  if (repository !== undefined) return repository;
  const message = `The repository with name '${name}' does not exist in the registry with id '${owner.id}'`;
  throw new AwsError('RepositoryNotFoundException', 400, message);
}

export function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidParameter(name, 'Member must not be null');
}

/** One page of a list, and the token of the next page. The default is 100 entries. */
export function pageOf<T>({ parameters }: SignedCall, all: readonly T[]): { page: T[]; nextToken?: string } {
  const { maxResults = 100, nextToken = '0' } = parameters;
  if (!(Number(maxResults) >= 1 && Number(maxResults) <= 1000)) {
    throw invalidParameter('maxResults', 'Member must have value between 1 and 1000');
  }
  const start = Number(nextToken);
  if (!Number.isInteger(start)) throw invalidParameter('nextToken', 'Invalid token provided');
  const end = start + Number(maxResults);
  const page = all.slice(start, end);
  return end < all.length ? { page, nextToken: String(end) } : { page };
}
