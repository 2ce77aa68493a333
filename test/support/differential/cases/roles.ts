// Cases of roles: their sources, their settings, and the region of STS.
import {
  A,
  B,
  C,
  type Case,
  type Kind,
  ONE,
  ofDev,
  roleOf,
  T,
  THREE,
  TWO,
  WEB_FILE,
  web,
} from '../differential-case.ts';

const BASE = `[profile base]\n${B.lines}`;

/** The profile `dev` of these settings, beside `base` of keys. */
function dev(name: string, settings: string, more = '', rest: Partial<Case> = {}): Case {
  return { name, config: `[profile dev]\n${settings}${BASE}${more}`, ...rest };
}

const one = roleOf(ONE, 'base');

const chains: Case[] = [
  dev('keys', one),
  dev('keys of credentials', roleOf(ONE, 'keys'), '', { credentials: `[keys]\n${A.lines}` }),
  dev('a session', roleOf(ONE, 'keys'), `[profile keys]\n${T.lines}`),
  dev('a role', roleOf(ONE, 'two'), `[profile two]\n${roleOf(TWO, 'base')}`),
  dev(
    'a role of a role',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'three')}[profile three]\n${roleOf(THREE, 'base')}`,
  ),
  dev('[default]', roleOf(ONE, 'default'), `[default]\n${A.lines}`),
  dev('[default] of credentials', roleOf(ONE, 'default'), '', { credentials: `[default]\n${A.lines}` }),
  dev('itself, with keys', `${roleOf(ONE, 'dev')}${A.lines}`),
  dev('itself, with keys in credentials', roleOf(ONE, 'dev'), '', { credentials: `[dev]\n${A.lines}` }),
  dev('itself, with half of keys', `${roleOf(ONE, 'dev')}aws_secret_access_key = ${A.secret}\n`),
  dev('itself, without keys', roleOf(ONE, 'dev')),
  dev('itself, with keys in the environment', roleOf(ONE, 'dev'), '', { profile: 'dev', env: { ...A.env } }),
  dev('two that name each other', roleOf(ONE, 'two'), `[profile two]\n${roleOf(TWO, 'dev')}`),
  dev(
    'two that name each other, one with keys',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'dev')}${A.lines}`,
  ),
  dev(
    'two that name each other, the first with keys',
    `${roleOf(ONE, 'two')}${A.lines}`,
    `[profile two]\n${roleOf(TWO, 'dev')}`,
  ),
  dev(
    'one that names itself, with keys',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'two')}${A.lines}`,
  ),
  dev('one that names itself, without keys', roleOf(ONE, 'two'), `[profile two]\n${roleOf(TWO, 'two')}`),
  dev(
    'three in a circle',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'three')}[profile three]\n${roleOf(THREE, 'two')}`,
  ),
  dev('none', roleOf(ONE, 'missing')),
  dev('none, with keys of its own', `${roleOf(ONE, 'missing')}${A.lines}`),
  dev('one without credentials', roleOf(ONE, 'two'), '[profile two]\nregion = us-east-1\n'),
  dev(
    'one without credentials, beside keys in the environment',
    roleOf(ONE, 'two'),
    '[profile two]\nregion = us-east-1\n',
    { profile: 'dev', env: { ...A.env } },
  ),
  dev('one with keys and a role', roleOf(ONE, 'two'), `[profile two]\n${roleOf(TWO, 'base')}${A.lines}`),
  dev(
    'one with keys in credentials and a role',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'base')}`,
    { credentials: `[two]\n${A.lines}` },
  ),
  dev(
    'one with half of keys and a role',
    roleOf(ONE, 'two'),
    `[profile two]\n${roleOf(TWO, 'base')}aws_access_key_id = ${A.id}\n`,
  ),
  dev('one with a role without a source', roleOf(ONE, 'two'), `[profile two]\nrole_arn = ${TWO}\n`),
  dev(
    'one with a role without a source, and keys',
    roleOf(ONE, 'two'),
    `[profile two]\nrole_arn = ${TWO}\n${A.lines}`,
  ),
  dev('one with a source and no role', roleOf(ONE, 'two'), '[profile two]\nsource_profile = base\n'),
  dev('one with a web identity', roleOf(ONE, 'two'), `[profile two]\n${web(TWO)}`, { files: WEB_FILE }),
  dev(
    'one with a web identity of the environment',
    roleOf(ONE, 'two'),
    '[profile two]\nregion = us-east-1\n',
    { files: WEB_FILE, env: { AWS_WEB_IDENTITY_TOKEN_FILE: '{HOME}/web-token', AWS_ROLE_ARN: TWO } },
  ),
  dev('one with a blank in its name', roleOf(ONE, 'my base'), `[profile "my base"]\n${A.lines}`),
  dev('one named in quotes', roleOf(ONE, '"base"')),
  dev('one in another case', roleOf(ONE, 'Base')),
  dev('a section of the config file that is no profile', roleOf(ONE, 'two'), `[two]\n${A.lines}`),
  dev('a source without a role', 'source_profile = base\n'),
  dev('a source without a role, beside keys', `source_profile = base\n${A.lines}`),
  dev('a role in [default]', '', `[default]\n${one}`, { env: { AWS_PROFILE: undefined } }),
  dev('a role in [default] of both files', '', `[default]\n${roleOf(ONE, 'default')}`, {
    env: { AWS_PROFILE: undefined },
    credentials: `[default]\n${A.lines}`,
  }),
];

const sourced: Case[] = [
  dev('Environment', `role_arn = ${ONE}\ncredential_source = Environment\n`, '', {
    env: { ...A.env },
    profile: 'dev',
  }),
  dev('Environment, AWS_PROFILE beside keys', `role_arn = ${ONE}\ncredential_source = Environment\n`, '', {
    env: { ...A.env },
  }),
  dev('Environment of a session', `role_arn = ${ONE}\ncredential_source = Environment\n`, '', {
    env: { ...T.env },
    profile: 'dev',
  }),
  dev('Environment without keys', `role_arn = ${ONE}\ncredential_source = Environment\n`, '', {
    profile: 'dev',
  }),
  dev('Environment with an ID alone', `role_arn = ${ONE}\ncredential_source = Environment\n`, '', {
    env: { AWS_ACCESS_KEY_ID: A.id },
    profile: 'dev',
  }),
  dev('Environment, in another case', `role_arn = ${ONE}\ncredential_source = environment\n`, '', {
    env: { ...A.env },
    profile: 'dev',
  }),
  dev(
    'Environment, of a source',
    roleOf(TWO, 'two'),
    `[profile two]\nrole_arn = ${ONE}\ncredential_source = Environment\n`,
    { env: { ...A.env }, profile: 'dev' },
  ),
  dev(
    'Environment and keys of the profile',
    `role_arn = ${ONE}\ncredential_source = Environment\n${C.lines}`,
    '',
    { env: { ...A.env }, profile: 'dev' },
  ),
  dev('Environment and a source_profile', `${one}credential_source = Environment\n`, '', {
    env: { ...A.env },
    profile: 'dev',
  }),
  dev('Environment without a role', 'credential_source = Environment\n', '', {
    env: { ...A.env },
    profile: 'dev',
  }),
  dev('EcsContainer', `role_arn = ${ONE}\ncredential_source = EcsContainer\n`, '', {
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: '{container}/c' },
  }),
  dev('EcsContainer without one', `role_arn = ${ONE}\ncredential_source = EcsContainer\n`),
  dev(
    'EcsContainer beside keys in the environment',
    `role_arn = ${ONE}\ncredential_source = EcsContainer\n`,
    '',
    { env: { ...A.env, AWS_CONTAINER_CREDENTIALS_FULL_URI: '{container}/c' }, profile: 'dev' },
  ),
  dev('Ec2InstanceMetadata', `role_arn = ${ONE}\ncredential_source = Ec2InstanceMetadata\n`, '', {
    env: { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: '{instance}/' },
  }),
  dev(
    'Ec2InstanceMetadata that is switched off',
    `role_arn = ${ONE}\ncredential_source = Ec2InstanceMetadata\n`,
    '',
    { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: '{instance}/' } },
  ),
  dev('a word that is none', `role_arn = ${ONE}\ncredential_source = SharedConfig\n`),
  dev('a word that is none, beside keys', `role_arn = ${ONE}\ncredential_source = Nothing\n${A.lines}`),
];

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

export const roles: readonly Kind[] = [
  { title: 'A role is assumed with the credentials of its source_profile.', cases: ofDev(chains) },
  { title: 'A role is assumed with the credentials of its credential_source.', cases: ofDev(sourced) },
  { title: 'A role is assumed as its settings say.', cases: ofDev(settings) },
  { title: 'STS is asked in the region in force.', cases: ofDev(regions) },
];
