// The calls of ECR's API about an image, and about the settings that create its repository.
import {
  DescribeImagesCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoryCreationTemplatesCommand,
  ECRClient,
  type ECRClientConfig,
  type ImageDetail,
  type ImageIdentifier,
  type PullThroughCacheRule,
  type RepositoryCreationTemplate,
} from '@aws-sdk/client-ecr';

/** Calls for one account's registry; each throws the SDK's errors. */
export interface EcrImageCalls {
  image(repositoryName: string, imageId: ImageIdentifier): Promise<ImageDetail | undefined>;
  /** Reads the caller's own registry. */
  creationTemplates(nextToken: string | undefined): Promise<ResultPage<RepositoryCreationTemplate>>;
  cacheRules(nextToken: string | undefined): Promise<ResultPage<PullThroughCacheRule>>;
}

export interface ResultPage<T> {
  items: readonly T[];
  nextToken: string | undefined;
}

/** The maximum on one page. */
const PAGE = 1000;

export function createEcrImageCalls(config: ECRClientConfig, registryId: string | undefined): EcrImageCalls {
  const client = new ECRClient(config);
  return {
    image: async (repositoryName, imageId) => {
      // Without a filter, ECR reports only active images.
      const filter = { imageStatus: 'ANY' } as const;
      const asked = new DescribeImagesCommand({ registryId, repositoryName, imageIds: [imageId], filter });
      return (await client.send(asked)).imageDetails?.[0];
    },
    creationTemplates: async (nextToken) => {
      const page = await client.send(
        new DescribeRepositoryCreationTemplatesCommand({ nextToken, maxResults: PAGE }),
      );
      return { items: page.repositoryCreationTemplates ?? [], nextToken: page.nextToken };
    },
    cacheRules: async (nextToken) => {
      const page = await client.send(
        new DescribePullThroughCacheRulesCommand({ registryId, nextToken, maxResults: PAGE }),
      );
      return { items: page.pullThroughCacheRules ?? [], nextToken: page.nextToken };
    },
  };
}
