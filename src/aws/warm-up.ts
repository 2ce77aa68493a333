// Loads and runs the code of most mints once before there is a job: without a network, and of files only the CA bundle.
import { lookup } from 'node:dns';
import { Agent, createServer } from 'node:https';
import { duplexPair } from 'node:stream';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Environment } from '../invocation.ts';
import { parseIni } from '../profiles/ini.ts';
import { ecrToken } from './calls/ecr-call.ts';
import { assumeRole } from './calls/sts-calls.ts';
import { createConnection } from './connection/connection.ts';
import { showFollowedProfile } from './connection/followed-profile.ts';

/** `env`: what the next job's environment probably is. Never fails: the job loads what could not be warmed up. */
export async function warmUp(env: Environment): Promise<void> {
  showFollowedProfile({}, {});
  try {
    createConnection(env, undefined);
  } catch {
    // The job reports a bundle that cannot be read.
  }
  // Parses the certificates of the authorities.
  createSecureContext();
  const config = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    requestHandler: new NodeHttpHandler({ httpsAgent: new MemoryAgent() }),
  };
  parseIni('[profile none]\naws_access_key_id = none\naws_secret_access_key = none\n', '');
  await Promise.allSettled([
    ecrToken.endpoint(config),
    ecrToken.get(config),
    assumeRole(config, { RoleArn: 'none', RoleSessionName: 'none' }),
    promisify(lookup)('localhost'),
  ]);
}

/** HTTPS to a server in this process over a pair of streams: runs all the code of a connection without making one. */
class MemoryAgent extends Agent {
  override createConnection(): TLSSocket {
    // A pre-shared key: no certificate has to be made.
    const psk = Buffer.alloc(16);
    const options = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
    const [near, far] = duplexPair();
    const server = createServer({ ...options, pskCallback: () => psk }, ({ headers }, response) => {
      response.end(headers['content-type']?.includes('json') ? ECR_ANSWER : STS_ANSWER);
    });
    server.emit('connection', far);
    return connect({
      ...options,
      socket: near,
      pskCallback: () => ({ psk, identity: 'none' }),
      checkServerIdentity: () => undefined,
    });
  }
}

const ECR_ANSWER = '{"authorizationData":[{"authorizationToken":"QVdTOm5vbmU=","expiresAt":0}]}';
const STS_ANSWER =
  '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>none</AccessKeyId><SecretAccessKey>none</SecretAccessKey><SessionToken>none</SessionToken><Expiration>2000-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>';
