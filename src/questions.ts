// The questions to a minter and AWS's answers: tokens, MFA sessions, policies, images, principals.
import type { ErrorFields, XacctError } from './errors.ts';

/** The input and the answer of each question. The identity and the registry are in the job's resolution. */
export interface Questions {
  /** GetAuthorizationToken. */
  token: { input: undefined; answer: Token };
  /** GetCallerIdentity. */
  caller: { input: undefined; answer: CallerIdentity };
  /** The policies of the registry, and of one or all of its repositories (`*`, which is not a valid name). */
  policies: { input: { repository: string | undefined }; answer: RegistryPolicies };
  /** Writes a policy if it is still the one that was read. */
  'put-policy': { input: PolicyPut; answer: PolicyPutAnswer };
  /** Sets the registry policy's scope to V2. */
  'upgrade-scope': { input: undefined; answer: { scope: PolicyScope } };
  /** Why an image cannot be pulled: its own state, and the settings that would create its repository. */
  'image-state': { input: ImageStateInput; answer: ImageState };
  /** A role or a user of the identity's own account. */
  principal: { input: { arn: string }; answer: FoundPrincipal };
  /** What its identity policies, its boundary and the SCPs allow a principal. Resource policies are not included. */
  simulation: { input: SimulationInput; answer: SimulatedAction[] };
}

export type Question = keyof Questions;

/**
 * The outcome of a question: AWS's answer, or the error. Either may include the MFA session that a code started: a code
 * works once, so the session is kept even after a later failure.
 */
export type Outcome<T> = ({ answer: T; error?: undefined } | { error: XacctError }) & {
  mfaSession?: MfaSession | undefined;
};

/** @throws XacctError the error of the outcome. */
export function answerOf<T>(outcome: Outcome<T>): T {
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.answer;
}

/** The result of a mint. */
export interface Token {
  username: string;
  password: string;
  /** Epoch milliseconds by AWS's clock, from ECR's answer. */
  expiresAt: number;
  /**
   * Epoch milliseconds by AWS's clock when the token is handed over. The difference is the token's remaining life, even
   * if this machine's clock is wrong.
   */
  awsNow: number;
  /** How long the daemon has held it, in ms; absent for a new token. */
  age?: number;
}

/** A session of `sts:GetSessionToken`. */
export interface MfaSession {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Epoch milliseconds by AWS's clock. */
  expiresAt: number;
  /** Epoch milliseconds by AWS's clock. */
  begunAt: number;
}

/** The MFA proof for a mint: a code that was typed just now, or the session that an earlier code started. */
export type MfaProof = { code: string } | { session: MfaSession };

/** The caller, according to AWS. */
export interface CallerIdentity {
  arn: string;
  account: string;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html */
export type PolicyScope = 'V1' | 'V2';

/** An answer of AWS (`value` is absent for an empty one), or the error. */
export type Answered<T> = { value: T } | { error: ErrorFields };

/** Policies are JSON texts as AWS stores them; undefined if there is none. */
export interface RegistryPolicies {
  registry: Answered<string | undefined>;
  scope: Answered<PolicyScope>;
  /** The requested repositories, sorted by name. */
  repositories: Answered<{ name: string; policy: Answered<string | undefined> }[]>;
}

export interface ImageStateInput {
  repository: string;
  /** A tag or a digest. */
  reference: string;
  isDigest: boolean;
}

/** Each part has its own answer: an identity that may see an image may not be allowed to see the rest. */
export interface ImageState {
  /** Undefined if the repository has no such image. */
  status: Answered<'ACTIVE' | 'ARCHIVED' | 'ACTIVATING' | undefined>;
  /** Always those of the identity's own registry, because the API reads no other. */
  templates: Answered<CreationTemplate[]>;
  cacheRules: Answered<CacheRule[]>;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryCreationTemplate.html */
export interface CreationTemplate {
  /** `ROOT` for every repository that no other template matches. */
  prefix: string;
  /** `CREATE_ON_PUSH`, `PULL_THROUGH_CACHE`, `REPLICATION`. */
  appliedFor: string[];
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PullThroughCacheRule.html */
export interface CacheRule {
  prefix: string;
  /** As in `public.ecr.aws`. */
  upstream: string;
}

export interface PolicyPut {
  /** Undefined for the registry's policy. */
  repository: string | undefined;
  /** The policy that the change is based on. */
  expected: string | undefined;
  /** Undefined to delete the policy. */
  text: string | undefined;
}

/** `changed`: another program has written the policy in between, and nothing was written. `now`: the present policy. */
export interface PolicyPutAnswer {
  outcome: 'written' | 'changed';
  now: string | undefined;
}

/** `arn` has its path, which a session's ARN lacks. */
export interface FoundPrincipal {
  exists: boolean;
  arn?: string;
  /** For a role: its trust policy, as JSON. */
  trust?: string;
}

export interface SimulationInput {
  /** The ARN of a role or a user, not of a session. */
  arn: string;
  actions: readonly string[];
  /** The ARN of a repository, or `*`. */
  resource: string;
  /** The region of the action, because policies may apply to some regions only. */
  region: string;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html */
export interface SimulatedAction {
  action: string;
  decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Set if that is the reason of a denial. */
  deniedBy?: 'organization' | 'boundary';
  /**
   * Condition keys of its policies whose values are not known in advance (`aws:SourceIp`). A denial may be due to them.
   */
  missing?: string[];
}
