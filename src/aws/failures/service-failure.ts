// Names the refusals of AWS, by the error's name.
import { clockGapText, setClock } from '../../aws-clock.ts';
import type { Denial } from '../../denial.ts';
import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import { profileOf } from '../../identity/identity.ts';
import { mfaRequired } from '../../identity/mfa-device.ts';
import { parseDenial } from '../../policy/denial.ts';
import { type Principal, principalOf } from '../../policy/principal.ts';
import { type FailureContext, mfaSerial, unexpected } from './failure-context.ts';
import { type AssumeRoleError, type ServiceError, serviceError } from './service-error.ts';
import { rejectedToken, tokenOf } from './web-identity-failure.ts';

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);
const BAD_KEY = new Set(['InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId']);
const BAD_SIGNATURE = new Set(['SignatureDoesNotMatch', 'InvalidSignatureException', 'RequestExpired']);
const WAIT: Hint = { say: 'wait a minute and run the same command again' };
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

export function serviceFailure(error: ServiceError, context: FailureContext): XacctError {
  const fail = (code: ErrorCode, message: string, hint: Hint) =>
    new XacctError(code, message, { hint, cause: error });
  const said = `${error.name}: ${error.message}`;
  if (THROTTLED.has(error.name) || error.$metadata.httpStatusCode === 429) {
    return fail('throttled', `AWS limits the rate of requests (${error.name})`, WAIT);
  }
  if (EXPIRED.has(error.name)) {
    return fail('credentials-expired', `its credentials have expired (${error.name})`, replaceKeys(context));
  }
  if (BAD_KEY.has(error.name)) {
    return fail(
      'credentials-invalid',
      `AWS does not know its access key (${error.name})`,
      replaceKeys(context),
    );
  }
  if (BAD_SIGNATURE.has(error.name)) {
    const clocks = { aws: clockOf(error), here: Date.now() };
    if (Math.abs(clocks.aws - clocks.here) < MAX_SKEW_MS) {
      return fail(
        'credentials-invalid',
        `its secret access key is wrong (${error.name})`,
        replaceKeys(context),
      );
    }
    return fail(
      'clock-skew',
      `AWS rejects its signature (${error.name}): ${clockGapText(clocks)}, or the secret access key is wrong`,
      { ...setClock(), next: replaceKeys(context) },
    );
  }
  if (DENIED.has(error.name)) return denied(error, context);
  if ((error.$metadata.httpStatusCode ?? 0) >= 500) {
    return fail('service', `AWS failed (${said})`, WAIT);
  }
  return fail('service', `AWS refused (${said})`, whoAmI(context));
}

/**
 * AWS accepts signatures that are up to 5 minutes off. The SDK corrects a larger gap when it tries again, so the clock
 * is rarely the cause.
 */
const MAX_SKEW_MS = 240_000;

/** Epoch ms by AWS's clock; by this machine's clock if the answer has no date. */
function clockOf(error: ServiceError): number {
  const date = Date.parse(error.$response?.headers?.date ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

function denied(error: ServiceError, { resolution, stage }: FailureContext): XacctError {
  const denial = parseDenial(error.message);
  if (stage === 'call') return callDenied(error, denial);
  const isPublic = resolution.registry.service === 'ecr-public';
  const action = isPublic ? 'ecr-public:GetAuthorizationToken' : 'ecr:GetAuthorizationToken';
  const policy = isPublic
    ? 'AmazonElasticContainerRegistryPublicReadOnly'
    : 'AmazonEC2ContainerRegistryPullOnly';
  const hint = attachment(policy, principalOf(denial?.principal ?? ''));
  const message = `not allowed to call ${action} (${error.message})`;
  return new XacctError('access-denied', message, { hint, denial, cause: error });
}

/** How to attach a managed policy to the principal that was denied. */
function attachment(policy: string, who: Principal | undefined): Hint {
  const attaches = `its administrator attaches the managed policy ${policy}`;
  if (who?.kind !== 'role' && who?.kind !== 'user') return { say: attaches };
  if (who.kind === 'role' && who.permissionSet !== undefined) {
    return { say: `${attaches} to the permission set ${who.permissionSet} in IAM Identity Center` };
  }
  const { kind, name, partition } = who;
  const arn = `arn:${partition}:iam::aws:policy/${policy}`;
  return {
    by: 'its administrator',
    run: command`aws iam attach-${kind}-policy --${kind}-name ${name} --policy-arn ${arn}`,
  };
}

/** For a call other than a mint: names the action, and who can allow it. */
function callDenied(error: ServiceError, denial: Denial | undefined): XacctError {
  const { action = 'this', resource } = denial ?? {};
  const on = resource === undefined ? '' : ` on ${resource}`;
  return new XacctError('access-denied', `not allowed to call ${action} (${error.message})`, {
    hint: { say: `its administrator allows ${action}${on}, or name a profile that may: --profile NAME` },
    denial,
    cause: error,
  });
}

export function assumeRoleFailure(error: AssumeRoleError, context: FailureContext): XacctError {
  const { cause, roleArn } = error;
  const service = serviceError(cause);
  if (cause instanceof XacctError) return cause;
  if (service === undefined) return unexpected(cause, context);
  if (isRejectedCode(service)) return codeRejected(mfaSerial(context), service);
  if (context.usesMfaSession && (EXPIRED.has(service.name) || BAD_KEY.has(service.name))) {
    return mfaRequired(mfaSerial(context), context.resolution);
  }
  const token = tokenOf(roleArn, context);
  const rejected = token && rejectedToken(service, roleArn, token, error);
  if (rejected !== undefined) return rejected;
  if (DENIED.has(service.name)) {
    const roleName = roleArn.split('/').at(-1) ?? roleArn;
    const account = roleArn.split(':')[4];
    const administrator = account ? `an administrator of ${account}` : 'its administrator';
    const { identity } = context.resolution;
    const externalId =
      identity.kind === 'role' && identity.external_id !== undefined ? ' with this external_id' : '';
    return new XacctError(
      'assume-role-denied',
      `STS does not let it assume ${nameOf(roleArn, context)} (${service.message})`,
      {
        hint: {
          say: `its own policy must allow sts:AssumeRole and the role's trust policy must name it${externalId}`,
          by: administrator,
          run: command`aws iam get-role --role-name ${roleName} --query Role.AssumeRolePolicyDocument`,
        },
        cause: error,
      },
    );
  }
  if (service.name === 'ValidationError') {
    return new XacctError(
      'service',
      `STS refuses to assume ${nameOf(roleArn, context)} (${service.message})`,
      {
        hint: {
          say: "correct role_arn, role_session_name, external_id or duration_seconds in the role's settings",
        },
        cause: error,
      },
    );
  }
  return serviceFailure(service, context).prefixed(`AssumeRole of ${nameOf(roleArn, context)}`);
}

/** Compares the text, because STS reports a rejected code with the same error name as any other refusal. */
function isRejectedCode(error: Error): boolean {
  return error.message.includes('MultiFactorAuthentication failed');
}

function codeRejected(serial: string, cause: Error): XacctError {
  const message = cause.message.replace(/^MultiFactorAuthentication failed(?:,| with)?\s*|\.\s*$/g, '');
  return new XacctError('mfa-rejected', `AWS did not accept the MFA code of ${serial} (${message})`, {
    hint: { say: 'each code works once: wait for the next one and run the same command again' },
    cause,
  });
}

/** The message already names the role if it is the identity. */
function nameOf(roleArn: string, { resolution: { identity } }: FailureContext): string {
  return 'role_arn' in identity && identity.role_arn === roleArn ? 'the role' : roleArn;
}

/** How to get new keys after AWS rejected these: it depends on their source. */
function replaceKeys(context: FailureContext): Hint {
  const { source } = context.chain;
  switch (source.kind) {
    case 'sso':
      return { run: command`aws sso login --profile ${source.profile}` };
    case 'login':
      return { run: command`aws login --profile ${source.profile}` };
    case 'process':
      return {
        say: 'to see what its credential_process gives',
        run: command`aws sts get-caller-identity --profile ${source.profile}`,
      };
    case 'static':
      return { run: command`aws configure --profile ${source.profile}` };
    case 'environment':
      return { run: command`unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN` };
    case 'web-identity':
    case 'container':
    case 'instance':
      return whoAmI(context);
  }
}

function whoAmI({ resolution }: FailureContext): Hint {
  const profile = profileOf(resolution.identity);
  return { run: command`aws sts get-caller-identity ${profile === undefined ? [] : ['--profile', profile]}` };
}
