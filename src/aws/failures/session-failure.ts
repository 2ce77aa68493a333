// Names the failures of the sessions of `aws sso login` and `aws login`, which the AWS CLI keeps in a file.
import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { SsoSource } from '../../identity/source.ts';
import { FileRefused, readSmallFile } from '../../os/small-file.ts';
import { loginFile, ssoFile } from '../../profiles/session-file.ts';
import { type FailureContext, its } from './failure-context.ts';

export function ssoFailure(error: unknown, source: SsoSource, context: FailureContext): XacctError {
  const { profile, sso_role_name, sso_account_id } = source;
  const fail = (code: ErrorCode, message: string, hint: Hint) =>
    new XacctError(code, message, { hint, cause: error });
  const status = context.exchange?.status ?? 0;
  if (isServerFault(status)) return serverFault(error, context);
  if (status === 403) {
    const message = `IAM Identity Center did not assign the role ${sso_role_name} in account ${sso_account_id}`;
    return fail('access-denied', message, { run: command`aws configure sso --profile ${profile}` });
  }
  const whose = `${its(profile, context.resolution.identity)} SSO session`;
  const begin = { run: command`aws sso login --profile ${profile}` };
  if (status === 401) {
    return fail('sso-expired', `${whose} was ended: IAM Identity Center no longer knows it`, begin);
  }
  // The portal refuses with 401 and 403, so a 400 is from SSO-OIDC.
  if (status === 400) return fail('sso-expired', `${whose} has expired and can no longer be renewed`, begin);
  const to = `SSO session ${source.sso_session ?? source.sso_start_url}`;
  const session = { whose, missing: notSignedIn(to, profile, context), file: ssoFile(source, context.env) };
  return fail('sso-expired', stateOf(session, ['accessToken', 'expiresAt']), begin);
}

export function loginFailure(
  error: unknown,
  { profile, login_session }: { profile: string; login_session: string },
  context: FailureContext,
): XacctError {
  const status = context.exchange?.status ?? 0;
  if (isServerFault(status)) return serverFault(error, context);
  const whose = `${its(profile, context.resolution.identity)} login session`;
  const begin = { run: command`aws login --profile ${profile}` };
  // Only the provider's own texts still say which refusal it was.
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
  const missing = notSignedIn('AWS', profile, context);
  const session = { whose, missing, file: loginFile(login_session, context.env) };
  const what = message.includes('change in your password')
    ? `${whose} has ended, because the password was changed`
    : stateOf(session, ['accessToken', 'clientId', 'refreshToken', 'dpopKey']);
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

/** As in `you have not signed in to SSO session corp`. Adds the profile if the identity is another one. */
function notSignedIn(to: string, profile: string, { resolution: { identity } }: FailureContext): string {
  const isIts = identity.kind === 'profile' && identity.profile === profile;
  return `you have not signed in to ${to}${isIts ? '' : ` (profile ${profile})`}`;
}

interface SessionFile {
  /** As in `its SSO session`. */
  whose: string;
  /** The text if the file does not exist. */
  missing: string;
  file: string;
}

/** What is wrong with a session, judged by its file. Never quotes the file. */
function stateOf({ whose, missing, file }: SessionFile, keys: readonly string[]): string {
  try {
    const content: unknown = JSON.parse(readSmallFile(file));
    const isWhole = typeof content === 'object' && content !== null && keys.every((key) => key in content);
    return isWhole ? `${whose} has expired` : `${whose} is incomplete in ${file}`;
  } catch (error) {
    if (error instanceof FileRefused) return `${whose} cannot be read from ${file}: ${error.message}`;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no JSON';
    return code === 'ENOENT' ? missing : `${whose} cannot be read from ${file} (${code})`;
  }
}
