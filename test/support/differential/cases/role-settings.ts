// Cases of a role's settings, and of the region of STS.
import { A, B, type Case, type Kind, ONE, ofDev, roleOf, TWO, WEB_FILE, web } from '../differential-case.ts';

const BASE = `[profile base]\n${B.lines}`;

/** The profile `dev` with these settings, and `base` with keys. */
function dev(name: string, settings: string, more = '', rest: Partial<Case> = {}): Case {
  return { name, config: `[profile dev]\n${settings}${BASE}${more}`, ...rest };
}

const one = roleOf(ONE, 'base');

const settings: Case[] = [
  dev('external_id', `${one}external_id = 7f3c\n`),
  dev(
    'external_id of the source',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'base')}external_id = 7f3c\n`,
  ),
  dev('role_session_name', `${one}role_session_name = job-7\n`),
  dev(
    'role_session_name of each',
    `${roleOf(ONE, 'two')}role_session_name = outer\n`,
    `[profile two]\n${roleOf(TWO, 'base')}role_session_name = inner\n`,
  ),
  dev('role_session_name that AWS refuses', `${one}role_session_name = a b\n`),
  dev('AWS_ROLE_SESSION_NAME', one, '', { env: { AWS_ROLE_SESSION_NAME: 'job-8' } }),
  dev('AWS_ROLE_ARN', one, '', { env: { AWS_ROLE_ARN: TWO } }),
  dev('duration_seconds', `${one}duration_seconds = 900\n`),
  dev('duration_seconds of twelve hours', `${one}duration_seconds = 43200\n`),
  dev('duration_seconds that AWS refuses', `${one}duration_seconds = 60\n`),
  dev(
    'duration_seconds of a chained role',
    `${roleOf(ONE, 'two')}duration_seconds = 1800\n`,
    `[profile two]\n${roleOf(TWO, 'base')}duration_seconds = 7200\n`,
  ),
  dev('duration_seconds with blanks', `${one}duration_seconds =   1800  \n`),
  dev('duration_seconds that is empty', `${one}duration_seconds =\n`),
  dev('duration_seconds of zero', `${one}duration_seconds = 0\n`),
  dev(
    'duration_seconds of a chained role that AWS refuses',
    `${roleOf(ONE, 'two')}duration_seconds = 7200\n`,
    `[profile two]\n${roleOf(TWO, 'base')}`,
  ),
  dev('mfa_serial without a terminal', `${one}mfa_serial = arn:aws:iam::444455556666:mfa/dev\n`),
  dev('a role that is none', 'role_arn = none\nsource_profile = base\n'),
  dev('a role that does not exist', `role_arn = ${ONE}x\nsource_profile = base\n`),
  dev('web identity', web(ONE), '', { files: WEB_FILE }),
  dev('web identity with role_session_name', `${web(ONE)}role_session_name = job-9\n`, '', {
    files: WEB_FILE,
  }),
  dev('web identity with duration_seconds', `${web(ONE)}duration_seconds = 1800\n`, '', { files: WEB_FILE }),
  dev('web identity without role_arn', 'web_identity_token_file = {HOME}/web-token\n', '', {
    files: WEB_FILE,
  }),
  dev(
    'web identity without role_arn, beside keys',
    `web_identity_token_file = {HOME}/web-token\n${A.lines}`,
    '',
    { files: WEB_FILE },
  ),
  dev('web identity beside source_profile', `${web(ONE)}source_profile = base\n`, '', { files: WEB_FILE }),
  dev('web identity with an external_id', `${web(ONE)}external_id = 7f3c\n`, '', { files: WEB_FILE }),
  dev('web identity without its file', web(ONE)),
  dev('web identity without its file, beside keys', `${web(ONE)}${A.lines}`),
  dev('web identity with a token that AWS refuses', web(ONE), '', { files: { 'web-token': 'other' } }),
  dev('web identity with a line break in the file', web(ONE), '', {
    files: { 'web-token': `${WEB_FILE['web-token']}\n` },
  }),
  dev('web identity of a relative path', `role_arn = ${ONE}\nweb_identity_token_file = web-token\n`, '', {
    files: WEB_FILE,
  }),
  dev('web identity of a path with ~', `role_arn = ${ONE}\nweb_identity_token_file = ~/web-token\n`, '', {
    files: WEB_FILE,
  }),
];

const noRegion = { AWS_DEFAULT_REGION: undefined };
const at = (region: string) => ({ env: noRegion, region });

const regions: Case[] = [
  dev('of AWS_DEFAULT_REGION', one, '', { env: { AWS_DEFAULT_REGION: 'eu-west-1' }, region: 'eu-west-1' }),
  dev('of AWS_DEFAULT_REGION before the profile', `region = us-west-2\n${one}`, '', {
    env: { AWS_DEFAULT_REGION: 'eu-west-1' },
    region: 'eu-west-1',
  }),
  dev('of the profile', `region = eu-west-1\n${one}`, '', at('eu-west-1')),
  dev(
    'of the profile, and not of its source',
    `region = eu-west-1\n${roleOf(ONE, 'two')}`,
    `[profile two]\nregion = us-west-2\n${A.lines}`,
    at('eu-west-1'),
  ),
  dev(
    'of the profile for all roles of a chain',
    `region = eu-west-1\n${roleOf(ONE, 'two')}`,
    `[profile two]\nregion = us-west-2\n${roleOf(TWO, 'base')}`,
    at('eu-west-1'),
  ),
  dev('of the profile for a web identity', `region = eu-west-1\n${web(ONE)}`, '', {
    ...at('eu-west-1'),
    files: WEB_FILE,
  }),
  dev('of AWS_DEFAULT_REGION for a web identity', web(ONE), '', {
    files: WEB_FILE,
    env: { AWS_DEFAULT_REGION: 'eu-west-1' },
    region: 'eu-west-1',
  }),
  dev(
    'of the profile for a web identity of a source',
    `region = eu-west-1\n${roleOf(ONE, 'two')}`,
    `[profile two]\nregion = us-west-2\n${web(TWO)}`,
    { ...at('eu-west-1'), files: WEB_FILE },
  ),
  dev('of [default], where that is the profile', '', `[default]\nregion = eu-west-1\n${one}`, {
    env: { ...noRegion, AWS_PROFILE: undefined },
    region: 'eu-west-1',
  }),
  dev(
    'not of [default], where another is the profile',
    `region = eu-west-1\n${one}`,
    '[default]\nregion = us-west-2\n',
    at('eu-west-1'),
  ),
  dev('with sts_regional_endpoints = legacy', `${one}sts_regional_endpoints = legacy\n`, '', {
    newer: 'Debian’s CLI does not know the setting.',
  }),
  dev('with AWS_STS_REGIONAL_ENDPOINTS=regional', one, '', {
    env: { AWS_STS_REGIONAL_ENDPOINTS: 'regional', AWS_DEFAULT_REGION: 'eu-west-1' },
    region: 'eu-west-1',
  }),
];

export const roleSettings: readonly Kind[] = [
  { title: 'A role is assumed as its settings say.', cases: ofDev(settings) },
  { title: 'STS is asked in the region in force.', cases: ofDev(regions) },
];
