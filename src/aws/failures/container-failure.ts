// Names the failures of the endpoint that gives a container its credentials: ECS, EKS Pod Identity.
import { constants } from 'node:fs';
import { type ErrorCode, XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import { mayAccess } from '../../os/find-program.ts';
import { statusOf } from './instance-failure.ts';

/** Names the endpoint without its path, which is a kind of password on ECS. */
export function containerFailure(error: unknown, env: Environment): XacctError {
  const fail = (message: string, hint = CHECK, code: ErrorCode = 'no-identity') =>
    new XacctError(code, message, { hint, cause: error });
  const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const full = env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  const uri = relative ? `${ECS_AGENT}${relative}` : full;
  if (!uri) return fail('neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor …_FULL_URI is set');
  if (!URL.canParse(uri)) return fail('AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL');
  const { origin } = new URL(uri);
  const message = error instanceof Error ? error.message : '';
  // The SDK's own rule, against servers that would collect the authorization token.
  if (/URL not accepted|is not a valid container metadata service/.test(message)) {
    return fail(
      `the container credential endpoint ${origin} is neither HTTPS nor this machine's or its agent's`,
    );
  }
  const tokenFile = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  if (tokenFile && !mayAccess(tokenFile, constants.R_OK)) {
    return fail(
      `cannot read the container authorization token ${tokenFile}`,
      { run: command`ls -l ${tokenFile}` },
      'web-identity',
    );
  }
  const status = statusOf(error) ?? /status: (?<status>\d{3})/.exec(message)?.groups?.status;
  if (status !== undefined)
    return fail(`the container credential endpoint ${origin} refuses (status ${status})`);
  const cause = /\b(?:E[A-Z]{4,}|TimeoutError)\b/.exec(message)?.[0];
  if (cause !== undefined) return fail(`cannot reach the container credential endpoint ${origin} (${cause})`);
  return fail(`the container credential endpoint ${origin} gave no credentials`);
}

const ECS_AGENT = 'http://169.254.170.2';
const CHECK: Hint = { say: 'check:', run: command`env | grep AWS_CONTAINER` };
