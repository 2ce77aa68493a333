// Names ECR's reasons to reject a policy or its repository.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { Registry } from '../../registry/ecr-hostname.ts';
import { type ServiceError, serviceError } from './service-error.ts';

/** Undefined for a failure that any call can have. `profile`: the identity that asked AWS, if it is a profile. */
export function policyFailure(
  error: unknown,
  registry: Registry,
  profile: string | undefined,
): XacctError | undefined {
  const service = serviceError(error);
  if (service === undefined) return undefined;
  if (service.name === 'RepositoryNotFoundException') {
    const name = /repository with name '([^']+)'/.exec(service.message)?.[1] ?? 'this name';
    return new XacctError('repository-not-found', `${registry.hostname} has no repository ${name}`, {
      hint: {
        say: 'to list them',
        run: command`aws ecr describe-repositories ${placeOf(registry)} --query repositories[].repositoryName ${profile === undefined ? [] : ['--profile', profile]}`,
      },
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
  // The policy is made here from the existing one, so only a principal in it can be invalid.
  const isPrincipal = /^Principal not found$|^Invalid repository policy provided$/.test(constraint);
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
  if (constraint === 'Invalid registry policy provided') {
    const message = `ECR does not accept the registry's policy (${constraint}): its scope is V1, which has no pulls and pushes, or a principal in it does not exist`;
    return new XacctError('principal-not-found', message, {
      hint: { say: 'check the name and the path of each' },
      cause: error,
    });
  }
  return isPrincipal
    ? new XacctError('principal-not-found', `a principal in the policy does not exist (${constraint})`, {
        hint: {
          say: 'check its name and its path',
        },
        cause: error,
      })
    : new XacctError('policy', `ECR does not accept the policy (${constraint})`, {
        hint: { say: 'to see all of it, run the same command with --json' },
        cause: error,
      });
}

/** The profile that runs the command may have another account and region. */
function placeOf(registry: Registry): string[] {
  if (registry.service !== 'ecr') return [];
  const { account, region } = registry;
  return ['--region', region, ...(account === undefined ? [] : ['--registry-id', account])];
}
