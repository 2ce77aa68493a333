// The answer to `ecr-xacct export`: the credential that a `get` returns, and when it expires.
import { describeIdentity } from '../identity/identity.ts';
import type { Environment } from '../invocation.ts';
import { findToken } from './find-token.ts';
import type { HelperDeps } from './helper.ts';
import { notOurs } from './login.ts';
import { forHostname } from './served-by.ts';

export interface HostCredential {
  hostname: string;
  username: string;
  password: string;
  /** As in `profile dev`, or `docker login`. */
  identity: string;
  /** Epoch milliseconds by AWS's clock, and the time until then; undefined for a credential from `docker login`. */
  expiresAt?: number;
  leftMs?: number;
}

/** `hostname`: lower case. @throws XacctError with the hostname in its message; WholeEnvironmentNeeded. */
export async function credentialFor(
  deps: HelperDeps,
  hostname: string,
  env: Environment,
): Promise<HostCredential> {
  const login = env.ECR_XACCT_PROFILE ? undefined : deps.logins.get(hostname);
  if (login !== undefined) {
    return { hostname, username: login.username, password: login.secret, identity: 'docker login' };
  }
  try {
    const [config, profiles] = [await deps.readConfig(env), await deps.readProfiles(env)];
    const found = await findToken(deps, { hostname, config, profiles, env });
    if (found === undefined) throw notOurs();
    const { username, password, expiresAt, awsNow } = found.token;
    const identity = describeIdentity(found.resolution.identity);
    return { hostname, username, password, identity, expiresAt, leftMs: expiresAt - awsNow };
  } catch (error) {
    throw forHostname(hostname, error);
  }
}
