// The calls of ECR's API that read and write policies. A mint does not need them.
import {
  DeleteRegistryPolicyCommand,
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  type ECRClientConfig,
  GetAccountSettingCommand,
  GetRegistryPolicyCommand,
  GetRepositoryPolicyCommand,
  PutAccountSettingCommand,
  PutRegistryPolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';

/** Calls for one account's registry; each throws the SDK's errors. */
export interface EcrPolicyCalls {
  registryPolicy(): Promise<string | undefined>;
  putRegistryPolicy(text: string): Promise<void>;
  deleteRegistryPolicy(): Promise<void>;
  repositoryPolicy(repository: string): Promise<string | undefined>;
  setRepositoryPolicy(repository: string, text: string): Promise<void>;
  deleteRepositoryPolicy(repository: string): Promise<void>;
  /** One page of names, and the token for the next page. */
  repositories(nextToken: string | undefined): Promise<{ names: string[]; nextToken: string | undefined }>;
  policyScope(): Promise<string | undefined>;
  putPolicyScope(scope: 'V2'): Promise<string | undefined>;
}

/**
 * The maximum on one page.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
 */
const PAGE = 1000;
/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html */
const SCOPE = 'REGISTRY_POLICY_SCOPE';

/** `registryId` is for repositories. The calls for the registry itself always use the caller's own account. */
export function createEcrPolicyCalls(
  config: ECRClientConfig,
  registryId: string | undefined,
): EcrPolicyCalls {
  const client = new ECRClient(config);
  return {
    registryPolicy: async () => (await client.send(new GetRegistryPolicyCommand({}))).policyText,
    putRegistryPolicy: async (policyText) => {
      await client.send(new PutRegistryPolicyCommand({ policyText }));
    },
    deleteRegistryPolicy: async () => {
      await client.send(new DeleteRegistryPolicyCommand({}));
    },
    repositoryPolicy: async (repositoryName) =>
      (await client.send(new GetRepositoryPolicyCommand({ registryId, repositoryName }))).policyText,
    setRepositoryPolicy: async (repositoryName, policyText) => {
      await client.send(new SetRepositoryPolicyCommand({ registryId, repositoryName, policyText }));
    },
    deleteRepositoryPolicy: async (repositoryName) => {
      await client.send(new DeleteRepositoryPolicyCommand({ registryId, repositoryName }));
    },
    repositories: async (nextToken) => {
      const page = await client.send(
        new DescribeRepositoriesCommand({ registryId, nextToken, maxResults: PAGE }),
      );
      const names = (page.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
      return { names, nextToken: page.nextToken };
    },
    policyScope: async () => (await client.send(new GetAccountSettingCommand({ name: SCOPE }))).value,
    putPolicyScope: async (value) =>
      (await client.send(new PutAccountSettingCommand({ name: SCOPE, value }))).value,
  };
}
