// Names the failures of the SDK's credential providers, by the kind of profile or identity that they read.
import { type ErrorCode, shellWord, XacctError } from '../errors.ts';
import { credentialSourceOf } from '../identity/identity.ts';
import type { ProfileLink } from '../identity/profile-chain.ts';
import type { Profiles } from '../identity/profiles.ts';
import { type FailureContext, its, sourceOf, unexpected } from './failure-context.ts';

/** A provider gave up. The kind of the profile that it read says why; the SDK's own texts do not say enough. */
export function credentialFailure(error: unknown, context: FailureContext): XacctError {
  const { identity } = context.resolution;
  const fail = (code: ErrorCode, message: string, hint: string) =>
    new XacctError(code, message, { hint, cause: error });
  const source = sourceOf(identity, context.profiles);
  const profile = source === undefined ? '' : shellWord(source.name);
  const whose = source === undefined ? 'its' : its(source, identity);
  const status = context.exchange?.status ?? 0;
  if ((source?.kind === 'sso' || source?.kind === 'login') && (status === 429 || status >= 500)) {
    const what = status === 429 ? 'limits the rate of requests' : 'failed';
    const hint = 'wait a minute and run the same command again';
    return fail(
      status === 429 ? 'throttled' : 'service',
      `${context.exchange?.origin} ${what} (status ${status})`,
      hint,
    );
  }
  switch (source?.kind) {
    case 'sso':
      if (!isCompleteSso(source, context.profiles)) {
        const message = `the SSO settings of profile ${source.name} in ${context.profiles.configFile} are incomplete`;
        return fail('profile-incomplete', message, `run: aws configure sso --profile ${profile}`);
      }
      if (status === 403) {
        const { sso_role_name, sso_account_id } = source.settings;
        const message = `IAM Identity Center does not give this user the role ${sso_role_name} in account ${sso_account_id} (profile ${source.name})`;
        return fail('access-denied', message, `run: aws configure sso --profile ${profile}`);
      }
      return fail(
        'sso-expired',
        `${whose} SSO session has expired or was never begun`,
        `run: aws sso login --profile ${profile}`,
      );
    case 'login':
      return fail(
        'login-expired',
        `${whose} login session has expired`,
        `run: aws login --profile ${profile}`,
      );
    case 'process':
      return fail(
        'process-failed',
        `${whose} credential_process ${processFailure(error)}`,
        `to see it fail, run: aws sts get-caller-identity --profile ${profile}`,
      );
    case 'web-identity':
      return webIdentityFailure(source.settings.web_identity_token_file ?? '', error);
    case 'static':
    case 'role':
      return unexpected(error, context);
  }
  if (identity.kind === 'web-identity') return webIdentityFailure(identity.token_file, error);
  if (identity.kind === 'role' && 'web_identity_token_file' in identity.source) {
    return webIdentityFailure(identity.source.web_identity_token_file, error);
  }
  const credentialSource = source?.settings.credential_source ?? credentialSourceOf(identity);
  if (credentialSource === 'Environment') {
    return fail(
      'no-identity',
      'credential_source is Environment, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
      'run: export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…',
    );
  }
  if (identity.kind === 'container' || credentialSource === 'EcsContainer') {
    return fail(
      'no-identity',
      'the container credential endpoint gave no credentials',
      'check: env | grep AWS_CONTAINER',
    );
  }
  if (credentialSource === 'Ec2InstanceMetadata') {
    return fail(
      'no-identity',
      'credential_source is Ec2InstanceMetadata, but no EC2 instance metadata service gave credentials',
      'on an EC2 instance, check: aws sts get-caller-identity; elsewhere use source_profile',
    );
  }
  return fail('no-identity', 'there is no EC2 instance role', 'run: export AWS_PROFILE=NAME');
}

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html */
function isCompleteSso({ settings }: ProfileLink, profiles: Profiles): boolean {
  const session =
    settings.sso_session === undefined ? settings : profiles.section('sso-session', settings.sso_session);
  return Boolean(
    settings.sso_account_id && settings.sso_role_name && session?.sso_start_url && session.sso_region,
  );
}

/** Fixed texts only: the SDK puts the command line and its stderr into the message. */
function processFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('returned invalid JSON')) return 'printed no valid JSON';
  if (message.includes('did not return Version 1')) return 'printed JSON without "Version": 1';
  if (message.includes('returned invalid credentials'))
    return 'printed JSON without AccessKeyId and SecretAccessKey';
  if (message.includes('returned expired credentials')) return 'returned expired credentials';
  if (message.includes('maxBuffer')) return 'printed more than 1 MiB';
  return 'failed';
}

function webIdentityFailure(file: string, cause: unknown): XacctError {
  return new XacctError('web-identity', `cannot read the web identity token ${file}`, {
    hint: `run: ls -l ${shellWord(file)}`,
    cause,
  });
}
