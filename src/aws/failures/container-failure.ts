// Names the failures of the endpoint that gives a container its credentials: ECS, EKS Pod Identity.
import { constants } from 'node:fs';
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import { unknownAuthority } from '../../net/authorities.ts';
import { transportFailure } from '../../net/transport-failure.ts';
import { mayAccess } from '../../os/find-program.ts';
import { FileRefused } from '../../os/small-file.ts';

/** A failed request to a container's endpoint. The message is for users; it is empty if the other fields say enough. */
export class ContainerError extends Error {
  /** HTTP status, if the endpoint refused. */
  readonly status: number | undefined;

  constructor(message: string, { status, cause }: { status?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.status = status;
  }
}

/**
 * The endpoint that the environment names. It must use HTTPS, or be on this machine or its agent: any other server
 * would collect the authorization token.
 * @throws ContainerError with a message
 */
export function containerUrl(env: Environment): URL {
  const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const uri = relative ? `${ECS_AGENT}${relative}` : env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (!uri) {
    throw new ContainerError('neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor …_FULL_URI is set');
  }
  if (!URL.canParse(uri)) throw new ContainerError('AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL');
  const url = new URL(uri);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && NEAR.test(url.hostname))) return url;
  throw new ContainerError(
    `the container credential endpoint ${url.protocol}//${url.host} is neither HTTPS nor on this machine, nor AWS's agent`,
  );
}

const ECS_AGENT = 'http://169.254.170.2';
/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const NEAR = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|169\.254\.170\.(?:2|23)|\[fd00:ec2::23\])$/;

/** Names the endpoint without its path, which is like a password on ECS. */
export function containerFailure(error: unknown, env: Environment): XacctError {
  const fail = (message: string) => new XacctError('no-identity', message, { hint: CHECK, cause: error });
  if (!(error instanceof ContainerError))
    return fail('the container credential endpoint gave no credentials');
  if (error.message !== '') return fail(error.message);
  const tokenFile = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  if (tokenFile && (error.cause instanceof FileRefused || !mayAccess(tokenFile, constants.R_OK))) {
    const why = error.cause instanceof FileRefused ? `: ${error.cause.message}` : '';
    return new XacctError(
      'web-identity',
      `cannot read the container authorization token ${tokenFile}${why}`,
      {
        hint: { run: command`ls -l ${tokenFile}` },
        cause: error,
      },
    );
  }
  const { origin } = containerUrl(env);
  const endpoint = `the container credential endpoint ${origin}`;
  if (error.status !== undefined) return fail(`${endpoint} refuses (status ${error.status})`);
  if (error.cause instanceof Error && error.cause.name === 'TimeoutError') {
    return fail(`${endpoint}: ${error.cause.message}`);
  }
  const transport = transportFailure(
    { origin, error: error.cause },
    unknownAuthority(env, 'NODE_EXTRA_CA_CERTS'),
  );
  if (transport.code === 'tls') return transport.prefixed(endpoint);
  const code = codeOf(error.cause);
  return fail(code === undefined ? `${endpoint} gave no credentials` : `cannot reach ${endpoint} (${code})`);
}

/** The system's error code; undefined if the endpoint was reached. */
function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

const CHECK: Hint = { say: 'check:', run: command`env | grep AWS_CONTAINER` };
