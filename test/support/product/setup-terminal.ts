// A setup on a terminal: the profiles that it finds, and its questions.
import { type SetupHome, ssoProfile } from '../unit/setup-home.ts';
import { bin } from './product.ts';
import { openTerminal } from './terminal.ts';

/** ~/.aws/config: an account with two profiles, and one without a region. */
export const SETUP_AWS =
  ssoProfile('readonly', '444455556666', 'us-east-1') +
  ssoProfile('admin', '444455556666') +
  ssoProfile('images', '111122223333');

/** The built program. */
export function openSetup(user: SetupHome, args = '', env: Record<string, string> = {}) {
  return openTerminal(`ecr-xacct setup ${args}`, { HOME: user.home, PATH: `${bin}:/usr/bin:/bin`, ...env });
}

/** Each question, up to the point where it waits for an answer. */
export const QUESTIONS = {
  accounts: /Which accounts[\s\S]*\(a: all or none\)[\s\S]*confirm/,
  profile: /Which profile, for account 444455556666\?[\s\S]*confirm/,
  regions: /In which regions are the registries of 111122223333 \(images\)\?[\s\S]*\(empty: skip it\)/,
  confirm: /Change these files\?[\s\S]*No/,
};
