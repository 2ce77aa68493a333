// The credentials of the EC2 instance, from its metadata service.
import { setTimeout } from 'node:timers/promises';
import { fromInstanceMetadata } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../../errors.ts';
import { type Command, command } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import type { FollowedProfile } from '../connection/followed-profile.ts';
import { InstanceError, statusOf } from '../failures/instance-failure.ts';

/** For a service that is there and is asked too often, or fails. */
const ATTEMPTS_WHERE_IT_ANSWERS = 4;
const FIRST_WAIT_MS = 100;

/**
 * As in the AWS CLI, one try of a second: off EC2 nothing answers. More where the settings say so, and where it answers that it is
 * asked too often or has failed. @throws InstanceError; XacctError `usage` for a number that is none.
 */
export async function instanceCredentials(
  env: Environment,
  followed: FollowedProfile,
): Promise<AwsCredentialIdentity> {
  const number = (variable: string, setting: string) => {
    const { name, settings, where } = followed;
    return (
      positive(env[variable], `${variable} is`, '', command`unset ${variable}`) ??
      positive(
        settings[setting],
        `profile ${name} has ${setting} =`,
        ` (${where(setting)})`,
        command`aws configure set ${setting} 1 --profile ${name}`,
      )
    );
  };
  const seconds = number('AWS_METADATA_SERVICE_TIMEOUT', 'metadata_service_timeout') ?? 1;
  const wanted = number('AWS_METADATA_SERVICE_NUM_ATTEMPTS', 'metadata_service_num_attempts') ?? 1;
  const timeout = seconds * 1_000;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fromInstanceMetadata({ timeout, maxRetries: 0 })();
    } catch (error) {
      const status = statusOf(error) ?? 0;
      // 401: the SDK asks without a token where it was refused one.
      const answers = status === 401 || status === 429 || status >= 500;
      const most = Math.max(wanted, answers ? ATTEMPTS_WHERE_IT_ANSWERS : 1);
      if (attempt >= most || (status > 0 && !answers)) throw new InstanceError(timeout, error);
      await setTimeout(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }
}

function positive(text: string | undefined, said: string, where: string, run: Command): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  const message = `${said} ${text}, which is no whole number from 1 to 9999${where}`;
  throw new XacctError('usage', message, { hint: { run } });
}
