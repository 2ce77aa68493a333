// An account of the fake AWS: its users, roles and registries, and the policies that limit them.
import { randomBytes } from 'node:crypto';
import type { ManagedPolicyName } from './managed-policies.ts';
import type { PolicyDocument } from './policy-evaluation.ts';
import type { PolicyHolder } from './resource-policy.ts';
import { Registry } from './resource-policy.ts';

/** The settings that users and roles share. */
interface PrincipalSettings {
  policies?: PolicyDocument[];
  /** Attached AWS managed policies. */
  managed?: ManagedPolicyName[];
  /** The path in the principal's ARN, with a slash at both ends. A session's ARN does not contain it. */
  path?: string;
  boundary?: PolicyDocument;
  tags?: Record<string, string>;
}

export interface UserSettings extends PrincipalSettings {
  accessKeyId: string;
  secretAccessKey: string;
  /**
   * The user's only MFA device, and its current code until a test changes it. `spent` is the last code that was used.
   */
  mfa?: { serialNumber: string; code: string; spent?: string };
}

export interface RoleSettings extends PrincipalSettings {
  trust: PolicyDocument;
  /** Seconds; IAM's default is an hour. */
  maxSessionDuration?: number;
}

interface PrincipalIdentity {
  account: Account;
  name: string;
  path: string;
  arn: string;
  /** IAM's unique ID: `AIDA…` of a user, `AROA…` of a role. */
  id: string;
  policies: PolicyDocument[];
}

export interface User extends UserSettings, PrincipalIdentity {
  kind: 'user';
  path: string;
  policies: PolicyDocument[];
}

export interface Role extends RoleSettings, PrincipalIdentity {
  kind: 'role';
  path: string;
  policies: PolicyDocument[];
  maxSessionDuration: number;
}

/** The claims of a web identity token, after its provider has verified it. `expiresAt` in epoch milliseconds. */
export interface WebIdentity {
  sub: string;
  aud: string;
  expiresAt?: number;
}

export class Account {
  readonly id: string;
  readonly partition: string;
  organization: string | undefined;
  /** Service control policies. If any of them allows something, they are an allow list: what none allows is denied. */
  scp: PolicyDocument[] = [];
  /** Resource control policies: they deny requests from any caller to the account's resources. */
  rcp: PolicyDocument[] = [];
  /** The policy of the VPC endpoint through which the account's principals reach ECR. */
  vpcEndpointPolicy: PolicyDocument | undefined;
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Role>();
  /** Host and path of an OIDC issuer → its tokens and their claims. */
  readonly webIdentityProviders = new Map<string, Map<string, WebIdentity>>();
  readonly #registries = new Map<string, Registry>();

  constructor(id: string, partition: string) {
    this.id = id;
    this.partition = partition;
  }

  user(name: string, settings: UserSettings): this {
    const identity = this.#identity('user', 'AIDA', name, settings.path);
    this.users.set(name, { kind: 'user', policies: [], ...settings, ...identity });
    return this;
  }

  role(name: string, settings: RoleSettings): this {
    const identity = this.#identity('role', 'AROA', name, settings.path);
    this.roles.set(name, { kind: 'role', policies: [], maxSessionDuration: 3600, ...settings, ...identity });
    return this;
  }

  repository(region: string, name: string, settings: { policy?: PolicyDocument } = {}): this {
    this.registry(region).add(name, settings.policy);
    return this;
  }

  webIdentityProvider(issuer: string, tokens: Record<string, WebIdentity>): this {
    this.webIdentityProviders.set(issuer, new Map(Object.entries(tokens)));
    return this;
  }

  /** The account's registry in a region: each region has one, empty at first. */
  registry(region: string): Registry {
    let registry = this.#registries.get(region);
    if (registry === undefined) {
      registry = new Registry();
      this.#registries.set(region, registry);
    }
    return registry;
  }

  /** Everything in the account's registries that has a resource policy. */
  policyHolders(): PolicyHolder[] {
    return [...this.#registries.values()].flatMap((registry) => [
      registry,
      ...registry.repositories.values(),
    ]);
  }

  #identity(kind: 'user' | 'role', prefix: string, name: string, path = '/') {
    const arn = `arn:${this.partition}:iam::${this.id}:${kind}${path}${name}`;
    return { account: this, name, path, arn, id: uniqueId(prefix) };
  }
}

/** Twenty characters, as in all of IAM's unique IDs. */
export function uniqueId(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const letters = Array.from(randomBytes(20 - prefix.length), (byte) => alphabet[byte % 32]);
  return prefix + letters.join('');
}
