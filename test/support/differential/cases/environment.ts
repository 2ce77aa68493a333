// Cases of keys and of profiles in the environment.
import { A, B, C, type Case, type Kind, NEWER, ONE, PAST, roleOf, T } from '../differential-case.ts';

const DEV = `[profile dev]\n${B.lines}`;
const DEFAULT = `[default]\n${C.lines}`;

/** Added to the key profiles `dev` and `default`. */
function keys(name: string, env: Case['env'], rest: Partial<Case> = {}): Case {
  return { name, config: `${DEV}${DEFAULT}`, ...(env === undefined ? {} : { env }), ...rest };
}

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = A.env;
const session = { AWS_ACCESS_KEY_ID: T.id, AWS_SECRET_ACCESS_KEY: T.secret };

const ofKeys: Case[] = [
  keys('an ID and a secret', A.env),
  keys('a session', T.env),
  keys('a session by AWS_SECURITY_TOKEN', { ...session, AWS_SECURITY_TOKEN: `${T.token}` }),
  keys('both tokens, the older one right', {
    ...session,
    AWS_SECURITY_TOKEN: `${T.token}`,
    AWS_SESSION_TOKEN: 'stale',
  }),
  keys('both tokens, the newer one right', {
    ...session,
    AWS_SECURITY_TOKEN: 'stale',
    AWS_SESSION_TOKEN: `${T.token}`,
  }),
  keys('an empty AWS_SECURITY_TOKEN beside a token', { ...T.env, AWS_SECURITY_TOKEN: '' }),
  keys('an empty token', { ...A.env, AWS_SESSION_TOKEN: '' }),
  keys('a stale token', { ...A.env, AWS_SESSION_TOKEN: 'stale' }),
  keys('a stale AWS_SECURITY_TOKEN', { ...A.env, AWS_SECURITY_TOKEN: 'stale' }),
  keys('an ID alone', { AWS_ACCESS_KEY_ID }),
  keys('an ID with an empty secret', { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: '' }),
  keys('a secret alone', { AWS_SECRET_ACCESS_KEY }),
  keys('a secret with an empty ID', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY }),
  keys('both empty', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }),
  keys('a token alone', { AWS_SESSION_TOKEN: `${T.token}` }),
  keys('an ID alone, beside AWS_PROFILE', { AWS_ACCESS_KEY_ID, AWS_PROFILE: 'dev' }),
  keys('a secret alone, beside AWS_PROFILE', { AWS_SECRET_ACCESS_KEY, AWS_PROFILE: 'dev' }),
  keys('a token alone, beside AWS_PROFILE', { AWS_SESSION_TOKEN: 'stale', AWS_PROFILE: 'dev' }),
  keys('an ID alone, beside --profile', { AWS_ACCESS_KEY_ID }, { profile: 'dev' }),
  keys('keys beside AWS_PROFILE', { ...A.env, AWS_PROFILE: 'dev' }),
  keys('keys beside --profile', A.env, { profile: 'dev' }),
  keys('keys beside an AWS_PROFILE that does not exist', { ...A.env, AWS_PROFILE: 'missing' }),
  keys('keys beside a broken config file', A.env, { config: '[profile dev]\nword\n' }),
  keys('keys beside a broken credentials file', A.env, { credentials: 'word\n' }),
  keys('keys with blanks', { AWS_ACCESS_KEY_ID: ` ${A.id}`, AWS_SECRET_ACCESS_KEY: `${A.secret} ` }),
  keys('keys with a line break', { ...A.env, AWS_SECRET_ACCESS_KEY: `${A.secret}\n` }),
  keys('another secret', { ...A.env, AWS_SECRET_ACCESS_KEY: B.secret }),
  keys('an AWS_CREDENTIAL_EXPIRATION of the past', { ...T.env, AWS_CREDENTIAL_EXPIRATION: PAST }),
  keys('an AWS_CREDENTIAL_EXPIRATION in words', { ...T.env, AWS_CREDENTIAL_EXPIRATION: 'tomorrow' }),
  keys('AWS_ACCESS_KEY and AWS_SECRET_KEY', { AWS_ACCESS_KEY: A.id, AWS_SECRET_KEY: A.secret }),
  keys('keys beside a role of [default]', A.env, { config: `[default]\n${roleOf(ONE, 'dev')}${DEV}` }),
];

const ofProfiles: Case[] = [
  keys('AWS_PROFILE', { AWS_PROFILE: 'dev' }),
  keys('AWS_DEFAULT_PROFILE', { AWS_DEFAULT_PROFILE: 'dev' }),
  keys('both', { AWS_PROFILE: 'default', AWS_DEFAULT_PROFILE: 'dev' }, { newer: NEWER.profileOrder }),
  keys(
    'both, the other way',
    { AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: 'default' },
    { newer: NEWER.profileOrder },
  ),
  keys(
    'AWS_PROFILE beside an empty AWS_DEFAULT_PROFILE',
    { AWS_PROFILE: 'dev', AWS_DEFAULT_PROFILE: '' },
    { newer: NEWER.profileOrder },
  ),
  keys(
    'an empty AWS_PROFILE beside AWS_DEFAULT_PROFILE',
    { AWS_PROFILE: '', AWS_DEFAULT_PROFILE: 'dev' },
    { newer: NEWER.profileOrder },
  ),
  keys('an empty AWS_PROFILE', { AWS_PROFILE: '' }),
  keys('an empty AWS_DEFAULT_PROFILE', { AWS_DEFAULT_PROFILE: '' }),
  keys('one that does not exist', { AWS_PROFILE: 'missing' }),
  keys(
    'one that does not exist beside AWS_DEFAULT_PROFILE',
    {
      AWS_PROFILE: 'missing',
      AWS_DEFAULT_PROFILE: 'dev',
    },
    { newer: NEWER.profileOrder },
  ),
  keys(
    'one that does not exist in AWS_DEFAULT_PROFILE',
    {
      AWS_PROFILE: 'dev',
      AWS_DEFAULT_PROFILE: 'missing',
    },
    { newer: NEWER.profileOrder },
  ),
  keys('default, which does not exist', { AWS_PROFILE: 'default' }, { config: DEV }),
  keys('with a blank behind it', { AWS_PROFILE: 'dev ' }),
  keys('none', {}),
  keys('none, and no [default]', {}, { config: DEV }),
  keys('--profile beside AWS_PROFILE', { AWS_PROFILE: 'default' }, { profile: 'dev' }),
  keys('--profile beside AWS_DEFAULT_PROFILE', { AWS_DEFAULT_PROFILE: 'default' }, { profile: 'dev' }),
  keys('--profile that does not exist', { AWS_PROFILE: 'dev' }, { profile: 'missing' }),
  keys('no files at all', {}, { config: '' }),
];

export const environments: readonly Kind[] = [
  { title: 'Keys in the environment come before all, or are an error.', cases: ofKeys },
  { title: 'AWS_DEFAULT_PROFILE and AWS_PROFILE name the profile.', cases: ofProfiles },
];
