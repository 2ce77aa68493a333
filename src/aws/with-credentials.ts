// AWS credentials of an identity, in a process whose environment is the caller's, and what is done with them.
import { userInfo } from 'node:os';
import type { STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { timerMs } from '../clock.ts';
import type { XacctError } from '../errors.ts';
import { chainOf, followedProfile, followedSettings } from '../identity/chain.ts';
import { mfaRequired } from '../identity/mfa-device.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import type { MfaProof, Outcome } from '../questions.ts';
import { createSecrets, environmentSecrets } from '../secrets.ts';
import { type Connection, createConnection } from './connection/connection.ts';
import { createEndpoints, type Endpoints } from './connection/endpoints.ts';
import { showFollowedProfile } from './connection/followed-profile.ts';
import { explainFailure, timeoutFailure } from './failures/failure.ts';
import type { FailureContext } from './failures/failure-context.ts';
import { NoKeysError } from './failures/service-error.ts';
import { getCredentials } from './leaves/credentials.ts';
import { createMfa, type Mfa } from './leaves/mfa.ts';
import { createRoleAssumer } from './leaves/role-assumer.ts';

/** Left to the minter to say what it waited for, before it is killed. Milliseconds. */
const FAREWELL_MS = 250;

/** What AWS is asked in a process whose environment is the caller's. */
export interface Asking {
  resolution: Resolution;
  /** The whole environment to ask in. */
  env: Environment;
  /** Milliseconds from `givenAt` on; at its end the process is killed with its group. */
  timeoutMs: number;
  /** By `timerMs`: a start takes a part of the time. */
  givenAt: number;
  mfa?: MfaProof | undefined;
}

/** What a client of AWS is made with. */
export interface AwsContext {
  requestHandler: Connection['requestHandler'];
  answeredAt: Connection['answeredAt'];
  openEarly: Connection['openEarly'];
  endpoints: Endpoints;
  stsConfig: STSClientConfig & { region: string };
  mfa: Mfa;
  /** What to say of something that a client threw, where the rest goes on. */
  explain: (error: unknown) => XacctError;
}

/**
 * Resolves credentials and uses them, within the time. `purpose` is what they are for, where a failure is to be explained.
 * `meanwhile` is begun while the credentials are waited for. Its error is never one of the SDK.
 * @throws XacctError where settings or files say what cannot be used.
 */
export async function withCredentials<T>(
  { resolution, env, timeoutMs, givenAt, mfa: proof }: Asking,
  purpose: 'token' | 'call',
  use: (credentials: AwsCredentialIdentity, context: AwsContext) => Promise<T>,
  meanwhile: (context: AwsContext) => void = () => {},
): Promise<Outcome<T>> {
  const { identity } = resolution;
  const profiles = createProfileReader({ withSecrets: true })(env);
  const chain = chainOf(identity, profiles, env);
  const name = followedProfile(identity, env);
  const settings = followedSettings(identity, profiles, env);
  const endpoints = createEndpoints(env, profiles, name, settings);
  showFollowedProfile(settings, endpoints.services);
  const secrets = createSecrets(environmentSecrets(env));
  if (proof && 'code' in proof) secrets.add(proof.code);
  const connection = createConnection(env, settings, secrets);
  const { requestHandler, answeredAt, openEarly } = connection;
  const stsConfig = { region: resolution.stsRegion, requestHandler, ...endpoints.variantFor('sts') };
  const mfa = createMfa(stsConfig, proof, (serial) => mfaRequired(serial, resolution), answeredAt);
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(timeoutFailure(connection.lastExchange(), { resolution, chain, env }, timeoutMs)),
    Math.max(givenAt + timeoutMs - FAREWELL_MS - timerMs(), 1),
  );
  let stage: FailureContext['stage'] = 'credentials';
  const explain = (error: unknown) => {
    const of = { resolution, chain, env, stage, exchange: connection.lastExchange() };
    const failure = explainFailure(error, { ...of, usesMfaSession: mfa.usesSession });
    return secrets.hideIn(failure, 'it failed; what was said of it');
  };
  const asked = async () => {
    const context = { requestHandler, answeredAt, openEarly, endpoints, stsConfig, mfa, explain };
    const asking = getCredentials(chain, {
      env,
      followed: { name, settings, where: (setting) => profiles.where(name, setting) },
      clientConfig: { requestHandler, ...endpoints.variantFor('sso', 'sso_oidc', 'signin') },
      roles: createRoleAssumer(stsConfig, sessionName(env), mfa),
      region: stsConfig.region,
      lastStatus: () => connection.lastExchange()?.status,
    });
    meanwhile(context);
    const credentials = await asking;
    if (!isKeyPair(credentials)) throw new NoKeysError();
    secrets.add(credentials.secretAccessKey, credentials.sessionToken);
    stage = purpose;
    return await use(credentials, context);
  };
  try {
    return { answer: await Promise.race([asked(), deadline]), mfaSession: mfa.begun() };
  } catch (error) {
    return { error: explain(error), mfaSession: mfa.begun() };
  } finally {
    clearTimeout(timer);
  }
}

/** What answers for AWS may leave one of them out. */
function isKeyPair({ accessKeyId, secretAccessKey }: { accessKeyId: unknown; secretAccessKey: unknown }) {
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
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
