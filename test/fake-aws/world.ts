// The state of the fake AWS: accounts, sessions and tokens. Everything may be changed while it runs.
import { randomBytes } from 'node:crypto';
import type { Role, User } from './account.ts';
import { Account, uniqueId } from './account.ts';
import { CANARY } from './canary.ts';
import type { PolicyDocument } from './policy-evaluation.ts';

/** The signer of a request, as in GetCallerIdentity's answer. */
export interface Caller {
  principal: User | Role;
  arn: string;
  userId: string;
  /** Undefined for long-term keys, which have no `aws:MultiFactorAuthPresent`. */
  mfaAuthenticated?: boolean;
  /** The session policies, if AssumeRole was given any. */
  sessionPolicies?: readonly PolicyDocument[];
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  caller: Caller;
  /** Only of temporary credentials; epoch milliseconds. */
  session?: { token: string; expiresAt: number };
}

/** What an AWS client knows of a session. */
export interface SessionKeys {
  accessKeyId: string;
  secretAccessKey: string;
  token: string;
}

/** One authorization token of ECR or ECR Public. */
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

/** An IAM Identity Center access token. */
export interface SsoSession {
  user: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  assignments: { account: string; role: string }[];
}

/** A session of `aws login`: whose credentials it has, and who may renew them. */
export interface LoginSession {
  caller: Caller;
  clientId: string;
  /** The key's thumbprint (RFC 7638); the key was made for this session. */
  keyThumbprint: string;
  /** Sign-In's name for the reason why it can no longer be renewed. */
  refusal?: 'USER_CREDENTIALS_CHANGED' | 'INSUFFICIENT_PERMISSIONS';
}

export class World {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly accounts = new Map<string, Account>();
  readonly issuedTokens: IssuedToken[] = [];
  /** SSO access token → session. */
  readonly ssoSessions = new Map<string, SsoSession>();
  /** SSO refresh token → the new access token. Each works once. */
  readonly ssoRefreshTokens = new Map<string, { accessToken: string; session: SsoSession }>();
  /** Refresh token of `aws login` → session. Each works once and returns the next. */
  readonly loginRefreshTokens = new Map<string, LoginSession>();
  /** Whether ECR reformats policies instead of keeping the text that was written; the document is the same. */
  reprintsPolicies = false;
  readonly #sessions = new Map<string, Credentials>();

  constructor(now: () => number) {
    this.now = now;
  }

  /** The account with this ID, created on first use. */
  account(id: string, partition = 'aws'): Account {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = new Account(id, partition);
      this.accounts.set(id, account);
    }
    return account;
  }

  /** The account with this ID. An account that does not exist looks like an empty one. */
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

  /**
   * Deletes a role as IAM does: in resource policies that name it, its ARN becomes its unique ID, which matches no
   * principal.
   */
  deleteRole(role: Role): void {
    role.account.roles.delete(role.name);
    for (const holder of [...this.accounts.values()].flatMap((account) => account.policyHolders())) {
      holder.policyText = holder.policyText?.replaceAll(JSON.stringify(role.arn), JSON.stringify(role.id));
    }
  }

  #roles(): Role[] {
    return [...this.accounts.values()].flatMap((account) => [...account.roles.values()]);
  }

  #users(): User[] {
    return [...this.accounts.values()].flatMap((account) => [...account.users.values()]);
  }

  /** Temporary credentials for a caller, until `expiresAt` (epoch milliseconds); creates them unless they are given. */
  issueSession(caller: Caller, expiresAt: number, keys: SessionKeys = newKeys()): Required<Credentials> {
    const { accessKeyId, secretAccessKey, token } = keys;
    const credentials = { accessKeyId, secretAccessKey, caller, session: { token, expiresAt } };
    this.#sessions.set(accessKeyId, credentials);
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

function newKeys(): SessionKeys {
  return {
    accessKeyId: uniqueId('ASIA'),
    secretAccessKey: CANARY + randomBytes(21).toString('base64'),
    token: CANARY + randomBytes(231).toString('base64'),
  };
}

/** The caller of a role's session. */
export function roleSession(role: Role, sessionName: string): Caller {
  const { account } = role;
  return {
    principal: role,
    arn: `arn:${account.partition}:sts::${account.id}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    mfaAuthenticated: false,
  };
}
