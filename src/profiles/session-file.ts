// Where the AWS CLI keeps the sessions of `aws sso login` and `aws login`.
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../invocation.ts';

/** botocore's utils.py, SSOTokenLoader. */
export function ssoFile(
  { sso_session, sso_start_url }: { sso_session?: string; sso_start_url: string },
  env: Environment,
): string {
  const name = createHash('sha1')
    .update(sso_session ?? sso_start_url)
    .digest('hex');
  return join(env.HOME || homedir(), '.aws', 'sso', 'cache', `${name}.json`);
}

/** botocore's utils.py, LoginTokenLoader. */
export function loginFile(session: string, env: Environment): string {
  const folder = env.AWS_LOGIN_CACHE_DIRECTORY ?? join(env.HOME || homedir(), '.aws', 'login', 'cache');
  return join(folder, `${createHash('sha256').update(session).digest('hex')}.json`);
}
