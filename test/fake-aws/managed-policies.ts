// AWS's managed policies for pulls and pushes, as far as they concern ECR.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
import type { PolicyDocument } from './policy-evaluation.ts';

export type ManagedPolicyName =
  | 'AmazonEC2ContainerRegistryPullOnly'
  | 'AmazonEC2ContainerRegistryReadOnly'
  | 'AmazonEC2ContainerRegistryPowerUser'
  | 'AmazonECSTaskExecutionRolePolicy'
  | 'AmazonEC2ContainerServiceforEC2Role';

const IMAGES = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const READ_ONLY = [
  ...IMAGES,
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetRepositoryPolicy',
  'ecr:DescribeRepositories',
  'ecr:ListImages',
  'ecr:DescribeImages',
  'ecr:GetLifecyclePolicy',
  'ecr:GetLifecyclePolicyPreview',
  'ecr:ListTagsForResource',
  'ecr:DescribeImageScanFindings',
];
const POWER_USER = [
  ...READ_ONLY,
  'ecr:InitiateLayerUpload',
  'ecr:UploadLayerPart',
  'ecr:CompleteLayerUpload',
  'ecr:PutImage',
];
const ECS = [...IMAGES, 'ecr:BatchCheckLayerAvailability'];

/** The path in a policy's ARN, and the document. */
const POLICIES: Readonly<Record<ManagedPolicyName, readonly [path: string, actions: readonly string[]]>> = {
  // This policy lacks BatchCheckLayerAvailability, which a pull does not need.
  AmazonEC2ContainerRegistryPullOnly: ['', [...IMAGES, 'ecr:BatchImportUpstreamImage']],
  AmazonEC2ContainerRegistryReadOnly: ['', READ_ONLY],
  AmazonEC2ContainerRegistryPowerUser: ['', POWER_USER],
  AmazonECSTaskExecutionRolePolicy: ['service-role/', ECS],
  AmazonEC2ContainerServiceforEC2Role: ['service-role/', ECS],
};

export function managedPolicyDocument(name: ManagedPolicyName): PolicyDocument {
  const actions = ['ecr:GetAuthorizationToken', ...POLICIES[name][1]];
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: actions, Resource: '*' } };
}

export function managedPolicyArn(name: ManagedPolicyName, partition: string): string {
  return `arn:${partition}:iam::aws:policy/${POLICIES[name][0]}${name}`;
}
