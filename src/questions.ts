// What a minter can be asked, and what AWS answers: tokens, MFA sessions, policies.
import type { ErrorFields, XacctError } from './errors.ts';

/** Each question: what goes with it, and what comes back. The identity and the registry are the job's resolution. */
export interface Questions {
  /** GetAuthorizationToken. */
  token: { input: undefined; answer: Token };
  /** GetCallerIdentity. */
  caller: { input: undefined; answer: CallerIdentity };
  /** The policies of the registry, and of one or all (`*`, which is no repository's name) of its repositories. */
  policies: { input: { repository: string | undefined }; answer: RegistryPolicies };
  /** Writes a policy where it still is what was read. */
  'put-policy': { input: PolicyPut; answer: PolicyPutAnswer };
  /** Sets the registry policy's scope to V2. */
  'upgrade-scope': { input: undefined; answer: { scope: PolicyScope } };
  /** Why an image cannot be pulled: its own state, and what would make its repository. */
  'image-state': { input: ImageStateInput; answer: ImageState };
  /** A role or a user of the identity's own account. */
  principal: { input: { arn: string }; answer: FoundPrincipal };
  /** What its identity policies, its boundary and the SCPs let a principal do. Resource policies are not in it. */
  simulation: { input: SimulationInput; answer: SimulatedAction[] };
}

export type Question = keyof Questions;

/**
 * What came of a question: AWS's answer, or why there is none. With either, the MFA session that a code began: a code works
 * once, so the session is kept where something fails after it.
 */
export type Outcome<T> = ({ answer: T; error?: undefined } | { error: XacctError }) & {
  mfaSession?: MfaSession | undefined;
};

/** @throws XacctError why there is none. */
export function answerOf<T>(outcome: Outcome<T>): T {
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.answer;
}

/** What a mint brings. */
export interface Token {
  username: string;
  password: string;
  /** Epoch milliseconds by AWS's clock, as ECR said. */
  expiresAt: number;
  /**
   * Epoch milliseconds by AWS's clock as the token is handed over: what is left of its life is the difference, however this
   * machine's clock is set.
   */
  awsNow: number;
  /** How long it has been held, in ms; left out as it comes. */
  age?: number;
}

/** Of `sts:GetSessionToken`. */
export interface MfaSession {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Epoch milliseconds by AWS's clock. */
  expiresAt: number;
  /** Likewise. */
  begunAt: number;
}

/** What a mint may show of MFA: a code that was typed just now, or the session that an earlier one began. */
export type MfaProof = { code: string } | { session: MfaSession };

/** Who AWS says that one is. */
export interface CallerIdentity {
  arn: string;
  account: string;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html */
export type PolicyScope = 'V1' | 'V2';

/** Something that AWS answers (left out where that is nothing), or why it does not. */
export type Answered<T> = { value: T } | { error: ErrorFields };

/** Policies are JSON texts as AWS has them; undefined where there is none. */
export interface RegistryPolicies {
  registry: Answered<string | undefined>;
  scope: Answered<PolicyScope>;
  /** In the order of their names; those that were asked for. */
  repositories: Answered<{ name: string; policy: Answered<string | undefined> }[]>;
}

export interface ImageStateInput {
  repository: string;
  /** A tag or a digest. */
  reference: string;
  isDigest: boolean;
}

/** Each part for itself: who may see an image need not be allowed to see the rest. */
export interface ImageState {
  /** Undefined where the repository has no such image. */
  status: Answered<'ACTIVE' | 'ARCHIVED' | 'ACTIVATING' | undefined>;
  /** Of the identity's own registry, whichever was asked about: the API knows no other. */
  templates: Answered<CreationTemplate[]>;
  cacheRules: Answered<CacheRule[]>;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryCreationTemplate.html */
export interface CreationTemplate {
  /** `ROOT` for every repository that no other covers. */
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
  /** What it was made from. */
  expected: string | undefined;
  /** Undefined to delete it. */
  text: string | undefined;
}

/** `changed`: somebody else wrote it in between, and nothing was written. `now` is what stands there. */
export interface PolicyPutAnswer {
  outcome: 'written' | 'changed';
  now: string | undefined;
}

/** `arn` is with its path, which a session's ARN lacks. */
export interface FoundPrincipal {
  exists: boolean;
  arn?: string;
  /** Of a role: who may assume it, as JSON. */
  trust?: string;
}

export interface SimulationInput {
  /** Of a role or a user, not of a session. */
  arn: string;
  actions: readonly string[];
  /** The ARN of a repository, or `*`. */
  resource: string;
  /** Where it would be done: policies may be for some regions only. */
  region: string;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html */
export interface SimulatedAction {
  action: string;
  decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Where that is the reason of a denial. */
  deniedBy?: 'organization' | 'boundary';
  /** Condition keys of its policies that nobody can know beforehand (`aws:SourceIp`): a denial may be for want of them. */
  missing?: string[];
}
