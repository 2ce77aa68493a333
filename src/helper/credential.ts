// What `ecr-xacct export` is given: the credential that a `get` finds, with its end.
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
  /** Epoch milliseconds by AWS's clock, and how long that is from now; not known of what `docker login` brought. */
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
