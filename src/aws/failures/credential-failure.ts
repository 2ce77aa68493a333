// Names the failures of the SDK's credential providers, by the kind of profile or identity that they read.
import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import { credentialSourceOf } from '../../identity/identity.ts';
import { containerFailure } from './container-failure.ts';
import { type FailureContext, its, sourceOf, unexpected } from './failure-context.ts';
import { processFailure } from './process-failure.ts';
import { loginFailure, ssoFailure } from './session-failure.ts';
import { unreadableToken } from './web-identity-failure.ts';

/** A provider gave up. The kind of the profile that it read says why; the SDK's own texts do not say enough. */
export function credentialFailure(error: unknown, context: FailureContext): XacctError {
  const { identity } = context.resolution;
  const fail = (code: ErrorCode, message: string, hint: Hint) =>
    new XacctError(code, message, { hint, cause: error });
  const source = sourceOf(identity, context.profiles);
  switch (source?.kind) {
    case 'sso':
      return ssoFailure(error, source, context);
    case 'login':
      return loginFailure(error, source, context);
    case 'process':
      return processFailure(error, source, context);
    case 'web-identity':
      return unreadableToken(source.settings.web_identity_token_file ?? '', error);
    case 'static':
    case 'role':
      return unexpected(error, context);
  }
  if (identity.kind === 'web-identity') return unreadableToken(identity.token_file, error);
  if (identity.kind === 'role' && 'web_identity_token_file' in identity.source) {
    return unreadableToken(identity.source.web_identity_token_file, error);
  }
  const credentialSource = source?.settings.credential_source ?? credentialSourceOf(identity);
  if (credentialSource === 'Environment') {
    return fail(
      'no-identity',
      'credential_source is Environment, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
      { run: command`export AWS_ACCESS_KEY_ID=${'…'} AWS_SECRET_ACCESS_KEY=${'…'}` },
    );
  }
  if (identity.kind === 'container' || credentialSource === 'EcsContainer') {
    return containerFailure(error, context.env);
  }
  if (credentialSource === 'Ec2InstanceMetadata') {
    return fail(
      'no-identity',
      'credential_source is Ec2InstanceMetadata, but no EC2 instance metadata service gave credentials',
      { say: 'on an EC2 instance, check: aws sts get-caller-identity; elsewhere use source_profile' },
    );
  }
  if (source?.kind === 'credential-source') {
    return fail(
      'credentials-invalid',
      `${its(source, identity)} credential_source ${credentialSource} is none of Environment, Ec2InstanceMetadata and EcsContainer`,
      { run: command`aws configure set credential_source NAME --profile ${source.name}` },
    );
  }
  return fail('no-identity', 'there is no EC2 instance role', { run: command`export AWS_PROFILE=NAME` });
}
