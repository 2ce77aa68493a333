// `ecr-xacct explain`: each step of the choice for a hostname, its result, and what is in memory, without secrets.
import type { ClockGap, ExpiredOnArrival } from '../aws-clock.ts';
import { ruleLine } from '../config/rule-line.ts';
import { attempt, type ErrorFields, errorFields, XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import { describeIdentity } from '../identity/identity.ts';
import { mfaDevice } from '../identity/mfa-device.ts';
import { climb, type ResolutionInput, type Rung, STEPS, type Step } from '../identity/precedence.ts';
import { chooseIdentity, type Resolution } from '../identity/resolve.ts';
import type { CallerIdentity } from '../questions.ts';
import type { Registry } from '../registry/ecr-hostname.ts';
import type { WhoAmI } from './account-memory.ts';
import { resolutionInputAsked, whatWasLearnt } from './choose.ts';
import {
  type ExplainedCandidate,
  explainedCandidate,
  type PassedOver,
  passedOver,
} from './explained-candidate.ts';
import { findToken, type TokenInput } from './find-token.ts';
import type { HelperDeps } from './helper.ts';

/** Times are epoch milliseconds, by AWS's clock. */
export interface Explanation {
  hostname: string;
  /** Left out if the hostname is neither ECR's nor mapped: it gets no credential. */
  registry?: Registry;
  /** The helper that is configured to answer for such a hostname. */
  fallbackHelper?: string;
  /** The username from `docker login`: it comes before all but ECR_XACCT_PROFILE. */
  login?: string;
  steps: ExplainedStep[];
  /** In the order in which they are tried. */
  candidates: ExplainedCandidate[];
  /** The index of the one that is used. */
  chosen?: number;
  /** The rule that would always use this identity; left out if there is one already or the identity cannot be used. */
  pin?: string;
  /** The command that adds it. */
  pinCommand?: Command;
  /** Profiles of the registry's account that are incomplete: they have no credentials. */
  passedOver?: PassedOver[];
  /** What AWS answered for profiles whose settings have no account. */
  learnt: string[];
  /** Profiles whose account only AWS knows, and AWS has not been asked. */
  unknown: string[];
  /** The caller that AWS reports, if it was asked. */
  caller?: CallerIdentity;
  /** The expiry of a token that is not kept. */
  expiredOnArrival?: ExpiredOnArrival;
  /** Present if AWS's clock and this machine's differ. */
  clockGap?: ClockGap;
  /** Why minting failed, if a mint was requested. */
  error?: ErrorFields;
}

export interface ExplainedStep {
  step: Step;
  /** `later`: the step has an identity, but an earlier step comes first. */
  outcome: 'yes' | 'no' | 'later';
  why: string;
}

export type ExplainRequest = Pick<TokenInput, 'hostname' | 'env' | 'serviceAccount'> & {
  /** Mint a token, and ask AWS for the caller. */
  mint: boolean;
};

/** @throws XacctError if the config cannot be read. */
export async function explain(
  deps: HelperDeps & { whoAmI: WhoAmI },
  { hostname, env, serviceAccount, mint }: ExplainRequest,
): Promise<Explanation> {
  const wanted: TokenInput = {
    hostname,
    config: await deps.readConfig(env),
    profiles: await deps.readProfiles(env),
    env,
    serviceAccount,
  };
  const tried = mint ? await tryIt(deps, wanted) : {};
  const input = resolutionInputAsked(deps, wanted);
  if (input === undefined) {
    const { fallbackHelper } = wanted.config;
    return { ...nothing(hostname), ...(fallbackHelper === undefined ? {} : { fallbackHelper }) };
  }
  const steps = explainedSteps(input);
  const choice = attempt(() => chooseIdentity(hostname, input));
  const { resolutions = [], unknown = [] } = choice instanceof XacctError ? {} : choice;
  const candidates = resolutions.map((one) => explainedCandidate(deps, wanted, one));
  const login = deps.logins.get(hostname)?.username;
  const used = resolutions.findIndex(
    ({ identity }) =>
      tried.resolution && describeIdentity(identity) === describeIdentity(tried.resolution.identity),
  );
  const held = candidates.findIndex(({ token }) => token !== undefined);
  const usable = candidates.findIndex(({ problem }) => problem === undefined);
  const chosen = [used, held, usable, 0].find((index) => index >= 0 && index < candidates.length);
  const isUsable = candidates[chosen ?? 0]?.problem === undefined;
  const pinned = isUsable ? pinOf(input.registry, resolutions[chosen ?? 0]) : {};
  const clockGap = deps.awsClock.gap();
  const error = tried.error ?? (choice instanceof XacctError ? errorFields(choice) : undefined);
  return {
    hostname,
    registry: input.registry,
    ...(login === undefined || env.ECR_XACCT_PROFILE ? {} : { login }),
    steps,
    candidates,
    ...(chosen === undefined ? {} : { chosen }),
    ...pinned,
    passedOver: passedOver(input, candidates),
    learnt: whatWasLearnt(deps, wanted),
    unknown: unknown.filter((profile) => deps.accounts.recall(profile, wanted) === undefined),
    ...(tried.caller && { caller: tried.caller }),
    ...(tried.expiredOnArrival && { expiredOnArrival: tried.expiredOnArrival }),
    ...(clockGap && { clockGap }),
    ...(error && { error }),
  };
}

/** A pattern for every region of the account, in the spelling of the hostname. */
function pinOf(
  { hostname, account, region }: Registry,
  resolution: Resolution | undefined,
): Pick<Explanation, 'pin' | 'pinCommand'> {
  if (resolution?.identity.kind !== 'profile' || resolution.step === 'rule') return {};
  const pattern = account === undefined ? hostname : hostname.replace(`.${region}.`, '.*.');
  const { profile } = resolution.identity;
  return {
    pin: ruleLine(pattern, profile),
    pinCommand: command`ecr-xacct rule add ${pattern} --profile ${profile}`,
  };
}

function nothing(hostname: string): Explanation {
  return { hostname, steps: [], candidates: [], learnt: [], unknown: [] };
}

interface Tried {
  resolution?: Resolution;
  expiredOnArrival?: ExpiredOnArrival;
  caller?: CallerIdentity;
  error?: ErrorFields;
}

async function tryIt(deps: HelperDeps & { whoAmI: WhoAmI }, wanted: TokenInput): Promise<Tried> {
  let tried: Tried = {};
  try {
    const found = await findToken(deps, wanted);
    if (found === undefined) return tried;
    const { resolution, token } = found;
    const { awsNow, expiresAt } = token;
    tried = { resolution, ...(expiresAt > awsNow ? {} : { expiredOnArrival: { awsNow, expiresAt } }) };
    return { ...tried, caller: await whoAmI(deps, wanted, resolution) };
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    return { ...tried, error: errorFields(error) };
  }
}

function whoAmI(
  deps: HelperDeps & { whoAmI: WhoAmI },
  wanted: TokenInput,
  resolution: Resolution,
): Promise<CallerIdentity> {
  const device = mfaDevice(resolution.identity, wanted);
  const session = device && deps.mfaSessions.get(device.sessionKey);
  return deps.whoAmI(resolution, wanted.env, session && { session });
}

function explainedSteps(input: ResolutionInput): ExplainedStep[] {
  const steps: ExplainedStep[] = [];
  let isChosen = false;
  const rungs = climb(input);
  for (;;) {
    const next = attempt(() => rungs.next());
    if (next instanceof XacctError) {
      steps.push({
        step: STEPS[steps.length] ?? 'default',
        outcome: isChosen ? 'later' : 'no',
        why: next.message,
      });
      return steps;
    }
    if (next.done) return steps;
    const { step, candidates } = next.value;
    const outcome: ExplainedStep['outcome'] = candidates.length === 0 ? 'no' : isChosen ? 'later' : 'yes';
    isChosen ||= outcome === 'yes';
    steps.push({ step, outcome, why: whyOf(next.value) });
  }
}

function whyOf({ candidates, absence }: Rung): string {
  const [first, ...others] = candidates;
  if (first === undefined) return absence;
  return others.length === 0 ? first.reason : `${first.reason}, and ${others.length} more`;
}
