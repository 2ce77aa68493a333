// The calls of IAM: whether a principal exists, and what its policies allow.
import {
  type EvaluationResult,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  type IAMClientConfig,
  paginateSimulatePrincipalPolicy,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';

/** `trust`: percent-encoded JSON. @throws the SDK's errors; `NoSuchEntityException` if the role does not exist. */
export async function getRole(
  config: IAMClientConfig,
  RoleName: string,
): Promise<{ arn: string | undefined; trust: string | undefined }> {
  const { Role } = await new IAMClient(config).send(new GetRoleCommand({ RoleName }));
  return { arn: Role?.Arn, trust: Role?.AssumeRolePolicyDocument };
}

/** @throws the SDK's errors; `NoSuchEntityException` if the user does not exist. */
export async function getUser(
  config: IAMClientConfig,
  UserName: string,
): Promise<{ arn: string | undefined }> {
  const { User } = await new IAMClient(config).send(new GetUserCommand({ UserName }));
  return { arn: User?.Arn };
}

/** @throws the SDK's errors. */
export async function simulatePrincipalPolicy(
  config: IAMClientConfig,
  input: SimulatePrincipalPolicyCommandInput,
): Promise<EvaluationResult[]> {
  const results: EvaluationResult[] = [];
  const pages = paginateSimulatePrincipalPolicy({ client: new IAMClient(config) }, input);
  for await (const { EvaluationResults = [] } of pages) results.push(...EvaluationResults);
  return results;
}
