// The credentials in an answer of STS.
import type { Credentials } from '@aws-sdk/client-sts';
import { XacctError } from '../../errors.ts';

export interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** @throws XacctError `service` where the answer has none. */
export function credentialsFrom(credentials: Credentials | undefined): SessionCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    throw new XacctError('service', 'STS answered without credentials', { hint: { say: 'try again' } });
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
