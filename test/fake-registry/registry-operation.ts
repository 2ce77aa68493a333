// What a request to ECR's registry endpoint asks for: whose registry, which repository, and which ECR action that is.

/** An ECR registry by its hostname. */
export interface RegistryName {
  account: string;
  region: string;
}

export interface RegistryOperation {
  repository: string;
  /** As IAM policies name it. */
  action: string;
}

const HOSTNAME =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws)(?::\d+)?$/;

/** The registry a Host header names; undefined for a name that is not ECR's. */
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

/** The operation behind a method and a path (no query); undefined for what ECR does not serve, `/v2/` included. */
export function registryOperation(method: string, path: string): RegistryOperation | undefined {
  const [, repository, rest] = /^\/v2\/(.+?)\/((?:manifests|blobs|tags)\/.+)$/.exec(path) ?? [];
  if (repository === undefined || rest === undefined) return undefined;
  const action = OPERATIONS.find(
    ([methods, pattern]) => methods.split(' ').includes(method) && pattern.test(rest),
  )?.[2];
  return action === undefined ? undefined : { repository, action };
}
