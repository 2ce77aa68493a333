// ECR's calls about images and about what creates repositories: image states, creation templates, pull through cache
// rules.
import { repositoryAttempt } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { demand, demandRegistry, demandRepository, ownerOf, pageOf, required } from './ecr-call.ts';
import { invalidParameter } from './ecr-policy-validation.ts';
import type { Repository, StoredImage } from './resource-policy.ts';
import type { Service, SignedCall } from './service.ts';

/** By the names of the API. */
export const imageCalls: Service['signed'] = {
  DescribeImages: describeImages,
  UpdateImageStorageClass: updateImageStorageClass,
  DescribeRepositoryCreationTemplates: describeCreationTemplates,
  DescribePullThroughCacheRules: describeCacheRules,
};

/** Without a filter, only active images. */
function describeImages(call: SignedCall): object {
  const { owner, name, repository } = demandRepository(call, 'ecr:DescribeImages');
  const { imageIds, filter } = call.parameters;
  const wanted = memberOf(filter, 'imageStatus') ?? 'ACTIVE';
  const shown = (image: StoredImage) => wanted === 'ANY' || image.status === wanted;
  const describe = ({ digest, tags, status }: StoredImage) => ({
    registryId: owner.id,
    repositoryName: name,
    imageDigest: digest,
    ...(tags.size > 0 && { imageTags: [...tags] }),
    imageStatus: status,
  });
  if (Array.isArray(imageIds)) {
    const images = imageIds.map((id) => imageOf(repository, id, { owner: owner.id, name, shown }));
    return { imageDetails: images.map(describe) };
  }
  const { page, ...more } = pageOf(call, [...repository.images.values()].filter(shown));
  return { imageDetails: page.map(describe), ...more };
}

/** In AWS, restoring takes minutes, during which the image is `ACTIVATING`. Here it is done at once. */
function updateImageStorageClass(call: SignedCall): object {
  const { owner, name, repository } = demandRepository(call, 'ecr:UpdateImageStorageClass');
  const target = required(call.parameters, 'targetStorageClass');
  if (target !== 'STANDARD' && target !== 'ARCHIVE') {
    throw invalidParameter('targetStorageClass', 'Member must satisfy enum value set: [ARCHIVE, STANDARD]');
  }
  const { imageId } = call.parameters;
  const image = imageOf(repository, imageId, { owner: owner.id, name, shown: () => true });
  image.status = target === 'ARCHIVE' ? 'ARCHIVED' : 'ACTIVE';
  return { registryId: owner.id, repositoryName: name, imageId, imageStatus: image.status };
}

function imageOf(
  repository: Repository,
  id: unknown,
  { owner, name, shown }: { owner: string; name: string; shown: (image: StoredImage) => boolean },
): StoredImage {
  const [digest, tag] = [memberOf(id, 'imageDigest'), memberOf(id, 'imageTag')];
  const image = repository.image(digest ?? tag ?? '');
  if (image !== undefined && shown(image)) return image;
  const what = `{imageDigest:'${digest ?? 'null'}', imageTag:'${tag ?? 'null'}'}`;
  const message = `The image with imageId ${what} does not exist within the repository with name '${name}' in the registry with id '${owner}'`;
  throw new AwsError('ImageNotFoundException', 400, message);
}

/** The templates of the caller's own registry: this call accepts no other. */
function describeCreationTemplates(call: SignedCall): object {
  const owner = demandRegistry(call, 'ecr:DescribeRepositoryCreationTemplates');
  const { page, ...more } = pageOf(call, owner.registry(call.region).creationTemplates);
  const repositoryCreationTemplates = page.map(({ prefix, appliedFor }) => ({ prefix, appliedFor }));
  return { registryId: owner.id, repositoryCreationTemplates, ...more };
}

function describeCacheRules(call: SignedCall): object {
  const owner = ownerOf(call);
  demand(call, {
    ...repositoryAttempt(owner, call.region, '*', 'ecr:DescribePullThroughCacheRules'),
    resource: '*',
  });
  const { page, ...more } = pageOf(call, owner.registry(call.region).cacheRules);
  return { pullThroughCacheRules: page.map((rule) => ({ ...rule, registryId: owner.id })), ...more };
}

function memberOf(value: unknown, name: string): string | undefined {
  const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof member === 'string' ? member : undefined;
}
