// The files of the AWS CLI for the sessions of `aws sso login` and `aws login`.
import { join } from 'node:path';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Environment } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';

/** botocore's utils.py, SSOTokenLoader. */
export function ssoFile(
  { sso_session, sso_start_url }: { sso_session?: string; sso_start_url: string },
  env: Environment,
): string {
  const name = hex(sha1(bytesOf(sso_session ?? sso_start_url)));
  return join(env.HOME || homeFolder({}) || '/', '.aws', 'sso', 'cache', `${name}.json`);
}

/** botocore's utils.py, LoginTokenLoader. */
export function loginFile(session: string, env: Environment): string {
  const folder =
    env.AWS_LOGIN_CACHE_DIRECTORY ?? join(env.HOME || homeFolder({}) || '/', '.aws', 'login', 'cache');
  return join(folder, `${hex(sha256(bytesOf(session)))}.json`);
}

/** Not with node:crypto, whose load takes as long as a whole `status`. */
const bytesOf = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
