// Turns whatever a mint threw into one line with the command that fixes it, by class and name.
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import { type Distrust, type Exchange, transportFailure } from '../../net/transport-failure.ts';
import { credentialFailure } from './credential-failure.ts';
import { type FailureContext, unexpected } from './failure-context.ts';
import { processTimeout } from './process-failure.ts';
import { AssumeRoleError, serviceError } from './service-error.ts';
import { assumeRoleFailure, serviceFailure } from './service-failure.ts';

const UNKNOWN_AUTHORITY: Distrust = {
  authority: 'an unknown authority',
  hint: { say: "with that authority's certificate", run: command`export AWS_CA_BUNDLE=/path/to/ca.pem` },
};

/** The XacctError for whatever a mint threw. Never quotes a credential_process, whose output may be a secret. */
export function explainFailure(error: unknown, context: FailureContext): XacctError {
  if (error instanceof XacctError) return error;
  if (context.exchange?.error !== undefined) return transportFailure(context.exchange, UNKNOWN_AUTHORITY);
  if (error instanceof AssumeRoleError) return assumeRoleFailure(error, context);
  const service = serviceError(error);
  if (service !== undefined) return serviceFailure(service, context);
  return context.stage === 'credentials' ? credentialFailure(error, context) : unexpected(error, context);
}

/** What was waited for when the time was up. */
export function timeoutFailure(
  exchange: Exchange | undefined,
  { resolution, chain: { source } }: Pick<FailureContext, 'resolution' | 'chain'>,
  timeoutMs: number,
): XacctError {
  const isWaiting = exchange !== undefined && exchange.status === undefined;
  const { waitedFor, hint = longer(timeoutMs) } = isWaiting
    ? { waitedFor: `${exchange.origin} did not answer` }
    : source.kind === 'process'
      ? processTimeout(source.profile, resolution.identity)
      : { waitedFor: 'no credentials came' };
  return new XacctError('timeout', `${waitedFor} within ${timeoutMs / 1_000} s`, { hint });
}

function longer(timeoutMs: number): Hint {
  return {
    say: 'to wait longer',
    run: command`export ECR_XACCT_TIMEOUT=${Math.min((timeoutMs / 1_000) * 2, 600)}`,
  };
}
