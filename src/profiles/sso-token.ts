// The session that `aws sso login` began, as the AWS CLI keeps it in its file.
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

/** @throws where there is none: the system's error, and others for what is no session. */
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

/** As in the AWS CLI, not without the end of its registration. `now` is in epoch milliseconds. */
export function isRenewable(
  { refreshToken, clientId, clientSecret, registrationExpiresAt }: SsoToken,
  now: number,
): boolean {
  if (!refreshToken || !clientId || !clientSecret || !registrationExpiresAt) return false;
  return endOf(registrationExpiresAt) > now;
}

/** Epoch milliseconds; NaN of what is no date. */
export function endOf(date: string): number {
  return parseDate(date)?.getTime() ?? Number.NaN;
}
