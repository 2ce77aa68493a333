// Cases of profiles with several kinds of credentials.
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
  NEWER,
  ONE,
  ofDev,
  prints,
  roleOf,
  SSO_SESSION,
  SSO_URL,
  sso,
  ssoCache,
  TWO,
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

/** The profile `name` with all these kinds of credentials, and what these need. */
function profileOf(
  name: string,
  ways: readonly Way[],
  more = '',
): Pick<Case, 'config' | 'credentials' | 'files'> {
  const written = new Set<string>();
  // If two kinds share a setting, the first kind's value counts.
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

function newerFor(ways: readonly Way[], isSource = false): Pick<Case, 'newer'> {
  if (ways.some(({ name }) => name === 'aws login')) return { newer: NEWER.login };
  return isSource && ways.some(({ name }) => name === 'SSO') ? { newer: NEWER.sourceSso } : {};
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

/** A role's source: its keys come before its own role. */
const sources: Case[] = [...WAYS.map((way): readonly Way[] => [way]), ...pairs].map((ways) => ({
  name: ways.map(({ name }) => name).join(' and '),
  ...profileOf('source', ways, `[profile dev]\n${roleOf(`${ONE.slice(0, -3)}Three`, 'source')}`),
  ...newerFor(ways, true),
}));

export const ways: readonly Kind[] = [
  { title: 'A profile has credentials in one way.', cases: ofDev(single) },
  { title: 'Of several ways in one profile, one comes before the other.', cases: ofDev(several) },
  { title: 'Of several ways in a source_profile, one comes before the other.', cases: ofDev(sources) },
];
