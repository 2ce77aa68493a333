// Cases of a role's source of credentials.
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

/** The profile `dev` with these settings, and `base` with keys. */
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

export const roles: readonly Kind[] = [
  { title: 'A role is assumed with the credentials of its source_profile.', cases: ofDev(chains) },
  { title: 'A role is assumed with the credentials of its credential_source.', cases: ofDev(sourced) },
];
