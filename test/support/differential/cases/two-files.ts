// Cases of one profile in two files.
import {
  A,
  B,
  C,
  type Case,
  D,
  type Kind,
  LOGIN_ARN,
  loginCache,
  NEWER,
  ONE,
  ofDev,
  prints,
  roleOf,
  SSO_SESSION,
  sso,
  ssoCache,
  T,
  TWO,
  U,
  WEB_FILE,
  web,
} from '../differential-case.ts';

const byProcess = prints(D.json);

const twoFiles: Case[] = [
  {
    name: 'the ID here, the secret there',
    config: `[profile dev]\naws_access_key_id = ${A.id}\n`,
    credentials: `[dev]\naws_secret_access_key = ${A.secret}\n`,
  },
  {
    name: 'the secret here, the ID there',
    config: `[profile dev]\naws_secret_access_key = ${A.secret}\n`,
    credentials: `[dev]\naws_access_key_id = ${A.id}\n`,
  },
  {
    name: 'the ID in credentials, both in config',
    config: `[profile dev]\n${A.lines}`,
    credentials: `[dev]\naws_access_key_id = ${B.id}\n`,
  },
  {
    name: 'the secret in credentials, both in config',
    config: `[profile dev]\n${A.lines}`,
    credentials: `[dev]\naws_secret_access_key = ${A.secret}\n`,
  },
  {
    name: 'another secret in credentials, both in config',
    config: `[profile dev]\n${A.lines}`,
    credentials: `[dev]\naws_secret_access_key = ${B.secret}\n`,
  },
  { name: 'both in both', config: `[profile dev]\n${A.lines}`, credentials: `[dev]\n${B.lines}` },
  {
    name: 'a token of config beside keys of credentials',
    config: `[profile dev]\naws_session_token = stale\n`,
    credentials: `[dev]\n${A.lines}`,
  },
  {
    name: 'a session in config beside keys of credentials',
    config: `[profile dev]\n${T.lines}`,
    credentials: `[dev]\n${A.lines}`,
  },
  {
    name: 'keys in config beside a session of credentials',
    config: `[profile dev]\n${A.lines}`,
    credentials: `[dev]\n${T.lines}`,
  },
  {
    name: 'a token of credentials beside keys of config',
    config: `[profile dev]\n${A.lines}`,
    credentials: `[dev]\naws_session_token = stale\n`,
  },
  {
    name: 'the token of config for a session of credentials',
    config: `[profile dev]\naws_session_token = ${T.token}\n`,
    credentials: `[dev]\naws_access_key_id = ${T.id}\naws_secret_access_key = ${T.secret}\n`,
  },
  { name: 'a session in credentials', credentials: `[dev]\n${T.lines}` },
  { name: 'a session in config', config: `[profile dev]\n${T.lines}` },
  { name: 'a stale token in the same section', credentials: `[dev]\n${A.lines}aws_session_token = stale\n` },
  {
    name: 'a session by aws_security_token',
    credentials: `[dev]\naws_access_key_id = ${T.id}\naws_secret_access_key = ${T.secret}\naws_security_token = ${T.token}\n`,
  },
  {
    name: 'a session by aws_security_token in config',
    config: `[profile dev]\naws_access_key_id = ${T.id}\naws_secret_access_key = ${T.secret}\naws_security_token = ${T.token}\n`,
  },
  {
    name: 'aws_security_token and aws_session_token, the first right',
    credentials: `[dev]\n${T.lines.replace(`${T.token}`, 'stale')}aws_security_token = ${T.token}\n`,
  },
  {
    name: 'aws_security_token and aws_session_token, the second right',
    credentials: `[dev]\n${T.lines}aws_security_token = stale\n`,
  },
  {
    name: 'an empty aws_security_token beside aws_session_token',
    credentials: `[dev]\n${T.lines}aws_security_token =\n`,
  },
  { name: 'an empty token for keys', credentials: `[dev]\n${A.lines}aws_session_token =\n` },
  {
    name: 'an empty ID in credentials, keys in config',
    config: `[profile dev]\n${A.lines}`,
    credentials: '[dev]\naws_access_key_id =\n',
  },
  {
    name: 'empty keys in credentials, keys in config',
    config: `[profile dev]\n${A.lines}`,
    credentials: '[dev]\naws_access_key_id =\naws_secret_access_key =\n',
  },
  {
    name: 'empty keys in credentials, SSO in config',
    config: `[profile dev]\n${sso('Dev')}${SSO_SESSION}`,
    credentials: '[dev]\naws_access_key_id =\naws_secret_access_key =\n',
    files: ssoCache('corp'),
  },
  {
    name: 'a role in credentials',
    config: `[profile base]\n${B.lines}`,
    credentials: `[dev]\n${roleOf(ONE, 'base')}`,
  },
  {
    name: 'a role in credentials, its source below',
    credentials: `[dev]\n${roleOf(ONE, 'base')}[base]\n${B.lines}`,
  },
  {
    name: 'role_arn in config, source_profile in credentials',
    config: `[profile dev]\nrole_arn = ${ONE}\n[profile base]\n${B.lines}`,
    credentials: '[dev]\nsource_profile = base\n',
  },
  {
    name: 'a role in both',
    config: `[profile dev]\n${roleOf(ONE, 'base')}[profile base]\n${B.lines}`,
    credentials: `[dev]\nrole_arn = ${TWO}\n`,
  },
  {
    name: 'a source in both',
    config: `[profile dev]\n${roleOf(ONE, 'base')}[profile base]\n${B.lines}[profile other]\n${C.lines}`,
    credentials: '[dev]\nsource_profile = other\n',
  },
  {
    name: 'a process in credentials',
    credentials: `[dev]\n${prints(A.json).line}`,
    files: prints(A.json).files,
  },
  {
    name: 'a process in both',
    config: `[profile dev]\n${prints(A.json, 'a').line}`,
    credentials: `[dev]\n${prints(B.json, 'b').line}`,
    files: { ...prints(A.json, 'a').files, ...prints(B.json, 'b').files },
  },
  {
    name: 'SSO in credentials',
    config: SSO_SESSION,
    credentials: `[dev]\n${sso('Dev')}`,
    files: ssoCache('corp'),
  },
  {
    name: 'SSO in both',
    config: `[profile dev]\n${sso('Dev')}${SSO_SESSION}`,
    credentials: '[dev]\nsso_role_name = Ops\n',
    files: ssoCache('corp'),
  },
  {
    name: 'an SSO session in credentials',
    config: `[profile dev]\n${sso('Dev')}`,
    credentials: SSO_SESSION,
    files: ssoCache('corp'),
  },
  { name: 'a web identity in credentials', credentials: `[dev]\n${web(ONE)}`, files: WEB_FILE },
  {
    name: 'aws login in credentials',
    credentials: `[dev]\nlogin_session = ${LOGIN_ARN}\n`,
    files: loginCache(),
    newer: NEWER.login,
  },
  {
    name: 'a region in credentials',
    config: `[profile dev]\n${roleOf(ONE, 'base')}[profile base]\n${B.lines}`,
    credentials: '[dev]\nregion = eu-west-1\n',
    env: { AWS_DEFAULT_REGION: undefined },
    region: 'eu-west-1',
  },
  {
    name: 'a region in both',
    config: `[profile dev]\nregion = us-west-2\n${roleOf(ONE, 'base')}[profile base]\n${B.lines}`,
    credentials: '[dev]\nregion = eu-west-1\n',
    env: { AWS_DEFAULT_REGION: undefined },
    region: 'eu-west-1',
  },
  { name: 'no profile in either', config: `[profile x]\n${A.lines}`, credentials: `[y]\n${B.lines}` },
  {
    name: 'nothing but a region',
    config: '[profile dev]\nregion = us-east-1\n',
    credentials: `[default]\n${B.lines}`,
  },
  { name: 'nothing at all', config: '[profile dev]\n', credentials: `[default]\n${B.lines}` },
  { name: 'only an ID', config: `[profile dev]\naws_access_key_id = ${A.id}\n` },
  { name: 'only a secret', config: `[profile dev]\naws_secret_access_key = ${A.secret}\n` },
  { name: 'only a token', config: `[profile dev]\naws_session_token = ${U.token}\n` },
  {
    name: 'only a secret in credentials, a process in config',
    config: `[profile dev]\n${byProcess.line}`,
    credentials: `[dev]\naws_secret_access_key = ${A.secret}\n`,
    files: byProcess.files,
  },
  {
    name: 'only an ID in credentials, SSO in config',
    config: `[profile dev]\n${sso('Dev')}${SSO_SESSION}`,
    credentials: `[dev]\naws_access_key_id = ${A.id}\n`,
    files: ssoCache('corp'),
  },
  {
    name: 'only an ID in credentials, a process in config',
    config: `[profile dev]\n${byProcess.line}`,
    credentials: `[dev]\naws_access_key_id = ${A.id}\n`,
    files: byProcess.files,
  },
];

export const filesOfOneProfile: readonly Kind[] = [
  { title: 'Keys of the two files are never mixed, other settings are.', cases: ofDev(twoFiles) },
];
