// The accounts the fake AWS knows: users, roles, registries, sessions and tokens. Everything may be changed while it runs.

import { randomBytes } from 'node:crypto';
import type { ManagedPolicyName } from './managed-policies.ts';
import type { PolicyDocument } from './policy-evaluation.ts';
import { Registry } from './resource-policy.ts';

/** What users and roles have in common. */
interface PrincipalSettings {
  policies?: PolicyDocument[];
  /** Policies of AWS's own that are attached. */
  managed?: ManagedPolicyName[];
  /** Part of the ARN of the principal, and of no session's; with a slash at both ends. */
  path?: string;
  boundary?: PolicyDocument;
  tags?: Record<string, string>;
}

export interface UserSettings extends PrincipalSettings {
  accessKeyId: string;
  secretAccessKey: string;
  /** The one MFA device of the user and the code it shows until a test gives it another; `spent` is the one that was used. */
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

/** Who signed a request, as GetCallerIdentity would say. */
export interface Caller {
  principal: User | Role;
  arn: string;
  userId: string;
  /** Undefined for long-term keys, which carry no `aws:MultiFactorAuthPresent` at all. */
  mfaAuthenticated?: boolean;
  /** What the session may do at most, where AssumeRole was told so. */
  sessionPolicies?: readonly PolicyDocument[];
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  caller: Caller;
  /** Temporary credentials only; epoch milliseconds. */
  session?: { token: string; expiresAt: number };
}

/** One authorization token that ECR or ECR Public handed out. */
export interface IssuedToken {
  service: 'ecr' | 'ecr-public';
  region: string;
  caller: Caller;
  /** The ARN of the caller's principal or session. */
  principal: string;
  /** The caller's account. */
  account: string;
  password: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** What a web identity token says once its provider has verified it. `expiresAt` in epoch milliseconds. */
export interface WebIdentity {
  sub: string;
  aud: string;
  expiresAt?: number;
}

/** An IAM Identity Center access token. */
export interface SsoSession {
  user: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  assignments: { account: string; role: string }[];
}

/** What `aws login` began: whom its credentials are for, and who may renew them. */
export interface LoginSession {
  caller: Caller;
  clientId: string;
  /** RFC 7638, of the key that was made for the session. */
  keyThumbprint: string;
  /** Sign-In's own name for why it is not renewed any more. */
  refusal?: 'USER_CREDENTIALS_CHANGED' | 'INSUFFICIENT_PERMISSIONS';
}

export class Account {
  readonly id: string;
  readonly partition: string;
  organization: string | undefined;
  /** Service control policies. Where one allows anything, it is an allow list: what none allows is denied. */
  scp: PolicyDocument[] = [];
  /** Resource control policies: they deny, to everybody who asks for what the account has. */
  rcp: PolicyDocument[] = [];
  /** Of the VPC endpoint through which the account's principals reach ECR. */
  vpcEndpointPolicy: PolicyDocument | undefined;
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Role>();
  /** Host and path of an OIDC issuer → the tokens it stands for. */
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

  /** The account's registry in a region: each has one, empty at first. */
  registry(region: string): Registry {
    let registry = this.#registries.get(region);
    if (registry === undefined) {
      registry = new Registry();
      this.#registries.set(region, registry);
    }
    return registry;
  }

  #identity(kind: 'user' | 'role', prefix: string, name: string, path = '/') {
    const arn = `arn:${this.partition}:iam::${this.id}:${kind}${path}${name}`;
    return { account: this, name, path, arn, id: uniqueId(prefix) };
  }
}

export class World {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly accounts = new Map<string, Account>();
  readonly issuedTokens: IssuedToken[] = [];
  /** SSO access token → session. */
  readonly ssoSessions = new Map<string, SsoSession>();
  /** SSO refresh token → the access token it brings. Each works once. */
  readonly ssoRefreshTokens = new Map<string, { accessToken: string; session: SsoSession }>();
  /** Refresh token of `aws login` → session. Each works once and brings the next. */
  readonly loginRefreshTokens = new Map<string, LoginSession>();
  /** Whether ECR gives a policy back in its own hand instead of the text that was written; the document is the same. */
  reprintsPolicies = false;
  readonly #sessions = new Map<string, Credentials>();

  constructor(now: () => number) {
    this.now = now;
  }

  /** The account with this ID, made on first use. */
  account(id: string, partition = 'aws'): Account {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = new Account(id, partition);
      this.accounts.set(id, account);
    }
    return account;
  }

  /** The account with this ID; one that nobody has looks like one that has nothing. */
  anyAccount(id: string): Account {
    return this.accounts.get(id) ?? new Account(id, 'aws');
  }

  /** The role with this ARN, or undefined. */
  role(arn: string): Role | undefined {
    return this.#roles().find((role) => role.arn === arn);
  }

  /** The role or user with this ARN; for a session's ARN, the role behind it. */
  principal(arn: string): User | Role | undefined {
    const [, account = '', name = ''] = /:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn) ?? [];
    if (name !== '') return this.accounts.get(account)?.roles.get(name);
    return this.role(arn) ?? this.#users().find((user) => user.arn === arn);
  }

  #roles(): Role[] {
    return [...this.accounts.values()].flatMap((account) => [...account.roles.values()]);
  }

  #users(): User[] {
    return [...this.accounts.values()].flatMap((account) => [...account.users.values()]);
  }

  /** Temporary credentials for a caller, until `expiresAt` (epoch milliseconds). */
  issueSession(caller: Caller, expiresAt: number): Required<Credentials> {
    const credentials = {
      accessKeyId: uniqueId('ASIA'),
      secretAccessKey: randomBytes(30).toString('base64'),
      caller,
      session: { token: randomBytes(240).toString('base64'), expiresAt },
    };
    this.#sessions.set(credentials.accessKeyId, credentials);
    return credentials;
  }

  /** The credentials behind an access key ID, or undefined. */
  credentials(accessKeyId: string): Credentials | undefined {
    const user = this.#users().find((candidate) => candidate.accessKeyId === accessKeyId);
    if (user === undefined) return this.#sessions.get(accessKeyId);
    const caller = { principal: user, arn: user.arn, userId: user.id };
    return { accessKeyId, secretAccessKey: user.secretAccessKey, caller };
  }
}

/** The caller that a session of a role is. */
export function roleSession(role: Role, sessionName: string): Caller {
  const { account } = role;
  return {
    principal: role,
    arn: `arn:${account.partition}:sts::${account.id}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    mfaAuthenticated: false,
  };
}

/** Twenty characters, like every unique ID of IAM. */
function uniqueId(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const letters = Array.from(randomBytes(20 - prefix.length), (byte) => alphabet[byte % 32]);
  return prefix + letters.join('');
}
