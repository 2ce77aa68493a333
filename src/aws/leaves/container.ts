// Gets the credentials of a container's endpoint: the ECS agent, EKS Pod Identity, and compatible servers.
import { setTimeout } from 'node:timers/promises';
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../../errors.ts';
import type { Environment } from '../../invocation.ts';
import { containerAuthorities } from '../../net/authorities.ts';
import { readSmallFile } from '../../os/small-file.ts';
import { ContainerError, containerUrl } from '../failures/container-failure.ts';
import { type MachineRequest, machineAnswer } from './machine-answer.ts';

/** As in the AWS CLI (botocore's utils.py, ContainerMetadataFetcher). Milliseconds. */
const ATTEMPTS = 3;
const ATTEMPT_MS = 2_000;
const WAIT_MS = 1_000;

/**
 * Never uses a proxy, as the AWS CLI does: the proxy would see the authorization token.
 * @throws ContainerError; XacctError `service` for an answer that is too large.
 */
export async function containerCredentials(env: Environment): Promise<AwsCredentialIdentity> {
  const url = containerUrl(env);
  const ca = url.protocol === 'https:' ? { ca: containerAuthorities(env) } : {};
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Read for each attempt, because the kubelet replaces the token in its file.
      const authorization = authorizationToken(env);
      const headers = authorization === undefined ? {} : { authorization };
      return credentialsIn(await answerOf(url, { ...ca, headers }));
    } catch (error) {
      if (error instanceof XacctError) throw error;
      if (attempt >= ATTEMPTS) {
        throw error instanceof ContainerError ? error : new ContainerError('', { cause: error });
      }
      await setTimeout(WAIT_MS);
    }
  }
}

function authorizationToken(env: Environment): string | undefined {
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  return file ? readSmallFile(file) : env.AWS_CONTAINER_AUTHORIZATION_TOKEN || undefined;
}

async function answerOf(url: URL, request: MachineRequest): Promise<unknown> {
  const { status, body } = await machineAnswer(url, request, ATTEMPT_MS);
  if (status === 200) return JSON.parse(body);
  throw new ContainerError('', { status });
}

function credentialsIn(answer: unknown): AwsCredentialIdentity {
  if (typeof answer !== 'object' || answer === null) throw new ContainerError('');
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = answer as Record<string, unknown>;
  if (
    typeof AccessKeyId !== 'string' ||
    typeof SecretAccessKey !== 'string' ||
    typeof Token !== 'string' ||
    typeof Expiration !== 'string'
  ) {
    throw new ContainerError('');
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    expiration: new Date(Expiration),
  };
}
