// AWS STS: sessions of roles and users, for callers that trust and identity policies allow.
import type { Role } from './account.ts';
import { decide, notAuthorized } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { trusts } from './policy-evaluation.ts';
import { awsQuery } from './protocol.ts';
import type { Parameters, Service, SignedCall, UnsignedCall } from './service.ts';
import type { Caller, World } from './world.ts';
import { roleSession } from './world.ts';

const VERSION = '2011-06-15';
const CHAINED_SESSION_SECONDS = 3600;

export const sts: Service = {
  name: 'sts',
  protocol: awsQuery(`https://sts.amazonaws.com/doc/${VERSION}/`),
  recognise({ headers, body }) {
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined;
    const {
      Action: action = '',
      Version: version,
      ...parameters
    } = Object.fromEntries(new URLSearchParams(body));
    return version === VERSION ? { action, parameters } : undefined;
  },
  signed: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity, GetSessionToken: getSessionToken },
  unsigned: { AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity },
};

function getCallerIdentity({ caller }: SignedCall): object {
  return { Arn: caller.arn, UserId: caller.userId, Account: caller.principal.account.id };
}

function assumeRole({ world, caller, parameters }: SignedCall): object {
  const roleArn = required(parameters, 'RoleArn');
  const sessionName = roleSessionName(parameters);
  const role = world.role(roleArn);
  const chained = caller.principal.kind === 'role';
  const seconds = roleSessionSeconds(parameters, role, chained);
  const externalId = parameters.ExternalId;
  const decision =
    role &&
    decide(caller, {
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourceSide: { account: role.account.id, policies: [role.trust], mustAllow: true },
      context: {
        'sts:RoleSessionName': sessionName,
        ...(typeof externalId === 'string' ? { 'sts:ExternalId': externalId } : {}),
        ...(provesMfa(caller, parameters) ? { 'aws:MultiFactorAuthPresent': 'true' } : {}),
      },
    });
  // The error is the same for a role that does not exist and a role that does not trust the caller.
  if (role === undefined || !decision?.allowed) {
    throw new AwsError('AccessDenied', 403, notAuthorized(caller, 'sts:AssumeRole', roleArn));
  }
  return roleSessionResult(world, role, sessionName, seconds, sessionPolicies(parameters));
}

function assumeRoleWithWebIdentity({ world, parameters }: UnsignedCall): object {
  const role = world.role(required(parameters, 'RoleArn'));
  const sessionName = roleSessionName(parameters);
  const seconds = roleSessionSeconds(parameters, role, false);
  const token = required(parameters, 'WebIdentityToken');
  const refusal = new AwsError(
    'AccessDenied',
    403,
    'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  );
  if (role === undefined) throw refusal;
  const [issuer, identity] = webIdentity(role, token);
  if (identity.expiresAt !== undefined && identity.expiresAt <= world.now()) {
    throw new AwsError(
      'ExpiredTokenException',
      400,
      'Token expired: current date/time must be before the expiration',
    );
  }
  const request = {
    requester: { arn: '', account: '', federated: providerArn(role, issuer) },
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: role.arn,
    context: {
      'sts:RoleSessionName': sessionName,
      [`${issuer}:sub`]: identity.sub,
      [`${issuer}:aud`]: identity.aud,
    },
  };
  if (!trusts(request, role.trust)) throw refusal;
  return {
    ...roleSessionResult(world, role, sessionName, seconds),
    SubjectFromWebIdentityToken: identity.sub,
    Audience: identity.aud,
    Provider: request.requester.federated,
  };
}

function getSessionToken({ world, caller, parameters }: SignedCall): object {
  if (caller.mfaAuthenticated !== undefined) {
    throw new AwsError('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials');
  }
  const seconds = durationSeconds(parameters, 43_200, 129_600);
  const session = { ...caller, mfaAuthenticated: provesMfa(caller, parameters) };
  return { Credentials: wireCredentials(world, session, seconds) };
}

function roleSessionResult(
  world: World,
  role: Role,
  sessionName: string,
  seconds: number,
  policies: Pick<Caller, 'sessionPolicies'> = {},
) {
  const session = { ...roleSession(role, sessionName), ...policies };
  return {
    Credentials: wireCredentials(world, session, seconds),
    AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.userId },
  };
}

function wireCredentials(world: World, caller: Caller, seconds: number) {
  const { accessKeyId, secretAccessKey, session } = world.issueSession(caller, world.now() + seconds * 1000);
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: session.token,
    Expiration: new Date(session.expiresAt).toISOString(),
  };
}

/** True if the call has a valid device code; throws for an invalid one. */
function provesMfa({ principal }: Caller, parameters: Parameters): boolean {
  const { SerialNumber: serialNumber, TokenCode: code } = parameters;
  if (serialNumber === undefined && code === undefined) return false;
  const device = principal.kind === 'user' ? principal.mfa : undefined;
  if (device === undefined || device.serialNumber !== serialNumber) {
    const advice = 'Please verify your MFA serial number is valid and associated with this user.';
    throw new AwsError(
      'AccessDenied',
      403,
      `MultiFactorAuthentication failed, unable to validate MFA code.  ${advice}`,
    );
  }
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_sample-code.html: each code can be used only once.
  if (device.code !== code || device.spent === code) {
    throw new AwsError(
      'AccessDenied',
      403,
      'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    );
  }
  device.spent = code;
  return true;
}

/** The only inline session policy of AssumeRole. */
function sessionPolicies({ Policy: text }: Parameters): Pick<Caller, 'sessionPolicies'> {
  if (typeof text !== 'string') return {};
  try {
    return { sessionPolicies: [JSON.parse(text)] };
  } catch {
    throw new AwsError('MalformedPolicyDocument', 400, 'This policy contains invalid Json');
  }
}

/** The OIDC provider in the role's account that knows the token. */
function webIdentity(role: Role, token: string) {
  for (const [issuer, tokens] of role.account.webIdentityProviders) {
    const identity = tokens.get(token);
    if (identity !== undefined) return [issuer, identity] as const;
  }
  const message =
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
  throw new AwsError('InvalidIdentityToken', 400, message);
}

function providerArn({ account }: Role, issuer: string): string {
  return `arn:${account.partition}:iam::${account.id}:oidc-provider/${issuer}`;
}

function roleSessionName(parameters: Parameters): string {
  const name = required(parameters, 'RoleSessionName');
  if (name.length < 2) throw constraint(name, 'roleSessionName', 'length greater than or equal to 2');
  if (name.length > 64) throw constraint(name, 'roleSessionName', 'length less than or equal to 64');
  if (!/^[\w+=,.@-]*$/.test(name)) {
    const rule = 'Member must satisfy regular expression pattern: [\\w+=,.@-]*';
    throw validationError(`Value '${name}' at 'roleSessionName' failed to satisfy constraint: ${rule}`);
  }
  return name;
}

function roleSessionSeconds(parameters: Parameters, role: Role | undefined, chained: boolean): number {
  const seconds = durationSeconds(parameters, 3600, 43_200);
  if (chained && seconds > CHAINED_SESSION_SECONDS) {
    const limit = 'the 1 hour session limit for roles assumed by role chaining';
    throw new AwsError('ValidationError', 400, `The requested DurationSeconds exceeds ${limit}`);
  }
  if (role !== undefined && seconds > role.maxSessionDuration) {
    const limit = 'the MaxSessionDuration set for this role.';
    throw new AwsError('ValidationError', 400, `The requested DurationSeconds exceeds ${limit}`);
  }
  return seconds;
}

function durationSeconds(parameters: Parameters, standard: number, maximum: number): number {
  const seconds = Number(parameters.DurationSeconds ?? standard);
  if (!(seconds >= 900)) throw constraint(seconds, 'durationSeconds', 'value greater than or equal to 900');
  if (seconds > maximum)
    throw constraint(seconds, 'durationSeconds', `value less than or equal to ${maximum}`);
  return seconds;
}

function required(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (typeof value === 'string' && value !== '') return value;
  const field = name.charAt(0).toLowerCase() + name.slice(1);
  throw validationError(`Value null at '${field}' failed to satisfy constraint: Member must not be null`);
}

function constraint(value: unknown, field: string, rule: string): AwsError {
  return validationError(
    `Value '${value}' at '${field}' failed to satisfy constraint: Member must have ${rule}`,
  );
}

function validationError(detail: string): AwsError {
  return new AwsError('ValidationError', 400, `1 validation error detected: ${detail}`);
}
