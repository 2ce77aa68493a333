// Cases of a web identity in the environment, with profiles of every kind.
import {
  A,
  B,
  C,
  type Case,
  type Kind,
  ONE,
  prints,
  roleOf,
  SSO_SESSION,
  sso,
  ssoCache,
  TWO,
  WEB_FILE,
  web,
} from '../differential-case.ts';

const DEV = `[profile dev]\n${B.lines}`;
const DEFAULT = `[default]\n${C.lines}`;

const token = { AWS_WEB_IDENTITY_TOKEN_FILE: '{HOME}/web-token' };
const ambient = { ...token, AWS_ROLE_ARN: ONE };

/** With the token's file. */
function webbed(name: string, env: Case['env'], rest: Partial<Case> = {}): Case {
  return { name, files: WEB_FILE, ...(env === undefined ? {} : { env }), ...rest };
}

/** A profile with a web identity that the variable turns off, and with other settings. */
function emptied(beside: string, more: string, rest: Partial<Case> = {}): Case {
  const { line: _, files } = prints(C.json);
  return {
    name: `an empty file name, beside a web identity and ${beside}`,
    config: `[profile w]\n${web(TWO)}${more}${SSO_SESSION}${DEV}`,
    files: { ...WEB_FILE, ...ssoCache('corp'), ...files },
    ...rest,
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: '', AWS_PROFILE: 'w', ...rest.env },
  };
}

const ofWebIdentity: Case[] = [
  webbed('alone', ambient),
  webbed('with a session name', { ...ambient, AWS_ROLE_SESSION_NAME: 'job-1' }),
  webbed('with an empty session name', { ...ambient, AWS_ROLE_SESSION_NAME: '' }),
  webbed('without AWS_ROLE_ARN', token),
  webbed('with an empty AWS_ROLE_ARN', { ...token, AWS_ROLE_ARN: '' }),
  webbed('an empty file name', { AWS_WEB_IDENTITY_TOKEN_FILE: '', AWS_ROLE_ARN: ONE }, { config: DEFAULT }),
  emptied('nothing else', ''),
  emptied('nothing else, in a container', '', {
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: '{container}/' },
  }),
  emptied('keys', A.lines),
  emptied('keys in credentials', '', { credentials: `[w]\n${A.lines}` }),
  emptied('a process', `${A.lines}${prints(C.json).line}`),
  emptied('SSO', `${A.lines}${sso('Dev')}`),
  emptied('a source_profile', 'source_profile = dev\n'),
  webbed('AWS_ROLE_ARN alone', { AWS_ROLE_ARN: ONE }, { config: DEFAULT }),
  webbed('AWS_ROLE_ARN alone, beside keys', { AWS_ROLE_ARN: ONE, ...A.env }),
  webbed('beside keys in the environment', { ...ambient, ...A.env }),
  webbed('beside keys of [default]', ambient, { config: DEFAULT }),
  webbed('beside keys of [default] in credentials', ambient, { credentials: DEFAULT }),
  webbed('beside a role of [default]', ambient, { config: `[default]\n${roleOf(TWO, 'dev')}${DEV}` }),
  webbed('beside a web identity of [default]', ambient, { config: `[default]\n${web(TWO)}` }),
  webbed('beside SSO of [default]', ambient, {
    config: `[default]\n${sso('Dev')}${SSO_SESSION}`,
    files: { ...WEB_FILE, ...ssoCache('corp') },
  }),
  webbed('beside AWS_PROFILE of keys', { ...ambient, AWS_PROFILE: 'dev' }, { config: DEV }),
  webbed(
    'beside AWS_PROFILE of a role',
    { ...ambient, AWS_PROFILE: 'r' },
    { config: `[profile r]\n${roleOf(TWO, 'dev')}${DEV}` },
  ),
  webbed(
    'beside AWS_PROFILE of a web identity',
    { ...ambient, AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'beside AWS_PROFILE of SSO',
    { ...ambient, AWS_PROFILE: 's' },
    { config: `[profile s]\n${sso('Dev')}${SSO_SESSION}`, files: { ...WEB_FILE, ...ssoCache('corp') } },
  ),
  webbed('beside AWS_PROFILE that does not exist', { ...ambient, AWS_PROFILE: 'missing' }, { config: DEV }),
  webbed('beside --profile of keys', ambient, { config: DEV, profile: 'dev' }),
  webbed('beside --profile of a web identity', ambient, { config: `[profile w]\n${web(TWO)}`, profile: 'w' }),
  webbed(
    'an empty file name, beside a web identity of --profile',
    { AWS_WEB_IDENTITY_TOKEN_FILE: '' },
    { config: `[profile w]\n${web(TWO)}${A.lines}`, profile: 'w' },
  ),
  webbed(
    'an empty file name, beside a web identity of a source_profile',
    { AWS_WEB_IDENTITY_TOKEN_FILE: '', AWS_PROFILE: 'r' },
    { config: `[profile r]\n${roleOf(ONE, 'w')}[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'an empty file name, beside a web identity and keys of [default]',
    { AWS_WEB_IDENTITY_TOKEN_FILE: '' },
    { config: `[default]\n${web(TWO)}${A.lines}` },
  ),
  webbed(
    'AWS_ROLE_ARN over a web identity of AWS_PROFILE',
    { AWS_ROLE_ARN: ONE, AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'AWS_ROLE_ARN beside a web identity of --profile',
    { AWS_ROLE_ARN: ONE },
    { config: `[profile w]\n${web(TWO)}`, profile: 'w' },
  ),
  webbed(
    'an empty AWS_ROLE_ARN over a web identity of AWS_PROFILE',
    { AWS_ROLE_ARN: '', AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'AWS_ROLE_SESSION_NAME over a web identity of AWS_PROFILE',
    { AWS_ROLE_SESSION_NAME: 'job-2', AWS_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}role_session_name = job-3\n` },
  ),
  webbed(
    'AWS_ROLE_SESSION_NAME beside a web identity of --profile',
    { AWS_ROLE_SESSION_NAME: 'job-2' },
    { config: `[profile w]\n${web(TWO)}role_session_name = job-3\n`, profile: 'w' },
  ),
  webbed(
    'the token’s file of the environment, the role of the profile',
    { ...token, AWS_PROFILE: 'w' },
    { config: `[profile w]\nrole_arn = ${TWO}\n` },
  ),
  webbed(
    'a file that is not there',
    { ...ambient, AWS_WEB_IDENTITY_TOKEN_FILE: '{HOME}/missing' },
    { config: DEFAULT },
  ),
  webbed('a token that AWS refuses', ambient, { config: DEFAULT, files: { 'web-token': 'other' } }),
  webbed('a path with ~', { AWS_WEB_IDENTITY_TOKEN_FILE: '~/web-token', AWS_ROLE_ARN: ONE }),
  webbed(
    'with AWS_DEFAULT_PROFILE',
    { AWS_ROLE_ARN: ONE, AWS_DEFAULT_PROFILE: 'w' },
    { config: `[profile w]\n${web(TWO)}` },
  ),
  webbed(
    'for a role whose source is a profile without credentials',
    { ...ambient, AWS_PROFILE: 'r' },
    { config: `[profile r]\n${roleOf(TWO, 'empty')}[profile empty]\nregion = us-east-1\n` },
  ),
];

export const webIdentities: readonly Kind[] = [
  { title: 'A web identity of the environment has its place in the order.', cases: ofWebIdentity },
];
