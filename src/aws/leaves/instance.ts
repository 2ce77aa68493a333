// Gets the credentials of the EC2 instance from its metadata service.
import { setTimeout } from 'node:timers/promises';
import type { AwsCredentialIdentity } from '@smithy/types';
import { XacctError } from '../../errors.ts';
import { type Command, command } from '../../hint.ts';
import type { Environment } from '../../invocation.ts';
import { isRecord } from '../../is-record.ts';
import type { Settings } from '../../profiles/ini.ts';
import type { FollowedProfile } from '../connection/followed-profile.ts';
import { InstanceError, MetadataRefusal } from '../failures/instance-failure.ts';
import { type MachineRequest, machineAnswer } from './machine-answer.ts';

/** For a service that answers, but limits the rate or fails. */
const ATTEMPTS_WHERE_IT_ANSWERS = 4;
const FIRST_WAIT_MS = 100;

/**
 * By default one attempt of a second, as in the AWS CLI: off EC2 nothing answers. More if the settings say so, or if
 * the service limits the rate or fails.
 * @throws InstanceError; XacctError `usage` for a setting that is not a number, `service` for an answer that is too
 * large.
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
      return await fromMetadata({ env, settings: followed.settings, timeoutMs: timeout });
    } catch (error) {
      if (error instanceof XacctError) throw error;
      const status = error instanceof MetadataRefusal ? error.status : 0;
      // 401: the request had no token, because the service refused to give one.
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
  const message = `${said} ${text}, which is not a whole number from 1 to 9999${where}`;
  throw new XacctError('usage', message, { hint: { run } });
}

interface Metadata {
  env: Environment;
  settings: Settings;
  /** Of each request. */
  timeoutMs: number;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html */
const ROLES = '/latest/meta-data/iam/security-credentials/';

/**
 * The SDK's provider is not used: it accepts an answer of any size, and waits as long as bytes arrive.
 * @throws MetadataRefusal; the errors of `machineAnswer`.
 */
async function fromMetadata(metadata: Metadata): Promise<AwsCredentialIdentity> {
  const token = await metadataToken(metadata);
  const headers = token === undefined ? {} : { 'x-aws-ec2-metadata-token': token };
  const role = await ask(metadata, ROLES, { headers });
  const answer: unknown = JSON.parse(await ask(metadata, `${ROLES}${role.trim()}`, { headers }));
  const { AccessKeyId, SecretAccessKey, Token } = isRecord(answer) ? answer : {};
  if (!isText(AccessKeyId) || !isText(SecretAccessKey) || !isText(Token)) throw new Error('no credentials');
  // Ignores their expiry: if the service renews keys late, the old ones are still used, as in the AWS CLI.
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

/** Undefined for a service of version 1, which has no tokens. */
async function metadataToken(metadata: Metadata): Promise<string | undefined> {
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
  try {
    return await ask(metadata, '/latest/api/token', { method: 'PUT', headers });
  } catch (error) {
    const isBadRequest = error instanceof MetadataRefusal && error.status === 400;
    if (isBadRequest || error instanceof XacctError || isVersion1Off(metadata)) throw error;
    return undefined;
  }
}

function isVersion1Off({ env, settings }: Metadata): boolean {
  const said = env.AWS_EC2_METADATA_V1_DISABLED ?? settings.ec2_metadata_v1_disabled ?? 'false';
  return said !== '' && said !== 'false';
}

async function ask(metadata: Metadata, path: string, request: MachineRequest): Promise<string> {
  const url = new URL(path, metadataEndpoint(metadata));
  const { status, body } = await machineAnswer(url, request, metadata.timeoutMs);
  if (status !== 200) throw new MetadataRefusal(status);
  return body;
}

function metadataEndpoint({ env, settings }: Metadata): string {
  const named = env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? settings.ec2_metadata_service_endpoint;
  const mode = env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE ?? settings.ec2_metadata_service_endpoint_mode;
  return named || (mode?.toLowerCase() === 'ipv6' ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
