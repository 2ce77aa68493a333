// A resource policy as its owner wrote it: the text, which reads return, and the parsed document for evaluation.
import type { PolicyDocument } from './policy-evaluation.ts';

/** Something with a resource policy. Setting one of the two properties also sets the other. */
export class PolicyHolder {
  #text: string | undefined;
  #document: PolicyDocument | undefined;

  get policy(): PolicyDocument | undefined {
    return this.#document;
  }

  set policy(document: PolicyDocument | undefined) {
    this.#document = document;
    this.#text = document === undefined ? undefined : JSON.stringify(document);
  }

  /** Byte for byte as it was written. */
  get policyText(): string | undefined {
    return this.#text;
  }

  set policyText(text: string | undefined) {
    this.#document = text === undefined ? undefined : JSON.parse(text);
    this.#text = text;
  }
}

export interface StoredImage {
  digest: string;
  tags: Set<string>;
  /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html */
  status: 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';
}

/**
 * A repository and the data of its images for DescribeImages. The images' bytes are in the registry endpoint's store.
 */
export class Repository extends PolicyHolder {
  readonly images = new Map<string, StoredImage>();

  /** A tag moves to the image that was pushed last. A pushed image is active. */
  push(digest: string, tag?: string): void {
    if (tag !== undefined) for (const { tags } of this.images.values()) tags.delete(tag);
    const { tags } = this.images.get(digest) ?? { tags: new Set<string>() };
    if (tag !== undefined) tags.add(tag);
    this.images.set(digest, { digest, tags, status: 'ACTIVE' });
  }

  /** By tag or digest. */
  image(reference: string): StoredImage | undefined {
    return this.images.get(reference) ?? [...this.images.values()].find(({ tags }) => tags.has(reference));
  }
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html */
export interface CreationTemplate {
  /** `ROOT` applies if no other template covers the repository. */
  prefix: string;
  appliedFor: readonly ('CREATE_ON_PUSH' | 'PULL_THROUGH_CACHE' | 'REPLICATION')[];
  policy?: PolicyDocument;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html */
export interface CacheRule {
  ecrRepositoryPrefix: string;
  upstreamRegistryUrl: string;
}

/** An ECR registry: that of an account in a region. */
export class Registry extends PolicyHolder {
  /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html */
  policyScope: 'V1' | 'V2' = 'V2';
  /** Whether it accepts, under V1, only policies with actions that V1 enforces, as ECR did before V2. */
  isStrictUnderV1 = false;
  readonly repositories = new Map<string, Repository>();
  creationTemplates: CreationTemplate[] = [];
  cacheRules: CacheRule[] = [];

  /** Adds a repository, without a policy if none is given. */
  add(name: string, policy?: PolicyDocument): Repository {
    const repository = new Repository();
    repository.policy = policy;
    this.repositories.set(name, repository);
    return repository;
  }

  /** The template for a repository: the one with the longest prefix, if it is for this purpose. */
  templateFor(name: string, purpose: CreationTemplate['appliedFor'][number]): CreationTemplate | undefined {
    const template = longest(this.creationTemplates, ({ prefix }) => prefix, name);
    return template?.appliedFor.includes(purpose) ? template : undefined;
  }

  cacheRuleFor(name: string): CacheRule | undefined {
    return longest(this.cacheRules, ({ ecrRepositoryPrefix }) => ecrRepositoryPrefix, name);
  }
}

/** A prefix always ends with a slash, written or not. */
function longest<T>(all: readonly T[], prefixOf: (one: T) => string, name: string): T | undefined {
  const covering = all.filter((one) => {
    const prefix = prefixOf(one);
    return prefix === 'ROOT' || name.startsWith(`${prefix.replace(/\/$/, '')}/`);
  });
  const length = (one: T) => (prefixOf(one) === 'ROOT' ? 0 : prefixOf(one).length);
  return covering.toSorted((one, other) => length(other) - length(one))[0];
}

/**
 * A policy as ECR reformats it: pretty-printed as in the examples of GetRepositoryPolicy, and with an account's ID
 * written as an ARN.
 */
export function printedByEcr(text: string, partition: string): string {
  const root = (_: string, account: string) => `"arn:${partition}:iam::${account}:root"`;
  return printed(JSON.parse(text), '').replace(/"(\d{12})"(?= *[,\]\n])/g, root);
}

function printed(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[ ${value.map((item) => printed(item, indent)).join(', ')} ]`;
  const inner = `${indent}  `;
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)} : ${printed(member, inner)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
}
