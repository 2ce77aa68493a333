// The generated cases: files and environments made of unusual parts. The same seed gives the same cases.
import fc from 'fast-check';
import {
  A,
  B,
  C,
  type Case,
  D,
  type Kind,
  legacySso,
  NEWER,
  ONE,
  prints,
  roleOf,
  SSO_SESSION,
  SSO_URL,
  sso,
  ssoCache,
  T,
  THREE,
  TWO,
  WEB_FILE,
  web,
} from './differential-case.ts';
import { credentialsHeader, header, lineEnds, linesOf, mostly, section } from './grammar-of-writing.ts';

const process = prints(D.json);
const LEFT = { ...WEB_FILE, ...ssoCache('corp'), ...ssoCache(SSO_URL), ...process.files };

const BASE = `[profile base]\n${B.lines}`;
const named = { env: { AWS_PROFILE: 'dev' } };

/** Each is a separate identity. */
const CONFIG_WAYS = [
  roleOf(ONE, 'base'),
  roleOf(ONE, 'other'),
  `${roleOf(TWO, 'base')}external_id = 7f3c\n`,
  web(THREE),
  sso('Dev'),
  legacySso('Ops'),
  process.line,
  C.lines,
  T.lines,
  `aws_access_key_id = ${C.id}\n`,
  `role_arn = ${ONE}\n`,
  'region = us-east-1\n',
];
const CREDENTIALS_WAYS = [
  A.lines,
  T.lines,
  `aws_access_key_id = ${A.id}\n`,
  `aws_secret_access_key = ${A.secret}\n`,
  'aws_session_token = stale\n',
  roleOf(TWO, 'base'),
  process.line,
  sso('Ops'),
  'region = us-east-1\n',
];

/** Settings of several ways. If two ways have the same option, the first way's value counts. */
function settingsOf(ways: readonly string[], most: number): fc.Arbitrary<string> {
  return fc.uniqueArray(fc.constantFrom(...ways), { minLength: 1, maxLength: most }).map((chosen) => {
    const lines = chosen.flatMap(linesOf);
    const optionOf = (line: string) => line.slice(0, line.indexOf(' '));
    return lines
      .filter((line, place) => lines.findIndex((other) => optionOf(other) === optionOf(line)) === place)
      .map((line) => `${line}\n`)
      .join('');
  });
}

/** One way, in unusually written files. */
const writtenOddly = fc
  .record({
    before: section(header('prod'), roleOf(THREE, 'base')),
    dev: fc.constantFrom(...CONFIG_WAYS.slice(0, 8)).chain((way) => section(header('dev'), way)),
    behind: section(header('other'), A.lines),
    credentials: fc.option(section(credentialsHeader('dev'), D.lines), { freq: 3, nil: undefined }),
    ends: lineEnds,
  })
  .map(
    ({ before, dev, behind, credentials, ends }): Omit<Case, 'name'> => ({
      config: ends(`${before}${dev}${behind}${BASE}${SSO_SESSION}`),
      ...(credentials === undefined ? {} : { credentials }),
      ...named,
      files: LEFT,
    }),
  );

/** Plain files, with profiles that have several ways to credentials. */
const inSeveralWays = fc
  .record({
    config: fc.option(settingsOf(CONFIG_WAYS, 3), { freq: 6, nil: undefined }),
    credentials: fc.option(settingsOf(CREDENTIALS_WAYS, 2), { freq: 2, nil: undefined }),
    other: settingsOf(CONFIG_WAYS, 2),
    otherCredentials: fc.option(settingsOf(CREDENTIALS_WAYS, 2), { freq: 1, nil: undefined }),
    asked: fc.constantFrom<Pick<Case, 'env' | 'profile'>>(named, { profile: 'dev' }),
  })
  .map(
    ({ config, credentials, other, otherCredentials, asked }): Omit<Case, 'name'> => ({
      config: `${config === undefined ? '' : `[profile dev]\n${config}`}[profile other]\n${other}${BASE}${SSO_SESSION}`,
      credentials: [
        ...(credentials === undefined ? [] : [`[dev]\n${credentials}`]),
        ...(otherCredentials === undefined ? [] : [`[other]\n${otherCredentials}`]),
      ].join(''),
      ...asked,
      files: LEFT,
      ...(other.includes('sso_session') ? { newer: NEWER.sourceSso } : {}),
    }),
  );

function variable(name: string, ...values: readonly string[]): fc.Arbitrary<Record<string, string>> {
  return mostly<Record<string, string>>({}, ...values.map((value) => ({ [name]: value })));
}

/** Plain profiles, and any of the variables. */
const inAnEnvironment = fc
  .record({
    variables: fc.tuple(
      fc.constantFrom<Record<string, string>>(
        {},
        {},
        {},
        A.env,
        T.env,
        { AWS_ACCESS_KEY_ID: A.id },
        { AWS_SECRET_ACCESS_KEY: A.secret },
      ),
      variable('AWS_SESSION_TOKEN', '', `${T.token}`),
      variable('AWS_SECURITY_TOKEN', '', `${T.token}`),
      fc.constantFrom(
        {},
        ...['dev', 'role', 'pod', 'bare', 'missing', ''].map((name) => ({ AWS_PROFILE: name })),
      ),
      variable('AWS_DEFAULT_PROFILE', 'dev', 'role', 'missing', ''),
      variable('AWS_WEB_IDENTITY_TOKEN_FILE', '{HOME}/web-token', '{HOME}/web-token', '{HOME}/missing', ''),
      variable('AWS_ROLE_ARN', TWO, TWO, ''),
      variable('AWS_ROLE_SESSION_NAME', 'job-1'),
      variable('AWS_CONTAINER_CREDENTIALS_FULL_URI', '{container}/c'),
    ),
    asked: mostly<Pick<Case, 'profile'>>({}, { profile: 'dev' }, { profile: 'role' }, { profile: 'pod' }),
    byDefault: fc.constantFrom(
      '',
      `[default]\n${C.lines}`,
      `[default]\n${roleOf(THREE, 'base')}`,
      '[default]\nregion = us-east-1\n',
    ),
  })
  .map(({ variables, ...more }) => ({
    ...more,
    env: Object.assign({}, ...variables) as Record<string, string>,
  }))
  .map(
    ({ env, asked, byDefault }): Omit<Case, 'name'> => ({
      config:
        `${byDefault}[profile dev]\n${D.lines}[profile role]\n${roleOf(ONE, 'bare')}` +
        `[profile pod]\n${web(ONE)}[profile bare]\nregion = us-east-1\n${BASE}`,
      env,
      ...asked,
      files: LEFT,
      ...('AWS_PROFILE' in env && 'AWS_DEFAULT_PROFILE' in env ? { newer: NEWER.profileOrder } : {}),
    }),
  );

/** This many cases, equally many of each kind. */
export function generatedKinds(seed: number, count: number): Kind[] {
  const arbitraries = {
    'Generated: files that are written oddly.': writtenOddly,
    'Generated: profiles of several ways, in two files.': inSeveralWays,
    'Generated: environments.': inAnEnvironment,
  };
  const share = Math.ceil(count / Object.keys(arbitraries).length);
  return Object.entries(arbitraries).map(([title, arbitrary]) => ({
    title,
    cases: fc
      .sample(arbitrary, { seed, numRuns: share })
      .map((one, place): Case => ({ ...one, name: `seed ${seed}, number ${place + 1}` })),
  }));
}
