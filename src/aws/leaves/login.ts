// Gets credentials from a session of `aws login`, whose refresh token works once, also if several minters renew it.
import { setTimeout } from 'node:timers/promises';
import { fromLoginCredentials } from '@aws-sdk/credential-providers';
import { externalDataInterceptor } from '@smithy/shared-ini-file-loader';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { LoginSource } from '../../identity/source.ts';
import type { Environment } from '../../invocation.ts';
import { FileRefused, readSmallFile } from '../../os/small-file.ts';
import { loginFile } from '../../profiles/session-file.ts';
import type { ClientConfig } from '../connection/connection.ts';

/**
 * The minter whose renewal was accepted has this time to write the session's file; the others then read it again.
 * Milliseconds.
 */
const LOOKS_MS = [250, 500];
/** The status of an answer that refuses a refresh token. */
const REFUSED = [400, 401, 403];
/** The name under which the SDK reads these settings in place of the user's files. No such file exists. */
const FILE = 'ecr-xacct:login';

/** `region`: for a session whose file and profile have none. @throws FileRefused; the errors of the SDK's provider. */
export async function loginCredentials(
  { login_session, region: own }: LoginSource,
  env: Environment,
  region: string,
  clientConfig: ClientConfig,
  lastStatus: () => number | undefined,
): Promise<AwsCredentialIdentity> {
  refuseUnlessSmall(loginFile(login_session, env));
  externalDataInterceptor.interceptFile(FILE, `[profile login]\nlogin_session = ${login_session}\n`);
  // The provider reads the session's file at each call.
  const resolve = () =>
    fromLoginCredentials({ profile: 'login', configFilepath: FILE, filepath: FILE, clientConfig })({
      // The provider takes its region only from here.
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

/** The provider reads a file of any size. It reports every other fault of the file itself. */
function refuseUnlessSmall(file: string): void {
  try {
    readSmallFile(file);
  } catch (error) {
    if (error instanceof FileRefused) throw error;
  }
}
