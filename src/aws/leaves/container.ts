// The credentials of a container's endpoint: ECS's agent, EKS Pod Identity, and what speaks as they do.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Environment } from '../../invocation.ts';
import { containerAuthorities } from '../../net/authorities.ts';
import { ContainerError, containerUrl } from '../failures/container-failure.ts';

/** As in the AWS CLI (botocore's utils.py, ContainerMetadataFetcher). Milliseconds. */
const ATTEMPTS = 3;
const ATTEMPT_MS = 2_000;
const WAIT_MS = 1_000;

/**
 * Asks directly, whatever proxies there are, as the AWS CLI does: a proxy would be shown the authorization token.
 * @throws ContainerError
 */
export async function containerCredentials(env: Environment): Promise<AwsCredentialIdentity> {
  const url = containerUrl(env);
  const ca = url.protocol === 'https:' ? { ca: containerAuthorities(env) } : {};
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Anew each time: the kubelet replaces the token in its file.
      const authorization = await authorizationToken(env);
      return credentialsIn(await answerOf(url, authorization === undefined ? {} : { authorization }, ca));
    } catch (error) {
      if (attempt >= ATTEMPTS) {
        throw error instanceof ContainerError ? error : new ContainerError('', { cause: error });
      }
      await setTimeout(WAIT_MS);
    }
  }
}

async function authorizationToken(env: Environment): Promise<string | undefined> {
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  return file ? await readFile(file, 'utf8') : env.AWS_CONTAINER_AUTHORIZATION_TOKEN || undefined;
}

async function answerOf(url: URL, headers: OutgoingHttpHeaders, ca: { ca?: string[] }): Promise<unknown> {
  const { get } = url.protocol === 'https:' ? https : http;
  const request = get(url, { ...ca, headers, signal: AbortSignal.timeout(ATTEMPT_MS) });
  const [response]: IncomingMessage[] = await once(request, 'response');
  // What breaks from here on, the body tells.
  request.on('error', () => {});
  if (response?.statusCode === 200) return await json(response);
  response?.resume();
  throw new ContainerError('', { status: response?.statusCode });
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
