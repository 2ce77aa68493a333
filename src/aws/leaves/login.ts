// A session of `aws login` that several minters renew at the same moment: its refresh token works once, the others are refused.
import { setTimeout } from 'node:timers/promises';
import { fromLoginCredentials } from '@aws-sdk/credential-providers';
import { externalDataInterceptor } from '@smithy/shared-ini-file-loader';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { LoginSource } from '../../identity/source.ts';
import type { Environment } from '../../invocation.ts';
import { FileRefused, readSmallFile } from '../../os/small-file.ts';
import { loginFile } from '../../profiles/session-file.ts';
import type { ClientConfig } from '../connection/connection.ts';

/** The time that the one whose renewal was accepted has to write it to the session's file, in several looks. Milliseconds. */
const LOOKS_MS = [250, 500];
/** Status of the answers to a refresh token. */
const REFUSED = [400, 401, 403];
/** What the SDK reads in place of the user's files: no file is there. */
const FILE = 'ecr-xacct:login';

/** `region`: for a session whose file and profile say none. @throws FileRefused; whatever the SDK's provider throws. */
export async function loginCredentials(
  { login_session, region: own }: LoginSource,
  env: Environment,
  region: string,
  clientConfig: ClientConfig,
  lastStatus: () => number | undefined,
): Promise<AwsCredentialIdentity> {
  refuseUnlessSmall(loginFile(login_session, env));
  externalDataInterceptor.interceptFile(FILE, `[profile login]\nlogin_session = ${login_session}\n`);
  // It reads the session's file anew each time.
  const resolve = () =>
    fromLoginCredentials({ profile: 'login', configFilepath: FILE, filepath: FILE, clientConfig })({
      // It takes its region from here alone.
      callerClientConfig: { region: async () => own ?? region },
    });
  for (const wait of LOOKS_MS) {
    try {
      return await resolve();
    } catch (error) {
      if (!REFUSED.includes(lastStatus() ?? 0)) throw error;
      await setTimeout(wait);
    }
  }
  return resolve();
}

/** The provider reads to any end. What else is wrong with the file, it finds itself. */
function refuseUnlessSmall(file: string): void {
  try {
    readSmallFile(file);
  } catch (error) {
    if (error instanceof FileRefused) throw error;
  }
}
