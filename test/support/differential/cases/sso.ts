// Cases of IAM Identity Center: sessions, older profiles, and the file of `aws sso login`.
import {
  A,
  type Case,
  FUTURE,
  type Kind,
  legacySso,
  NEWER,
  ofDev,
  PAST,
  SSO_ACCOUNT,
  SSO_REFRESH,
  SSO_SESSION,
  SSO_SETTINGS,
  SSO_URL,
  sso,
  ssoCache,
} from '../differential-case.ts';

const FILE = ssoCache('corp');

/** The profile `dev` with these settings, and the session. */
function dev(name: string, settings: string, session = SSO_SESSION, files: Case['files'] = FILE): Case {
  return { name, config: `[profile dev]\n${settings}${session}`, files };
}

/** The session's name in a header, the profile's setting, the name of the file. */
function named(header: string, setting: string, file = setting): Case {
  return dev(
    `${setting} is [${header}]`,
    sso('Dev', setting),
    `[${header}]\n${SSO_SETTINGS}`,
    ssoCache(file),
  );
}

const sessions: Case[] = [
  dev('a session', sso('Dev')),
  dev('another role', sso('Ops')),
  named('sso-session "my corp"', 'my corp'),
  named("sso-session 'my corp'", 'my corp'),
  named('sso-session my corp', 'my corp'),
  named('sso-session corp&co(1),!~', 'corp&co(1),!~'),
  named('sso-session firm-ü', 'firm-ü'),
  named('sso-session corp]# c', 'corp'),
  named('sso-session  corp ', 'corp'),
  named('sso-sessions corp', 'corp'),
  named('sso-session corp', '"corp"', 'corp'),
  named('sso-session Corp', 'corp'),
  named('sso-session default', 'default'),
  dev('no such session', sso('Dev', 'other')),
  dev('no such session, beside keys', `${sso('Dev', 'other')}${A.lines}`),
  dev('a session without a region', sso('Dev'), `[sso-session corp]\nsso_start_url = ${SSO_URL}\n`),
  dev('a session without a URL', sso('Dev'), '[sso-session corp]\nsso_region = us-east-1\n'),
  dev(
    'a session twice',
    sso('Dev'),
    `${SSO_SESSION}[sso-session "corp"]\n${SSO_SETTINGS.replace('us-east-1', 'eu-west-1')}`,
  ),
  dev('a session in another region', sso('Dev'), SSO_SESSION.replace('us-east-1', 'eu-west-1')),
  dev('a region that does not exist', sso('Dev'), SSO_SESSION.replace('us-east-1', 'xx-nowhere-9')),
  dev('the URL and region of the profile too', `${sso('Dev')}${SSO_SETTINGS}`),
  dev('another URL of the profile', `${sso('Dev')}sso_start_url = https://other.example\n`),
  dev('another region of the profile', `${sso('Dev')}sso_region = eu-west-1\n`),
  dev('a setting of both that is of no use', `${sso('Dev')}x = y\n`, `${SSO_SESSION}x = z\n`),
  dev(
    'the account of the session',
    'sso_session = corp\nsso_role_name = Dev\n',
    `${SSO_SESSION}sso_account_id = ${SSO_ACCOUNT}\n`,
  ),
  dev('no account', 'sso_session = corp\nsso_role_name = Dev\n'),
  dev('no role', `sso_session = corp\nsso_account_id = ${SSO_ACCOUNT}\n`),
  dev('no role, beside keys', `sso_session = corp\nsso_account_id = ${SSO_ACCOUNT}\n${A.lines}`),
  dev('a session alone', 'sso_session = corp\n'),
  dev('a session alone, beside keys', `sso_session = corp\n${A.lines}`),
  dev('a role that is not assigned', sso('Dev').replace('Dev', 'Admin')),
  dev('a URL and a region alone, beside keys', `${SSO_SETTINGS}${A.lines}`),
  dev('an account alone, beside keys', `sso_account_id = ${SSO_ACCOUNT}\n${A.lines}`),
  dev('sso_registration_scopes', sso('Dev'), `${SSO_SESSION}sso_registration_scopes = sso:account:access\n`),
  dev('a region of the profile', `${sso('Dev')}region = eu-west-1\n`),
];

const OLD = ssoCache(SSO_URL);

const older: Case[] = [
  dev('settings of the profile', legacySso('Dev'), '', OLD),
  dev('settings of the profile, another region', legacySso('Dev').replace('us-east-1', 'eu-west-1'), '', OLD),
  dev('a file of the session alone', legacySso('Dev'), '', FILE),
  dev('no region', legacySso('Dev').replace(/sso_region.*\n/, ''), '', OLD),
  dev('no URL', legacySso('Dev').replace(/sso_start_url.*\n/, ''), '', OLD),
  dev('no account', legacySso('Dev').replace(/sso_account_id.*\n/, ''), '', OLD),
  dev('no role', legacySso('Dev').replace(/sso_role_name.*\n/, ''), '', OLD),
  dev('no role and no account', SSO_SETTINGS, '', OLD),
  dev('a slash behind the URL', legacySso('Dev').replace(SSO_URL, `${SSO_URL}/`), '', OLD),
  dev('# in the URL', legacySso('Dev').replace(SSO_URL, `${SSO_URL}/#/`), '', ssoCache(`${SSO_URL}/#/`)),
  {
    ...dev(
      'an expired token with a refresh token',
      legacySso('Dev'),
      '',
      ssoCache(SSO_URL, { expiresAt: PAST, refreshToken: SSO_REFRESH }),
    ),
    newer: NEWER.expiredSso,
  },
  {
    ...dev('an expired token', legacySso('Dev'), '', ssoCache(SSO_URL, { expiresAt: PAST })),
    newer: NEWER.expiredSso,
  },
];

const files: Case[] = [
  dev('no file', sso('Dev'), SSO_SESSION, {}),
  dev('no file, beside keys', `${sso('Dev')}${A.lines}`, SSO_SESSION, {}),
  dev('an expired token', sso('Dev'), SSO_SESSION, ssoCache('corp', { expiresAt: PAST })),
  dev(
    'an expired token that is renewed',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: PAST, refreshToken: SSO_REFRESH }),
  ),
  dev(
    'an expired token that is renewed, of a name with a blank',
    sso('Dev', 'my corp'),
    `[sso-session "my corp"]\n${SSO_SETTINGS}`,
    ssoCache('my corp', { expiresAt: PAST, refreshToken: SSO_REFRESH }),
  ),
  dev(
    'an expired token that is renewed in another region',
    sso('Dev'),
    SSO_SESSION.replace('us-east-1', 'eu-west-1'),
    ssoCache('corp', { expiresAt: PAST, refreshToken: SSO_REFRESH }),
  ),
  dev(
    'an expired token with a refresh token that AWS refuses',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: PAST, refreshToken: 'other' }),
  ),
  dev(
    'an expired token, its registration expired too',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: PAST, refreshToken: SSO_REFRESH, registrationExpiresAt: PAST }),
  ),
  dev(
    'an expired token without a registration',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: PAST, refreshToken: SSO_REFRESH, clientId: undefined }),
  ),
  dev(
    'an expired token without the end of its registration',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: PAST, refreshToken: SSO_REFRESH, registrationExpiresAt: undefined }),
  ),
  dev(
    'an expired token that is renewed, the file with more in it',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: PAST, refreshToken: SSO_REFRESH, extra: 'kept?' }),
  ),
  dev('a token that AWS refuses', sso('Dev'), SSO_SESSION, ssoCache('corp', { accessToken: 'other' })),
  dev(
    'a token that AWS refuses, with a refresh token',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { accessToken: 'other', refreshToken: SSO_REFRESH }),
  ),
  dev('no token in the file', sso('Dev'), SSO_SESSION, ssoCache('corp', { accessToken: undefined })),
  dev('no time in the file', sso('Dev'), SSO_SESSION, ssoCache('corp', { expiresAt: undefined })),
  dev(
    'a time with UTC behind it',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: '2099-01-01T00:00:00UTC' }),
  ),
  dev(
    'a time with an offset',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: FUTURE.replace('Z', '+02:00') }),
  ),
  dev(
    'a time in the basic form',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: '20990101T000000Z' }),
  ),
  dev(
    'a time without a zone',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', { expiresAt: '2099-01-01T00:00:00' }),
  ),
  dev(
    'a registration with UTC behind its end, and a blank for T',
    sso('Dev'),
    SSO_SESSION,
    ssoCache('corp', {
      expiresAt: PAST,
      refreshToken: SSO_REFRESH,
      registrationExpiresAt: '2099-01-01 00:00:00UTC',
    }),
  ),
  dev('a time that is none', sso('Dev'), SSO_SESSION, ssoCache('corp', { expiresAt: 'soon' })),
  dev('a file that is no JSON', sso('Dev'), SSO_SESSION, { [Object.keys(FILE)[0] ?? '']: '{' }),
  dev('an empty file', sso('Dev'), SSO_SESSION, { [Object.keys(FILE)[0] ?? '']: '' }),
];

export const ssoKinds: readonly Kind[] = [
  { title: 'An SSO session has its settings from its section.', cases: ofDev(sessions) },
  { title: 'An SSO profile without a session has its own settings.', cases: ofDev(older) },
  {
    title: 'The file of aws sso login is read, renewed and written as the AWS CLI does.',
    cases: ofDev(files),
  },
];
