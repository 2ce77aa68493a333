// Whether ECR accepts a registry request: it checks the token, then the policies of both sides, then the repository.
import { denialMessage, repositoryAttempt } from '../fake-aws/authorization.ts';
import type { Registry } from '../fake-aws/resource-policy.ts';
import type { FakeAws } from '../fake-aws/start-fake-aws.ts';
import type { IssuedToken } from '../fake-aws/world.ts';
import type { RegistryName } from './registry-operation.ts';
import { registryOperation } from './registry-operation.ts';

/** One HTTP request and its outcome. */
export interface RegistryCall {
  host: string;
  method: string;
  path: string;
  /** The request's ECR action, if it is one. */
  action?: string;
  /** The ARN of the caller with a valid token. */
  principal?: string;
  /** `ok` (passed on to the registry), or the code of ECR's error. */
  outcome: string;
}

/** `code` and `message` as in the registry protocol's error body. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** ECR's error for a request, or undefined. Records action and principal in the call. */
export function checkRequest(
  aws: FakeAws,
  registry: RegistryName,
  call: RegistryCall,
  authorization: string | undefined,
): Refusal | undefined {
  const password = basicPassword(authorization);
  if (password === undefined) return { status: 401, code: 'UNAUTHORIZED', message: 'Not Authorized' };
  const token = aws.issuedTokens.find((issued) => issued.password === password);
  // A token is valid for every registry of its region. In another region, the error is that of a wrong token.
  if (token === undefined || token.service !== 'ecr' || token.region !== registry.region) {
    return { status: 403, code: 'DENIED', message: 'Your Authorization Token is invalid.' };
  }
  if (token.expiresAt <= aws.world.now()) {
    const message = 'Your authorization token has expired. Reauthenticate and try again.';
    return { status: 403, code: 'DENIED', message };
  }
  call.principal = token.principal;
  return call.path === '/v2/' ? undefined : checkOperation(aws, registry, call, token);
}

function checkOperation(
  { world }: FakeAws,
  registry: RegistryName,
  call: RegistryCall,
  token: IssuedToken,
): Refusal | undefined {
  const operation = registryOperation(call.method, call.path);
  if (operation === undefined) {
    return { status: 404, code: 'UNSUPPORTED', message: 'The operation is unsupported.' };
  }
  const { repository, action } = operation;
  call.action = action;
  const owner = world.anyAccount(registry.account);
  const may = (wanted: string) =>
    denialMessage(token.caller, repositoryAttempt(owner, registry.region, repository, wanted));
  const denial = may(action);
  if (denial !== undefined) return { status: 403, code: 'DENIED', message: denial };
  const { repositories } = owner.registry(registry.region);
  if (!repositories.has(repository)) {
    makeRepository(
      owner.registry(registry.region),
      { repository, action },
      (wanted) => may(wanted) === undefined,
    );
  }
  const found = repositories.get(repository);
  if (found === undefined) {
    const message = `The repository with name '${repository}' does not exist in the registry with id '${owner.id}'`;
    return { status: 404, code: 'NAME_UNKNOWN', message };
  }
  const reference = /\/manifests\/([^/]+)$/.exec(call.path)?.[1];
  const isRead = reference !== undefined && action === 'ecr:BatchGetImage';
  const status = isRead ? found.image(reference)?.status : undefined;
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html says that it is a 404.
  if (status !== undefined && status !== 'ACTIVE') {
    return { status: 404, code: 'MANIFEST_UNKNOWN', message: 'Requested image not found' };
  }
  return undefined;
}

/**
 * A repository that does not exist yet: a push creates it if a creation template covers it, a pull if a pull through
 * cache rule covers it and the caller may create it.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
 */
function makeRepository(
  registry: Registry,
  { repository, action }: { repository: string; action: string },
  may: (action: string) => boolean,
): void {
  const isPush = action === 'ecr:InitiateLayerUpload';
  const isPull = action === 'ecr:BatchGetImage' && registry.cacheRuleFor(repository) !== undefined;
  if (isPull && !(may('ecr:CreateRepository') && may('ecr:BatchImportUpstreamImage'))) return;
  const template = registry.templateFor(repository, isPush ? 'CREATE_ON_PUSH' : 'PULL_THROUGH_CACHE');
  if (isPull || (isPush && template !== undefined)) registry.add(repository, template?.policy);
}

function basicPassword(authorization = ''): string | undefined {
  const encoded = /^Basic ([\w+/=]+)$/.exec(authorization)?.[1] ?? '';
  return /^AWS:(.+)$/.exec(Buffer.from(encoded, 'base64').toString())?.[1];
}
