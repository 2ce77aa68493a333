// Names the failures of the metadata service that gives an EC2 instance its credentials.
import { XacctError } from '../../errors.ts';
import { command } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';

/** A failed request to the metadata service, with the timeout that it had. */
export class InstanceError extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number, cause: unknown) {
    super('EC2 instance metadata service', { cause });
    this.timeoutMs = timeoutMs;
  }
}

/** An answer with another status than 200. */
export class MetadataRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/**
 * A service that answers, even slowly, exists. The instance has no role only if the service says so or nothing answers.
 */
export function instanceFailure(error: unknown, env: Environment): XacctError {
  const { timeoutMs = 0, cause } = error instanceof InstanceError ? error : {};
  const service = metadataService(env);
  const status = cause instanceof MetadataRefusal ? cause.status : undefined;
  if (status === 429 || (status ?? 0) >= 500) {
    const what = status === 429 ? 'limits the rate of requests' : 'failed';
    return new XacctError(status === 429 ? 'throttled' : 'service', `${service} ${what} (status ${status})`, {
      hint: { say: 'wait a minute and run the same command again' },
      cause: error,
    });
  }
  if (status !== undefined && status !== 404) {
    return new XacctError('no-identity', `${service} refuses (status ${status})`, {
      hint: {
        say: 'check that this instance may ask it: aws ec2 describe-instances --query Reservations[].Instances[].MetadataOptions',
      },
      cause: error,
    });
  }
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new XacctError('no-identity', `${service} did not answer within ${timeoutMs / 1_000} s`, {
      hint: {
        say: 'on an EC2 instance, wait longer',
        run: command`export AWS_METADATA_SERVICE_TIMEOUT=${Math.ceil(timeoutMs / 1_000) * 5}`,
      },
      cause: error,
    });
  }
  return new XacctError('no-identity', 'there is no EC2 instance role', {
    hint: { run: command`export AWS_PROFILE=NAME` },
    cause: error,
  });
}

/** The service, with the address if the caller set one. */
export function metadataService({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }: Environment): string {
  const at = url && URL.canParse(url) ? ` at ${new URL(url).origin}` : '';
  return `the EC2 instance metadata service${at}`;
}
