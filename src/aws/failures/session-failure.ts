// Names the failures of sessions that a person begins and the AWS CLI keeps in a file: `aws sso login` and `aws login`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import type { ProfileLink } from '../../profiles/profile-chain.ts';
import type { Profiles } from '../../profiles/profiles.ts';
import { type FailureContext, its } from './failure-context.ts';

export function ssoFailure(error: unknown, source: ProfileLink, context: FailureContext): XacctError {
  const { settings, name } = source;
  const fail = (code: ErrorCode, message: string, hint: Hint) =>
    new XacctError(code, message, { hint, cause: error });
  if (!isCompleteSso(source, context.profiles)) {
    const message = `the SSO settings of profile ${name} in ${context.profiles.configFile} are incomplete`;
    return fail('profile-incomplete', message, { run: command`aws configure sso --profile ${name}` });
  }
  const status = context.exchange?.status ?? 0;
  if (isServerFault(status)) return serverFault(error, context);
  if (status === 403) {
    const { sso_role_name, sso_account_id } = settings;
    const message = `IAM Identity Center does not give this user the role ${sso_role_name} in account ${sso_account_id}`;
    return fail('access-denied', message, { run: command`aws configure sso --profile ${name}` });
  }
  const whose = `${its(source, context.resolution.identity)} SSO session`;
  const begin = { run: command`aws sso login --profile ${name}` };
  if (status === 401) {
    return fail('sso-expired', `${whose} was ended: IAM Identity Center does not know it any more`, begin);
  }
  // The portal refuses with 401 and 403; this is SSO-OIDC.
  if (status === 400) return fail('sso-expired', `${whose} has expired and is not renewed any more`, begin);
  const file = ssoFile(settings.sso_session ?? settings.sso_start_url ?? '', context.env);
  return fail('sso-expired', stateOf(whose, file, ['accessToken', 'expiresAt']), begin);
}

export function loginFailure(error: unknown, source: ProfileLink, context: FailureContext): XacctError {
  const status = context.exchange?.status ?? 0;
  if (isServerFault(status)) return serverFault(error, context);
  const whose = `${its(source, context.resolution.identity)} login session`;
  const begin = { run: command`aws login --profile ${source.name}` };
  // The provider's own texts are all that is left of the kind of refusal.
  const message = error instanceof Error ? error.message : '';
  if (message.includes('insufficient permissions')) {
    return new XacctError(
      'access-denied',
      `not allowed to call signin:CreateOAuth2Token, which renews ${whose}`,
      {
        hint: { say: 'its administrator attaches the managed policy SignInLocalDevelopmentAccess' },
        cause: error,
      },
    );
  }
  const file = loginFile(source.settings.login_session ?? '', context.env);
  const what = message.includes('change in your password')
    ? `${whose} has ended, because the password was changed`
    : stateOf(whose, file, ['accessToken', 'clientId', 'refreshToken', 'dpopKey']);
  return new XacctError('login-expired', what, { hint: begin, cause: error });
}

function isServerFault(status: number): boolean {
  return status === 429 || status >= 500;
}

function serverFault(cause: unknown, { exchange }: FailureContext): XacctError {
  const isLimit = exchange?.status === 429;
  return new XacctError(
    isLimit ? 'throttled' : 'service',
    `${exchange?.origin} ${isLimit ? 'limits the rate of requests' : 'failed'} (status ${exchange?.status})`,
    { hint: { say: 'wait a minute and run the same command again' }, cause },
  );
}

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html */
function isCompleteSso({ settings }: ProfileLink, profiles: Profiles): boolean {
  const session =
    settings.sso_session === undefined ? settings : profiles.section('sso-session', settings.sso_session);
  return Boolean(
    settings.sso_account_id && settings.sso_role_name && session?.sso_start_url && session.sso_region,
  );
}

/** Where the AWS CLI and the SDK keep the token of a session (@smithy/core, getSSOTokenFilepath). */
function ssoFile(session: string, env: Environment): string {
  const name = createHash('sha1').update(session).digest('hex');
  return join(env.HOME || homedir(), '.aws', 'sso', 'cache', `${name}.json`);
}

/** The same for `aws login` (LoginCredentialsFetcher). */
function loginFile(session: string, env: Environment): string {
  const folder = env.AWS_LOGIN_CACHE_DIRECTORY ?? join(env.HOME || homedir(), '.aws', 'login', 'cache');
  return join(folder, `${createHash('sha256').update(session).digest('hex')}.json`);
}

/** What is wrong with a session, by its file. Never quotes it. */
function stateOf(whose: string, file: string, keys: readonly string[]): string {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const isWhole = typeof content === 'object' && content !== null && keys.every((key) => key in content);
    return isWhole ? `${whose} has expired` : `${whose} is incomplete in ${file}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no JSON';
    return code === 'ENOENT' ? `${whose} was never begun` : `${whose} cannot be read from ${file} (${code})`;
  }
}
