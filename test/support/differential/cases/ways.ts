// Cases of profiles that could be resolved in several ways, out of two files.
import {
  A,
  B,
  C,
  type Case,
  D,
  type Kind,
  LOGIN_ARN,
  legacySso,
  loginCache,
  ONE,
  ofDev,
  prints,
  roleOf,
  SSO_SESSION,
  SSO_URL,
  sso,
  ssoCache,
  T,
  TWO,
  U,
  WEB_FILE,
  web,
} from '../differential-case.ts';

interface Way {
  readonly name: string;
  /** Settings in the config file. */
  readonly config?: string;
  /** Settings in the credentials file. */
  readonly credentials?: string;
}

const byProcess = prints(D.json);

const WAYS: readonly Way[] = [
  { name: 'a role', config: roleOf(ONE, 'base') },
  { name: 'a role without a source', config: `role_arn = ${ONE}\n` },
  { name: 'a web identity', config: web(TWO) },
  { name: 'SSO', config: sso('Dev') },
  { name: 'SSO without a session', config: legacySso('Ops') },
  { name: 'keys in credentials', credentials: A.lines },
  { name: 'aws login', config: `login_session = ${LOGIN_ARN}\n` },
  { name: 'a process', config: byProcess.line },
  { name: 'keys in config', config: C.lines },
];

const LEFT = { ...WEB_FILE, ...ssoCache('corp'), ...ssoCache(SSO_URL), ...loginCache(), ...byProcess.files };

/** The profile `name` in all these ways, beside what its ways need. */
function profileOf(
  name: string,
  ways: readonly Way[],
  more = '',
): Pick<Case, 'config' | 'credentials' | 'files'> {
  const written = new Set<string>();
  // Two of the ways may share a setting: the first has it.
  const settings = (texts: readonly (string | undefined)[]) =>
    texts
      .flatMap((text) => (text ?? '').split('\n'))
      .filter((line) => {
        const option = line.split(' ')[0] ?? '';
        if (option === '' || written.has(option)) return false;
        written.add(option);
        return true;
      })
      .map((line) => `${line}\n`)
      .join('');
  const config = settings(ways.map((way) => way.config));
  written.clear();
  const credentials = settings(ways.map((way) => way.credentials));
  return {
    config: `[profile ${name}]\n${config}[profile base]\n${B.lines}${SSO_SESSION}${more}`,
    ...(credentials === '' ? {} : { credentials: `[${name}]\n${credentials}` }),
    files: LEFT,
  };
}

/** Debian's CLI knows no `aws login`. */
function newerFor(ways: readonly Way[]): Pick<Case, 'newer'> {
  return ways.some(({ name }) => name === 'aws login')
    ? { newer: 'Debian’s CLI does not know aws login.' }
    : {};
}

const pairs = WAYS.flatMap((way, place) =>
  WAYS.slice(place + 1).map((other): readonly Way[] => [way, other]),
);

const single: Case[] = WAYS.map((way) => ({
  name: way.name,
  ...profileOf('dev', [way]),
  ...newerFor([way]),
}));

const several: Case[] = pairs.map((ways) => ({
  name: ways.map(({ name }) => name).join(' and '),
  ...profileOf('dev', ways),
  ...newerFor(ways),
}));

/** A role's source: there its keys come before its own role. */
const sources: Case[] = [...WAYS.map((way): readonly Way[] => [way]), ...pairs].map((ways) => ({
  name: ways.map(({ name }) => name).join(' and '),
  ...profileOf('source', ways, `[profile dev]\n${roleOf(`${ONE.slice(0, -3)}Three`, 'source')}`),
  ...newerFor(ways),
}));

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
    newer: 'Debian’s CLI does not know aws login.',
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

export const ways: readonly Kind[] = [
  { title: 'A profile has credentials in one way.', cases: ofDev(single) },
  { title: 'Of several ways in one profile, one comes before the other.', cases: ofDev(several) },
  { title: 'Of several ways in a source_profile, one comes before the other.', cases: ofDev(sources) },
  { title: 'Keys of the two files are never mixed, other settings are.', cases: ofDev(twoFiles) },
];
