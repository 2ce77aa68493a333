// Gets the credentials of an SSO role with the session of `aws sso login`. Its file keeps the AWS CLI's format.
import { randomUUID } from 'node:crypto';
import { chown, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { GetRoleCredentialsCommand, SSOClient } from '@aws-sdk/client-sso';
import { CreateTokenCommand, SSOOIDCClient } from '@aws-sdk/client-sso-oidc';
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../../errors.ts';
import type { SsoSource } from '../../identity/source.ts';
import type { Environment } from '../../invocation.ts';
import { ssoFile } from '../../profiles/session-file.ts';
import { endOf, isRenewable, readSsoToken, type SsoToken } from '../../profiles/sso-token.ts';
import type { ClientConfig } from '../connection/connection.ts';
import { SessionError } from '../failures/service-error.ts';

/** As in the AWS CLI (botocore's tokens.py, SSOTokenProvider). */
const RENEW_BEFORE_MS = 15 * 60_000;
/**
 * Several minters may renew one session at once, and its refresh token works once. The others wait and read the file
 * again. Milliseconds.
 */
const LOOKS_MS = [250, 500];

/** @throws SessionError, whose `cause` is the service's error. */
export async function ssoCredentials(
  source: SsoSource,
  env: Environment,
  clientConfig: ClientConfig,
): Promise<AwsCredentialIdentity> {
  const file = ssoFile(source, env);
  try {
    const config = { region: source.sso_region, ...clientConfig };
    const { accessToken } = await livingToken(file, source, new SSOOIDCClient(config));
    const { roleCredentials = {} } = await new SSOClient(config).send(
      new GetRoleCredentialsCommand({
        accountId: source.sso_account_id,
        roleName: source.sso_role_name,
        accessToken,
      }),
    );
    const { accessKeyId = '', secretAccessKey = '', sessionToken, expiration } = roleCredentials;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(expiration === undefined ? {} : { expiration: new Date(expiration) }),
    };
  } catch (cause) {
    throw new SessionError('SSO', { cause });
  }
}

/** If a renewal is refused, a token that is still valid is used, as in the AWS CLI. */
async function livingToken(file: string, source: SsoSource, oidc: SSOOIDCClient): Promise<SsoToken> {
  let token = readSsoToken(file);
  let refusal: unknown = new Error('expired');
  for (const wait of [...LOOKS_MS, 0]) {
    const left = msLeft(token.expiresAt);
    const isDue =
      source.sso_session !== undefined && left < RENEW_BEFORE_MS && isRenewable(token, Date.now());
    if (!isDue && left > 0) return token;
    if (!isDue) break;
    try {
      return await renewed(token, file, source, oidc);
    } catch (error) {
      if (left > 0) return token;
      if (error instanceof XacctError) throw error;
      refusal = error;
    }
    await setTimeout(wait);
    // Another process may have renewed it.
    token = readSsoToken(file);
  }
  throw refusal;
}

/** Milliseconds from now; NaN if `date` is not a date. */
function msLeft(date: string): number {
  return endOf(date) - Date.now();
}

/** Writes the same content as the AWS CLI. */
async function renewed(
  { refreshToken, clientId, clientSecret, registrationExpiresAt }: SsoToken,
  file: string,
  { sso_start_url, sso_region }: SsoSource,
  oidc: SSOOIDCClient,
): Promise<SsoToken> {
  const answer = await oidc.send(
    new CreateTokenCommand({ grantType: 'refresh_token', clientId, clientSecret, refreshToken }),
  );
  const { accessToken = '', expiresIn = 0 } = answer;
  const expiresAt = new Date(Date.now() + expiresIn * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const token = {
    startUrl: sso_start_url,
    region: sso_region,
    accessToken,
    expiresAt,
    clientId,
    clientSecret,
    registrationExpiresAt,
    ...(answer.refreshToken === undefined ? {} : { refreshToken: answer.refreshToken }),
  };
  await replaceFile(file, JSON.stringify(token));
  return token;
}

/**
 * Atomic, so that another process never reads a partial file. If root writes it, the file keeps its owner. If the write
 * fails, the new token is used only this time.
 */
async function replaceFile(file: string, content: string): Promise<void> {
  // If the file is a symbolic link, the link stays.
  const target = await realpath(file).catch(() => file);
  const part = `${target}.${randomUUID()}`;
  try {
    await writeFile(part, content, { mode: 0o600, flag: 'wx' });
    const { uid, gid } = await stat(target);
    if (process.getuid?.() === 0) await chown(part, uid, gid);
    await rename(part, target);
  } catch {
    await rm(part, { force: true });
  }
}
