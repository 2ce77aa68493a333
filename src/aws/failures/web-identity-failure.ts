// Names the failures of roles that are assumed for a token in a file: a pod's (IRSA), a CI job's.
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import { describeServiceAccount } from '../../identity/service-account.ts';
import type { WebIdentitySource } from '../../identity/source.ts';
import { FileRefused } from '../../os/small-file.ts';
import type { FailureContext } from './failure-context.ts';
import type { ServiceError } from './service-error.ts';

export function unreadableToken(file: string, cause: unknown): XacctError {
  const why = cause instanceof FileRefused ? `: ${cause.message}` : '';
  return new XacctError('web-identity', `cannot read the web identity token ${file}${why}`, {
    hint: { run: command`ls -l ${file}` },
    cause,
  });
}

/** The token that the role was to be assumed for; undefined where it is assumed with keys. */
export function tokenOf(
  roleArn: string,
  { chain: { source } }: FailureContext,
): WebIdentitySource['token'] | undefined {
  return source.kind === 'web-identity' && source.role_arn === roleArn ? source.token : undefined;
}

/** On the wire, and as the SDK names its classes. */
const REJECTED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
  'IDPRejectedClaim',
  'IDPRejectedClaimException',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** Undefined for a refusal that has nothing to do with the token. */
export function rejectedToken(
  refusal: ServiceError,
  roleArn: string,
  token: WebIdentitySource['token'],
  cause: unknown,
): XacctError | undefined {
  const fail = (message: string, hint: Hint) => new XacctError('web-identity', message, { hint, cause });
  const file = 'file' in token ? token.file : undefined;
  const account = 'file' in token ? undefined : token.service_account;
  const what =
    file === undefined
      ? `the token of ${describeServiceAccount(account)}`
      : `the web identity token in ${file}`;
  if (EXPIRED.has(refusal.name)) {
    const written = {
      say: 'whatever wrote it must write a new one; to see when it did last',
      run: command`ls -l ${file ?? ''}`,
    };
    const issued = { say: "see whether this node's clock is right:", run: command`timedatectl` };
    return fail(`${what} has expired (${refusal.name})`, file === undefined ? issued : written);
  }
  if (
    file !== undefined &&
    refusal.name === 'ValidationError' &&
    refusal.message.includes('webIdentityToken')
  ) {
    return fail(`there is no web identity token in ${file} (${refusal.name})`, {
      run: command`ls -l ${file}`,
    });
  }
  if (!REJECTED.has(refusal.name)) return undefined;
  const roleName = roleArn.split('/').at(-1) ?? roleArn;
  const by = account === undefined ? 'the web identity token' : `${what}, issued by ${account.issuer},`;
  return fail(`STS rejected ${by} for ${roleArn} (${refusal.message})`, {
    say: 'check who the role trusts:',
    run: command`aws iam get-role --role-name ${roleName} --query Role.AssumeRolePolicyDocument`,
  });
}
