// Whether ECR lets a registry request through: the token first, then the policies of both sides, then the repository.
import { denialMessage, repositoryAttempt } from '../fake-aws/authorization.ts';
import type { FakeAws } from '../fake-aws/start-fake-aws.ts';
import type { IssuedToken } from '../fake-aws/world.ts';
import type { RegistryName } from './registry-operation.ts';
import { registryOperation } from './registry-operation.ts';

/** One HTTP request, whatever became of it. */
export interface RegistryCall {
  host: string;
  method: string;
  path: string;
  /** The ECR action it stands for, where it is one. */
  action?: string;
  /** The ARN behind a valid token. */
  principal?: string;
  /** `ok` (passed on to the registry) or the code of ECR's refusal. */
  outcome: string;
}

/** `code` and `message` as in the registry protocol's error body. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** ECR's refusal of a request, or undefined; notes action and principal in the call. */
export function checkRequest(
  aws: FakeAws,
  registry: RegistryName,
  call: RegistryCall,
  authorization: string | undefined,
): Refusal | undefined {
  const password = basicPassword(authorization);
  if (password === undefined) return { status: 401, code: 'UNAUTHORIZED', message: 'Not Authorized' };
  const token = aws.issuedTokens.find((issued) => issued.password === password);
  // A token is good for every registry of its region and for none elsewhere; there it reads like a wrong one.
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
  const denial = denialMessage(token.caller, repositoryAttempt(owner, registry.region, repository, action));
  if (denial !== undefined) return { status: 403, code: 'DENIED', message: denial };
  if (owner.registry(registry.region).repositories.has(repository)) return undefined;
  const message = `The repository with name '${repository}' does not exist in the registry with id '${owner.id}'`;
  return { status: 404, code: 'NAME_UNKNOWN', message };
}

function basicPassword(authorization = ''): string | undefined {
  const encoded = /^Basic ([\w+/=]+)$/.exec(authorization)?.[1] ?? '';
  return /^AWS:(.+)$/.exec(Buffer.from(encoded, 'base64').toString())?.[1];
}
