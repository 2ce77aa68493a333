// Mints one ECR authorization token: credentials of the identity, then GetAuthorizationToken in the registry's region.
import { userInfo } from 'node:os';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Environment } from '../config/paths.ts';
import { type Identity, profileOf } from '../identity/identity.ts';
import { mfaRequired } from '../identity/mfa-device.ts';
import { createProfileReader } from '../identity/profiles.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { MfaProof, MfaSession } from '../token/mfa-session-store.ts';
import type { Token } from '../token/token.ts';
import { createConnection } from './connection.ts';
import { resolveCredentials } from './credentials.ts';
import { explainFailure, timeoutFailure } from './failure.ts';
import { sourceOf } from './failure-context.ts';
import { createMfa, type Mfa } from './mfa.ts';
import { checkEndpoints, requestToken, type TokenContext } from './request-token.ts';
import { createRoleAssumer } from './role-assumer.ts';

/** Left to the minter to say what it waited for, before it is killed. Milliseconds. */
const FAREWELL_MS = 250;

/** What AWS is asked in a process whose environment is the caller's. */
export interface Asking {
  resolution: Resolution;
  env: Environment;
  /** Milliseconds from `givenAt` on. */
  timeoutMs: number;
  /** Epoch ms. */
  givenAt: number;
  mfa?: MfaProof | undefined;
}

/** A token, and the MFA session that its code began. */
export interface Minted {
  token: Token;
  mfaSession?: MfaSession | undefined;
}

/** Who AWS says that one is. */
export interface CallerIdentity {
  arn: string;
  account: string;
}

/** @throws XacctError with the command that mends it; never an error of the SDK. */
export function mintToken(asking: Asking): Promise<Minted> {
  return withCredentials(asking, async (credentials, context) => {
    const token = await requestToken(asking.resolution.registry, credentials, context);
    return { token, mfaSession: context.mfa.begun() };
  });
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html @throws XacctError */
export function whoAmI(asking: Asking): Promise<CallerIdentity> {
  return withCredentials(asking, async (credentials, { connection }) => {
    const { getCallerIdentity } = await import('./sts-calls.ts');
    const { Arn = '', Account = '' } = await getCallerIdentity({
      region: asking.resolution.stsRegion,
      requestHandler: connection.requestHandler,
      credentials,
    });
    return { arn: Arn, account: Account };
  });
}

interface Context extends TokenContext {
  mfa: Mfa;
}

async function withCredentials<T>(
  { resolution, env, timeoutMs, givenAt, mfa: proof }: Asking,
  use: (credentials: AwsCredentialIdentity, context: Context) => Promise<T>,
): Promise<T> {
  const profiles = createProfileReader()(env);
  const profile = profileOf(resolution.identity);
  checkEndpoints(env);
  // A credential_process is run with the caller's AWS_PROFILE: one that calls `aws` would else call itself.
  const followsLater = sourceOf(resolution.identity, profiles)?.kind === 'process';
  if (!followsLater) followProfile(resolution.identity);
  const connection = createConnection(env, profile === undefined ? undefined : profiles.profile(profile));
  const stsConfig = { region: resolution.stsRegion, requestHandler: connection.requestHandler };
  const mfa = createMfa(stsConfig, proof, (serial) => mfaRequired(serial, resolution));
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(timeoutFailure(connection.lastExchange(), resolution, profiles, timeoutMs)),
    Math.max(givenAt + timeoutMs - FAREWELL_MS - Date.now(), 1),
  );
  let stage: 'credentials' | 'token' = 'credentials';
  const asked = async () => {
    const credentials = await resolveCredentials(resolution.identity, {
      connection,
      roles: createRoleAssumer(stsConfig, sessionName(env), mfa),
      region: resolution.stsRegion,
    });
    stage = 'token';
    if (followsLater) followProfile(resolution.identity);
    return await use(credentials, { connection, env, profiles, profile, mfa });
  };
  try {
    return await Promise.race([asked(), deadline]);
  } catch (error) {
    const exchange = connection.lastExchange();
    throw explainFailure(error, { resolution, profiles, stage, exchange, usesMfaSession: mfa.usesSession });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What else the SDK takes from a profile (endpoint_url, services, use_fips_endpoint, max_attempts) follows AWS_PROFILE and
 * not the profile a provider was made for. This process mints once, so it may say so.
 */
function followProfile(identity: Identity): void {
  // Keys in the environment go with whatever profile stands beside them, as in the AWS CLI.
  if (identity.kind === 'environment') return;
  const profile = profileOf(identity);
  if (profile === undefined) delete process.env.AWS_PROFILE;
  else process.env.AWS_PROFILE = profile;
}

/** Names the person in CloudTrail where no role_session_name is given. */
function sessionName(env: Environment): string {
  const user = env.USER || userName();
  const name = user.replace(/[^\w+=,.@-]/g, '-');
  return `ecr-xacct-${name}`.slice(0, 64);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
