// Names the refusals that AWS answered with, by the error's name.
import { type ErrorCode, shellWord, XacctError } from '../../errors.ts';
import { credentialSourceOf, profileOf } from '../../identity/identity.ts';
import { mfaDevice, mfaRequired } from '../../identity/mfa-device.ts';
import { principalOf } from '../../policy/principal.ts';
import { type FailureContext, sourceOf, unexpected } from './failure-context.ts';
import { type AssumeRoleError, type ServiceError, serviceError } from './service-error.ts';
import { rejectedToken, tokenFileOf } from './web-identity-failure.ts';

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
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

export function serviceFailure(error: ServiceError, context: FailureContext): XacctError {
  const fail = (code: ErrorCode, message: string, hint: string) =>
    new XacctError(code, message, { hint, cause: error });
  const said = `${error.name}: ${error.message}`;
  if (THROTTLED.has(error.name) || error.$metadata.httpStatusCode === 429) {
    return fail(
      'throttled',
      `AWS limits the rate of requests (${error.name})`,
      'wait a minute and run the same command again',
    );
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
    const skew = clockSkewSeconds(error);
    if (Math.abs(skew) < MAX_SKEW_SECONDS) {
      return fail(
        'credentials-invalid',
        `its secret access key is wrong (${error.name})`,
        replaceKeys(context),
      );
    }
    const clock = `${Math.abs(Math.round(skew / 60))} minutes ${skew > 0 ? 'behind' : 'ahead of'} AWS's`;
    return fail(
      'clock-skew',
      `AWS rejects its signature (${error.name}): this machine's clock is ${clock}, or the secret access key is wrong`,
      `set the clock: sudo timedatectl set-ntp true; then ${replaceKeys(context)}`,
    );
  }
  if (DENIED.has(error.name)) return denied(error, context);
  if ((error.$metadata.httpStatusCode ?? 0) >= 500) {
    return fail('service', `AWS failed (${said})`, 'wait a minute and run the same command again');
  }
  return fail('service', `AWS refused (${said})`, whoAmI(context));
}

/** AWS accepts signatures up to 5 minutes off. The SDK corrects for more when it tries again, so the clock is seldom it. */
const MAX_SKEW_SECONDS = 240;

/** Positive where this machine is behind. */
function clockSkewSeconds(error: ServiceError): number {
  const date = Date.parse(error.$response?.headers?.date ?? '');
  return Number.isNaN(date) ? 0 : (date - Date.now()) / 1_000;
}

/** Who was refused, in AWS's text: the ARN of a role's session or of a user. */
const REFUSED = /\barn:aws[\w-]*:(?:sts|iam)::\d{12}:(?:assumed-role|user)\/[\w+=,.@/-]+/;

function denied(error: ServiceError, { resolution, stage }: FailureContext): XacctError {
  if (stage === 'call') return callDenied(error);
  const isPublic = resolution.registry.service === 'ecr-public';
  const action = isPublic ? 'ecr-public:GetAuthorizationToken' : 'ecr:GetAuthorizationToken';
  const policy = isPublic
    ? 'AmazonElasticContainerRegistryPublicReadOnly'
    : 'AmazonEC2ContainerRegistryPullOnly';
  const who = principalOf(REFUSED.exec(error.message)?.[0] ?? '');
  const { partition, name } = who?.kind === 'role' || who?.kind === 'user' ? who : {};
  const attach = who?.kind === 'role' ? 'attach-role-policy --role-name' : 'attach-user-policy --user-name';
  const permissionSet = who?.kind === 'role' ? who.permissionSet : undefined;
  if (permissionSet !== undefined) {
    return new XacctError('access-denied', `not allowed to call ${action} (${error.message})`, {
      hint: `its administrator attaches the managed policy ${policy} to the permission set ${permissionSet} in IAM Identity Center`,
      cause: error,
    });
  }
  return new XacctError('access-denied', `not allowed to call ${action} (${error.message})`, {
    hint:
      name === undefined
        ? `its administrator attaches the managed policy ${policy}`
        : `its administrator runs: aws iam ${attach} ${name} --policy-arn arn:${partition}:iam::aws:policy/${policy}`,
    cause: error,
  });
}

const CALL_REFUSAL = /is not authorized to perform: (?<action>[\w-]+:\w+)(?: on resource: (?<resource>\S+))?/;

/** A call that is no mint: which action, and who can allow it. */
function callDenied(error: ServiceError): XacctError {
  const { action, resource } = CALL_REFUSAL.exec(error.message)?.groups ?? {};
  const what = action ?? 'this';
  return new XacctError('access-denied', `not allowed to call ${what} (${error.message})`, {
    hint: `its administrator allows ${what}${resource === undefined ? '' : ` on ${resource}`}, or name a profile that may: --profile NAME`,
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
  const tokenFile = tokenFileOf(roleArn, context);
  const rejected = tokenFile === undefined ? undefined : rejectedToken(service, roleArn, tokenFile, error);
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
        hint: `its own policy must allow sts:AssumeRole and the role's trust policy must name it${externalId}; ${administrator} runs: aws iam get-role --role-name ${roleName} --query Role.AssumeRolePolicyDocument`,
        cause: error,
      },
    );
  }
  if (service.name === 'ValidationError') {
    return new XacctError(
      'service',
      `STS refuses to assume ${nameOf(roleArn, context)} (${service.message})`,
      {
        hint: 'mend role_arn, role_session_name, external_id or duration_seconds where the role is configured',
        cause: error,
      },
    );
  }
  const failure = serviceFailure(service, context);
  return new XacctError(failure.code, `AssumeRole of ${nameOf(roleArn, context)}: ${failure.message}`, {
    hint: failure.hint,
    cause: error,
  });
}

/** STS says so with the error of any other refusal. */
function isRejectedCode(error: Error): boolean {
  return error.message.includes('MultiFactorAuthentication failed');
}

function codeRejected(serial: string, cause: Error): XacctError {
  const message = cause.message.replace(/^MultiFactorAuthentication failed(?:,| with)?\s*|\.\s*$/g, '');
  return new XacctError('mfa-rejected', `AWS did not accept the MFA code of ${serial} (${message})`, {
    hint: 'each code works once: wait for the next one and run the same command again',
    cause,
  });
}

function mfaSerial({ resolution: { identity }, profiles, env }: FailureContext): string {
  return mfaDevice(identity, profiles, env)?.serial ?? 'the MFA device';
}

/** The role of the identity stands before the message already. */
function nameOf(roleArn: string, { resolution: { identity } }: FailureContext): string {
  return 'role_arn' in identity && identity.role_arn === roleArn ? 'the role' : roleArn;
}

/** What brings new keys where AWS does not accept these: it depends on where they come from. */
function replaceKeys({ resolution, profiles }: FailureContext): string {
  const source = sourceOf(resolution.identity, profiles);
  const profile = source === undefined ? '' : shellWord(source.name);
  switch (source?.kind) {
    case 'sso':
      return `run: aws sso login --profile ${profile}`;
    case 'login':
      return `run: aws login --profile ${profile}`;
    case 'process':
      return `to see what its credential_process gives, run: aws sts get-caller-identity --profile ${profile}`;
    case 'static':
    case 'role':
      return `run: aws configure --profile ${profile}`;
  }
  const { identity } = resolution;
  const usesEnvironment =
    identity.kind === 'environment' ||
    (source?.settings.credential_source ?? credentialSourceOf(identity)) === 'Environment';
  return usesEnvironment
    ? 'run: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN'
    : 'run: aws sts get-caller-identity';
}

function whoAmI({ resolution }: FailureContext): string {
  const profile = profileOf(resolution.identity);
  return `run: aws sts get-caller-identity${profile === undefined ? '' : ` --profile ${shellWord(profile)}`}`;
}
