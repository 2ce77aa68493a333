// Gets AWS credentials of an identity and uses them, in a process whose environment is the caller's.
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

/** The time that the minter has to report what it waited for before it is killed. Milliseconds. */
const FAREWELL_MS = 250;

/** A question to AWS, in a process whose environment is the caller's. */
export interface Asking {
  resolution: Resolution;
  /** The whole environment of the question. */
  env: Environment;
  /** Milliseconds from `givenAt`. At the end the process and its group are killed. */
  timeoutMs: number;
  /** By `timerMs`. The start of the process uses a part of the time. */
  givenAt: number;
  mfa?: MfaProof | undefined;
}

/** The settings of an AWS client. */
export interface AwsContext {
  requestHandler: Connection['requestHandler'];
  answeredAt: Connection['answeredAt'];
  openEarly: Connection['openEarly'];
  endpoints: Endpoints;
  stsConfig: STSClientConfig & { region: string };
  mfa: Mfa;
  /** Explains an error of a client if the work continues after it. */
  explain: (error: unknown) => XacctError;
}

/**
 * Gets credentials and uses them, within the time. `purpose`: what they are for, in the explanation of a failure.
 * `meanwhile` starts while the credentials are on their way. Errors of the SDK are never thrown: they become the
 * outcome.
 * @throws XacctError for settings or files that cannot be used.
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

/** An emulator of AWS may leave one of them out. */
function isKeyPair({ accessKeyId, secretAccessKey }: { accessKeyId: unknown; secretAccessKey: unknown }) {
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}

/** Names the user in CloudTrail if there is no role_session_name. */
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
