// Names the failures of roles that are assumed for a token in a file: a pod's (IRSA), a CI job's.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
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

/** The file whose token the role was to be assumed for; undefined where it is assumed with keys. */
export function tokenFileOf(roleArn: string, { chain: { source } }: FailureContext): string | undefined {
  return source.kind === 'web-identity' && source.role_arn === roleArn
    ? source.web_identity_token_file
    : undefined;
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
  file: string,
  cause: unknown,
): XacctError | undefined {
  if (EXPIRED.has(refusal.name)) {
    return new XacctError('web-identity', `the web identity token in ${file} has expired (${refusal.name})`, {
      hint: {
        say: 'whatever wrote it must write a new one; to see when it did last',
        run: command`ls -l ${file}`,
      },
      cause,
    });
  }
  if (refusal.name === 'ValidationError' && refusal.message.includes('webIdentityToken')) {
    return new XacctError('web-identity', `there is no web identity token in ${file} (${refusal.name})`, {
      hint: { run: command`ls -l ${file}` },
      cause,
    });
  }
  if (!REJECTED.has(refusal.name)) return undefined;
  const roleName = roleArn.split('/').at(-1) ?? roleArn;
  return new XacctError(
    'web-identity',
    `STS rejected the web identity token for ${roleArn} (${refusal.message})`,
    {
      hint: {
        say: 'check who the role trusts:',
        run: command`aws iam get-role --role-name ${roleName} --query Role.AssumeRolePolicyDocument`,
      },
      cause,
    },
  );
}
