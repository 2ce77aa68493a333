// Parses a request to ECR's registry endpoint: the registry, the repository, and the ECR action.

/** An ECR registry by hostname. */
export interface RegistryName {
  account: string;
  region: string;
}

export interface RegistryOperation {
  repository: string;
  /** The action's name in IAM policies. */
  action: string;
}

const HOSTNAME =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws)(?::\d+)?$/;

/** The registry in a Host header; undefined for a name that is not ECR's. */
export function registryOfHost(host: string): RegistryName | undefined {
  const [, account, region] = HOSTNAME.exec(host) ?? [];
  return account === undefined || region === undefined ? undefined : { account, region };
}

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_id-based-policy-examples.html and the push and
// pull permissions in https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
const OPERATIONS: readonly (readonly [methods: string, path: RegExp, action: string])[] = [
  ['GET HEAD', /^manifests\/[^/]+$/, 'ecr:BatchGetImage'],
  ['PUT', /^manifests\/[^/]+$/, 'ecr:PutImage'],
  ['DELETE', /^manifests\/[^/]+$/, 'ecr:BatchDeleteImage'],
  ['GET', /^blobs\/sha256:[0-9a-f]+$/, 'ecr:GetDownloadUrlForLayer'],
  ['HEAD', /^blobs\/sha256:[0-9a-f]+$/, 'ecr:BatchCheckLayerAvailability'],
  ['POST', /^blobs\/uploads\/?$/, 'ecr:InitiateLayerUpload'],
  ['GET PATCH', /^blobs\/uploads\/[^/]+$/, 'ecr:UploadLayerPart'],
  ['PUT', /^blobs\/uploads\/[^/]+$/, 'ecr:CompleteLayerUpload'],
  // A caller that may begin an upload may cancel it.
  ['DELETE', /^blobs\/uploads\/[^/]+$/, 'ecr:InitiateLayerUpload'],
  ['GET', /^tags\/list$/, 'ecr:ListImages'],
];

/**
 * The operation of a method and a path (without query); undefined for requests that ECR does not serve, and for `/v2/`.
 */
export function registryOperation(method: string, path: string): RegistryOperation | undefined {
  const [, repository, rest] = /^\/v2\/(.+?)\/((?:manifests|blobs|tags)\/.+)$/.exec(path) ?? [];
  if (repository === undefined || rest === undefined) return undefined;
  const action = OPERATIONS.find(
    ([methods, pattern]) => methods.split(' ').includes(method) && pattern.test(rest),
  )?.[2];
  return action === undefined ? undefined : { repository, action };
}
