// Names what ECR has against a policy, or against whose it is to be.
import { XacctError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import { type ServiceError, serviceError } from './service-failure.ts';

/** Undefined for what any call can fail with. */
export function policyFailure(error: unknown, { hostname }: Registry): XacctError | undefined {
  const service = serviceError(error);
  if (service === undefined) return undefined;
  if (service.name === 'RepositoryNotFoundException') {
    const name = /repository with name '([^']+)'/.exec(service.message)?.[1] ?? 'this name';
    return new XacctError('repository-not-found', `${hostname} has no repository ${name}`, {
      hint: `run: aws ecr describe-repositories --query 'repositories[].repositoryName'`,
      cause: error,
    });
  }
  return service.name === 'InvalidParameterException' ? invalidPolicy(service) : undefined;
}

/** As in `Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'`. */
function invalidPolicy(error: ServiceError): XacctError | undefined {
  const constraint = /failed to satisfy constraint: '(?<constraint>[^']+)'/.exec(error.message)?.groups
    ?.constraint;
  if (constraint === undefined) return undefined;
  if (/principal not found/i.test(constraint)) {
    return new XacctError('principal-not-found', 'ECR does not find a principal that the policy names', {
      hint: 'where it was made seconds ago, add: --wait',
      cause: error,
    });
  }
  return new XacctError('policy', `ECR does not take the policy (${constraint})`, {
    hint: 'a statement of it may name a principal, an action or a resource that does not exist; to see all of it, add: --json',
    cause: error,
  });
}
