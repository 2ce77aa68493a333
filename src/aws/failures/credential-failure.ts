// Names the failures of the sources of credentials, by the source's kind.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import { missingCredentials } from '../../identity/profile-failure.ts';
import { containerFailure } from './container-failure.ts';
import { type FailureContext, unexpected } from './failure-context.ts';
import { instanceFailure } from './instance-failure.ts';
import { processFailure } from './process-failure.ts';
import { loginFailure, ssoFailure } from './session-failure.ts';

/** Explains the failure of a provider by the kind of its source: the SDK's own texts do not say enough. */
export function credentialFailure(error: unknown, context: FailureContext): XacctError {
  const { source } = context.chain;
  switch (source.kind) {
    case 'sso':
      return ssoFailure(error, source, context);
    case 'login':
      return loginFailure(error, source, context);
    case 'process':
      return processFailure(error, source, context);
    case 'container':
      return askedFor('EcsContainer', containerFailure(error, context.env), context);
    case 'instance':
      return askedFor('Ec2InstanceMetadata', instanceFailure(error, context.env), context);
    case 'static':
    case 'environment':
    case 'web-identity':
      return unexpected(error, context);
  }
}

/** Says why the machine was asked: a setting names it, or no other source exists. The reader can change either. */
function askedFor(
  source: string,
  failure: XacctError,
  { chain: { links, roles } }: FailureContext,
): XacctError {
  const last = links.at(-1);
  if (last?.kind === 'none') {
    const { says, hint = failure.hint } = missingCredentials(last);
    return new XacctError('profile-empty', `${says}, and ${failure.message}`, { hint, cause: failure });
  }
  if (roles.length === 0) return failure;
  const message = `credential_source is ${source}, but ${failure.message}`;
  if (last === undefined || failure.code !== 'no-identity' || source === 'EcsContainer')
    return failure.reworded(message);
  return failure.reworded(message, {
    say: 'outside EC2, name the profile that may assume it',
    run: command`aws configure set source_profile NAME --profile ${last.name}`,
  });
}
