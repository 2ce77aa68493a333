// AWS credentials of an identity, in a process whose environment is the caller's, and what is done with them.
import { userInfo } from 'node:os';
import type { STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { XacctError } from '../errors.ts';
import { type Identity, profileOf } from '../identity/identity.ts';
import { mfaRequired } from '../identity/mfa-device.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Environment } from '../invocation.ts';
import { createProfileReader, type Profiles } from '../profiles/profiles.ts';
import type { MfaProof, Outcome } from '../questions.ts';
import { type Connection, createConnection } from './connection/connection.ts';
import { createEndpoints, type Endpoints } from './connection/endpoints.ts';
import { explainFailure, timeoutFailure } from './failures/failure.ts';
import { type FailureContext, sourceOf } from './failures/failure-context.ts';
import { NoKeysError } from './failures/service-error.ts';
import { type CredentialDeps, resolveCredentials } from './leaves/credentials.ts';
import { createMfa, type Mfa } from './leaves/mfa.ts';
import { createRoleAssumer } from './leaves/role-assumer.ts';
import { withRenewedSession } from './leaves/session-renewal.ts';

/** Left to the minter to say what it waited for, before it is killed. Milliseconds. */
const FAREWELL_MS = 250;

/** What AWS is asked in a process whose environment is the caller's. */
export interface Asking {
  resolution: Resolution;
  /** The whole environment to ask in. */
  env: Environment;
  /** Milliseconds from `givenAt` on; at its end the process is killed with its group. */
  timeoutMs: number;
  /** Epoch ms: a start takes a part of the time. */
  givenAt: number;
  mfa?: MfaProof | undefined;
}

/** What a client of AWS is made with. */
export interface AwsContext {
  requestHandler: Connection['requestHandler'];
  endpoints: Endpoints;
  stsConfig: STSClientConfig & { region: string };
  mfa: Mfa;
  /** What to say of something that a client threw, where the rest goes on. */
  explain: (error: unknown) => XacctError;
}

/**
 * Resolves credentials and uses them, within the time. `purpose` is what they are for, where a failure is to be explained.
 * Its error is never one of the SDK.
 * @throws XacctError where settings or files say what cannot be used.
 */
export async function withCredentials<T>(
  { resolution, env, timeoutMs, givenAt, mfa: proof }: Asking,
  purpose: 'token' | 'call',
  use: (credentials: AwsCredentialIdentity, context: AwsContext) => Promise<T>,
): Promise<Outcome<T>> {
  const { identity } = resolution;
  const profiles = createProfileReader()(env);
  const profile = followedProfile(identity, env);
  const endpoints = createEndpoints(env, profiles, profile);
  nameFilesInFull(profiles);
  // A credential_process is run with the caller's AWS_PROFILE: one that calls `aws` would else call itself.
  const source = sourceOf(identity, profiles);
  if (source?.kind !== 'process') followProfile(profile);
  const connection = createConnection(env, profiles.profile(profile));
  const { requestHandler } = connection;
  const stsConfig = { region: resolution.stsRegion, requestHandler, ...endpoints.variantFor('sts') };
  const mfa = createMfa(stsConfig, proof, (serial) => mfaRequired(serial, resolution));
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(timeoutFailure(connection.lastExchange(), resolution, profiles, timeoutMs)),
    Math.max(givenAt + timeoutMs - FAREWELL_MS - Date.now(), 1),
  );
  let stage: FailureContext['stage'] = 'credentials';
  const explain = (error: unknown) => {
    const of = { resolution, profiles, env, stage, exchange: connection.lastExchange() };
    return explainFailure(error, { ...of, usesMfaSession: mfa.usesSession });
  };
  const asked = async () => {
    const context = { requestHandler, endpoints, stsConfig, mfa, explain };
    const deps = credentialDeps(context, profile, sessionName(env));
    const resolve = () => resolveCredentials(identity, deps);
    const credentials = await withRenewedSession(source, resolve, connection.lastExchange);
    if (!isKeyPair(credentials)) throw new NoKeysError();
    stage = purpose;
    followProfile(profile);
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

/** `profile`: the one that is followed. */
function credentialDeps(
  { requestHandler, endpoints, stsConfig, mfa }: Omit<AwsContext, 'explain'>,
  profile: string,
  roleSessionName: string,
): CredentialDeps {
  const roles = createRoleAssumer(stsConfig, roleSessionName, mfa);
  return {
    clientConfig: { requestHandler, ...endpoints.variantFor('sso', 'sso_oidc', 'signin') },
    roles: {
      ...roles,
      assumeRole: (keys, parameters) => {
        // A credential_process that gave the keys has ended.
        followProfile(profile);
        return roles.assumeRole(keys, parameters);
      },
    },
    region: stsConfig.region,
  };
}

/** The SDK takes whatever a credential_process prints for keys, and fails later and elsewhere. */
function isKeyPair({ accessKeyId, secretAccessKey }: { accessKeyId: unknown; secretAccessKey: unknown }) {
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}

/** Says it in the environment, because not all of the SDK takes `~/` for the home folder: where it looks for an sso-session. */
function nameFilesInFull({ configFile, credentialsFile }: Profiles): void {
  if (process.env.AWS_CONFIG_FILE) process.env.AWS_CONFIG_FILE = configFile;
  if (process.env.AWS_SHARED_CREDENTIALS_FILE) process.env.AWS_SHARED_CREDENTIALS_FILE = credentialsFile;
}

/** Whose endpoint_url, services, use_fips_endpoint, max_attempts and ca_bundle count: as in the AWS CLI, the active profile's. */
function followedProfile(identity: Identity, env: Environment): string {
  // Keys in the environment go with whatever profile stands beside them.
  const active = identity.kind === 'environment' ? env.AWS_PROFILE : profileOf(identity);
  return active || 'default';
}

/** The SDK follows AWS_PROFILE, and not the profile a provider was made for. This process mints once, so it may say so. */
function followProfile(profile: string): void {
  process.env.AWS_PROFILE = profile;
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
