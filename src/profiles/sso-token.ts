// The session of `aws sso login` as the AWS CLI stores it in its file.
import { readSmallFile } from '../os/small-file.ts';
import { parseDate } from './parse-date.ts';

export interface SsoToken {
  accessToken: string;
  expiresAt: string;
  refreshToken?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  registrationExpiresAt?: string | undefined;
}

/** @throws the system's error if there is no file; other errors if its content is not a session. */
export function readSsoToken(file: string): SsoToken {
  const token: unknown = JSON.parse(readSmallFile(file));
  if (!isSsoToken(token)) throw new Error('incomplete');
  return token;
}

export function isSsoToken(value: unknown): value is SsoToken {
  return (
    typeof value === 'object' &&
    value !== null &&
    'accessToken' in value &&
    typeof value.accessToken === 'string' &&
    'expiresAt' in value &&
    typeof value.expiresAt === 'string'
  );
}

/**
 * As in the AWS CLI, a session whose client registration has no expiry is not renewable. `now` is in epoch
 * milliseconds.
 */
export function isRenewable(
  { refreshToken, clientId, clientSecret, registrationExpiresAt }: SsoToken,
  now: number,
): boolean {
  if (!refreshToken || !clientId || !clientSecret || !registrationExpiresAt) return false;
  return endOf(registrationExpiresAt) > now;
}

/** Epoch milliseconds; NaN for an invalid date. */
export function endOf(date: string): number {
  return parseDate(date)?.getTime() ?? Number.NaN;
}
