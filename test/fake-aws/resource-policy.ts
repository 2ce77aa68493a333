// A resource policy as its owner wrote it: the text that a read gives back, and the document that the engine asks.
import type { PolicyDocument } from './policy-evaluation.ts';

/** Something that a resource policy may be attached to. Setting one of the two properties sets the other too. */
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

  /** Byte for byte as it was given. */
  get policyText(): string | undefined {
    return this.#text;
  }

  set policyText(text: string | undefined) {
    this.#document = text === undefined ? undefined : JSON.parse(text);
    this.#text = text;
  }
}

/** A registry of ECR: one of an account in a region. */
export class Registry extends PolicyHolder {
  /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html */
  policyScope: 'V1' | 'V2' = 'V2';
  readonly repositories = new Map<string, PolicyHolder>();

  /** Adds a repository, without a policy where none is given. */
  add(name: string, policy?: PolicyDocument): void {
    const repository = new PolicyHolder();
    repository.policy = policy;
    this.repositories.set(name, repository);
  }
}

/**
 * A policy in ECR's own hand: as the examples of GetRepositoryPolicy show it, printed by a JSON library of theirs, and
 * an account's ID as the ARN that it stands for.
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
