// `ecr-xacct login`: mints now, with an MFA code if there is one, so that the pulls of the next hours find a token.
import type { ClockGap } from '../aws-clock.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { chainOf } from '../identity/chain.ts';
import { type CallerWorld, describeIdentity } from '../identity/identity.ts';
import { mfaDevice } from '../identity/mfa-device.ts';
import { profileResolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import { declaredAccount } from '../profiles/profile-accounts.ts';
import { partitionOfRegion, registryHostname } from '../registry/ecr-hostname.ts';
import type { MfaSessionStatus } from '../token/mfa-session-store.ts';
import { findToken } from './find-token.ts';
import type { HelperDeps } from './helper.ts';
import { whyShort } from './short-life.ts';

/** At least one of `hostname` and `profile` is set. */
export interface LoginRequest {
  /** Lower case. */
  hostname?: string | undefined;
  /** The profile to use instead of what the rules say. */
  profile?: string | undefined;
  /** An MFA code. */
  code?: string | undefined;
}

export interface LoggedIn {
  hostname: string;
  identity: string;
  region: string;
  /** Epoch milliseconds by AWS's clock. */
  expiresAt: number;
  /** How long the token is handed out, in milliseconds; 0 or less if it was expired on arrival. */
  leftMs: number;
  /** Why that is shorter than usual; the end of a sentence. */
  shortBecause?: string;
  /** Present if AWS's clock and this machine's differ. */
  clockGap?: ClockGap;
  /** The session that serves each role behind the same keys. */
  mfaSession?: MfaSessionStatus;
}

/** @throws XacctError with the hostname in its message. */
export async function login(
  deps: HelperDeps,
  { hostname: asked, profile, code }: LoginRequest,
  callerEnv: Environment,
): Promise<LoggedIn> {
  const env = profile === undefined ? callerEnv : { ...callerEnv, ECR_XACCT_PROFILE: profile };
  const profiles = await deps.readProfiles(env);
  const config = await deps.readConfig(env);
  const hostname = asked ?? (await homeRegistry(deps, profile ?? '', { config, profiles, env }));
  try {
    const found = await findToken(deps, { hostname, config, profiles, env, login: { code } });
    if (found === undefined) throw notOurs();
    // Else the credential from `docker login` would still come first.
    deps.logins.erase(hostname);
    const { identity, registry } = found.resolution;
    const { expiresAt, awsNow } = found.token;
    const world = { config, profiles, env };
    const lifeMs = expiresAt - awsNow;
    const shortBecause = whyShort(lifeMs, identity, world);
    const clockGap = deps.awsClock.gap();
    const device = mfaDevice(identity, world);
    const mfaSession = device && deps.mfaSessions.statusOf(device.sessionKey);
    return {
      hostname,
      identity: describeIdentity(identity),
      region: registry.region,
      expiresAt,
      leftMs: Math.min(lifeMs, config.maxTokenAge),
      ...(shortBecause !== undefined && { shortBecause }),
      ...(clockGap && { clockGap }),
      ...(mfaSession && { mfaSession }),
    };
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    throw error.prefixed(hostname);
  }
}

/** The registry of the profile's own account, in its own region. */
async function homeRegistry(
  { accounts, deadline }: HelperDeps,
  profile: string,
  world: CallerWorld,
): Promise<string> {
  const { profiles, env } = world;
  // Checked before its region: without credentials, a region does not help.
  chainOf({ kind: 'profile', profile }, profiles, env);
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || profiles.profile(profile)?.region;
  if (region === undefined || partitionOfRegion(region) === undefined) {
    throw new XacctError('usage', `profile ${profile} has no region to log in to`, {
      hint: { run: command`aws configure set region us-east-1 --profile ${profile}` },
    });
  }
  const declared = declaredAccount(profiles, profile);
  if (declared !== undefined) return registryHostname(declared, region) ?? '';
  const signal = deadline(env);
  await accounts.learn([profileResolution(profile, region)], undefined, world, signal);
  const learnt = accounts.recall(profile, world);
  if (learnt !== undefined && 'account' in learnt) return registryHostname(learnt.account, region) ?? '';
  signal.throwIfAborted();
  throw learnt === undefined ? notOurs() : learnt.error.prefixed(`profile ${profile}`);
}

export function notOurs(): XacctError {
  return new XacctError('usage', 'neither an ECR hostname nor in the config', {
    hint: { say: 'for other registries', run: command`docker login` },
  });
}
