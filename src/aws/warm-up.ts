// Loads and runs once, without a network and without anybody's files, what most mints need, before there is a job.
import { Readable } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { fromIni } from '@aws-sdk/credential-providers';
import { createConnection } from './connection.ts';
import { createRoleAssumer } from './role-assumer.ts';

/** Never fails: what it could not warm up is loaded by the job. */
export async function warmUp(): Promise<void> {
  // The SDK remembers files by their paths; these are nobody's.
  Object.assign(process.env, {
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
  // Reads the root certificates.
  createSecureContext();
  createConnection({}, undefined);
  const config = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    requestHandler: {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: emptyBody() } }),
    },
  };
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  await Promise.allSettled([
    new ECRClient(config).send(new GetAuthorizationTokenCommand({})),
    createRoleAssumer(config, 'none').assumeRole(config.credentials, {
      RoleArn: 'none',
      RoleSessionName: 'none',
    }),
    fromIni({ profile: 'none' })(),
  ]);
}

function emptyBody(): Readable {
  return Readable.from(['{}']);
}
