// Turns any error that a mint threw into one line and the command that fixes it, by class and name.
import { XacctError } from '../../errors.ts';
import { command, type Hint } from '../../hint.ts';
import { unknownAuthority } from '../../net/authorities.ts';
import { type Exchange, transportFailure } from '../../net/transport-failure.ts';
import { containerUrl } from './container-failure.ts';
import { credentialFailure } from './credential-failure.ts';
import { type FailureContext, unexpected } from './failure-context.ts';
import { metadataService } from './instance-failure.ts';
import { processTimeout } from './process-failure.ts';
import { AssumeRoleError, serviceError } from './service-error.ts';
import { assumeRoleFailure, serviceFailure } from './service-failure.ts';

/** The XacctError for an error that a mint threw. Never quotes a credential_process, whose output may be a secret. */
export function explainFailure(error: unknown, context: FailureContext): XacctError {
  if (error instanceof XacctError) return error;
  const { env, exchange } = context;
  if (exchange?.error !== undefined)
    return transportFailure(exchange, unknownAuthority(env, 'AWS_CA_BUNDLE'));
  if (error instanceof AssumeRoleError) return assumeRoleFailure(error, context);
  const service = serviceError(error);
  if (service !== undefined) return serviceFailure(service, context);
  return context.stage === 'credentials' ? credentialFailure(error, context) : unexpected(error, context);
}

/** Says what the minter was waiting for when the time was up. */
export function timeoutFailure(
  exchange: Exchange | undefined,
  context: Pick<FailureContext, 'resolution' | 'chain' | 'env'>,
  timeoutMs: number,
): XacctError {
  const { waitedFor, hint = longer(timeoutMs) } = awaited(exchange, context);
  return new XacctError('timeout', `${waitedFor} within ${timeoutMs / 1_000} s`, { hint });
}

function awaited(
  exchange: Exchange | undefined,
  { resolution, chain: { source }, env }: Pick<FailureContext, 'resolution' | 'chain' | 'env'>,
): { waitedFor: string; hint?: Hint } {
  if (exchange !== undefined && exchange.status === undefined) {
    return { waitedFor: `${exchange.origin} did not ${exchange.hasBegun ? 'end its answer' : 'answer'}` };
  }
  if (source.kind === 'process') return processTimeout(source.profile, resolution.identity);
  const machine =
    source.kind === 'container'
      ? `the container credential endpoint ${containerUrl(env).origin} gave`
      : source.kind === 'instance' && `${metadataService(env)} gave`;
  // After the first request to AWS, the machine has given credentials.
  return {
    waitedFor: exchange === undefined && machine ? `${machine} no credentials` : 'no credentials came',
  };
}

function longer(timeoutMs: number): Hint {
  return {
    say: 'to wait longer',
    run: command`export ECR_XACCT_TIMEOUT=${Math.min((timeoutMs / 1_000) * 2, 600)}`,
  };
}
