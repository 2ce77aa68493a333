// Names the failures of roles that are assumed with a web identity token, as in a pod (IRSA) or a CI job.
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import { describeToken, GITHUB_VARIABLES, type WebIdentityToken } from '../../identity/web-identity-token.ts';
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

/** The token that the role is assumed with; undefined if it is assumed with keys. */
export function tokenOf(
  roleArn: string,
  { chain: { source } }: FailureContext,
): WebIdentityToken | undefined {
  return source.kind === 'web-identity' && source.role_arn === roleArn ? source.token : undefined;
}

/** The names on the wire, and the names of the SDK's classes. */
const REJECTED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
  'IDPRejectedClaim',
  'IDPRejectedClaimException',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** Undefined for a refusal that is not about the token. */
export function rejectedToken(
  refusal: ServiceError,
  roleArn: string,
  token: WebIdentityToken,
  cause: unknown,
): XacctError | undefined {
  const fail = (message: string, hint: Hint) => new XacctError('web-identity', message, { hint, cause });
  const what = describeToken(token);
  if (EXPIRED.has(refusal.name)) return fail(`${what} has expired (${refusal.name})`, renewal(token));
  const isEmpty = refusal.name === 'ValidationError' && refusal.message.includes('webIdentityToken');
  if ('file' in token && isEmpty) {
    const run = command`ls -l ${token.file}`;
    return fail(`there is no web identity token in ${token.file} (${refusal.name})`, { run });
  }
  if (!REJECTED.has(refusal.name)) return undefined;
  const roleName = roleArn.split('/').at(-1) ?? roleArn;
  const issued = 'service_account' in token ? `, issued by ${token.service_account.issuer},` : '';
  const by = 'file' in token ? 'the web identity token' : `${what}${issued}`;
  return fail(`STS rejected ${by} for ${roleArn} (${refusal.message})`, {
    say: 'check what the role trusts:',
    run: command`aws iam get-role --role-name ${roleName} --query Role.AssumeRolePolicyDocument`,
  });
}

/** How to get a new token. */
function renewal(token: WebIdentityToken): Hint {
  if ('file' in token) {
    return {
      say: 'what writes it must write a new one; to see when it last did',
      run: command`ls -l ${token.file}`,
    };
  }
  if ('service_account' in token) return { say: "check this node's clock:", run: command`timedatectl` };
  return { say: 'the job takes longer than its token lives: run it again, or pull earlier in it' };
}

/** For a rule that names a variable which the caller's environment does not have. */
export function noTokenIn(variable: string): XacctError {
  return new XacctError(
    'web-identity',
    `${variable} is not set; the rule reads its web identity token from it`,
    {
      hint: {
        say: `give the job one: with GitLab, id_tokens: { ${variable}: { aud: sts.amazonaws.com } } in .gitlab-ci.yml`,
      },
    },
  );
}

/** For a job that gets no token from GitHub: `why` as in `HTTP 403`; undefined if the job may not ask for one. */
export function noGithubToken(why?: string, cause?: unknown): XacctError {
  const message =
    why === undefined
      ? `GitHub did not give this job an OIDC token: ${GITHUB_VARIABLES.join(' and ')} are not set`
      : `GitHub did not give this job an OIDC token (${why})`;
  const say =
    'write permissions: { id-token: write, contents: read } in the workflow, at the top or in this job';
  return new XacctError('web-identity', message, { hint: { say }, cause });
}
