// Cases of section headers: which lines begin a section, and its name.
import { A, B, C, type Case, type Kind, ONE, ofDev, roleOf } from '../differential-case.ts';

/** Headers for a profile with that name; many are invalid. */
function headersFor(name: string): string[] {
  return [
    `[profile ${name}]# c`,
    `[profile ${name}] # c`,
    `[profile ${name}];c`,
    `[profile ${name}] c`,
    `[profile ${name}]# [c]`,
    `[profile ${name}]]`,
    `[profile ${name}`,
    `profile ${name}]`,
    `[[profile ${name}]`,
    `[profile "${name}"]`,
    `[profile '${name}']`,
    `[profile "${name}" ]`,
    `[profile  ${name}]`,
    `[profile\t${name}]`,
    `[ profile ${name}]`,
    `[profile ${name} ]`,
    `[profile ${name}\t]`,
    `[profile ${name}] \t`,
    ` [profile ${name}]`,
    `[${name}]`,
    `["profile" ${name}]`,
    `[profile${name}]`,
    `[profile.${name}]`,
    `[profiles ${name}]`,
    `[Profile ${name}]`,
    `[PROFILE ${name}]`,
    `[profile ${name} x]`,
    `[profile "${name}]`,
    `[profile ${name}"]`,
    `[profile ${name}\\]`,
    `[profile \\${name}]`,
    `[profile ${name} # c]`,
    `[profile ${name} #c]`,
    `[profile de""v]`.replace('dev', name),
    `[profile\u00a0${name}]`,
    `[profile ${name}\u00a0]`,
    `[profile "${name} "]`,
    `[profile "" ${name}]`,
  ];
}

const HEADERS = headersFor('dev');

const ofTheProfile: Case[] = HEADERS.map((header) => ({
  name: header,
  config: `[profile other]\nregion = us-east-1\n${header}\n${A.lines}`,
}));

/** Settings below such a header must not get into the profile above it. */
const belowTheProfile: Case[] = headersFor('prod').map((header) => ({
  name: `below it, ${header}`,
  config: `[profile dev]\n${A.lines}${header}\n${roleOf(ONE, 'base')}[profile base]\n${B.lines}`,
}));

const inCredentials: Case[] = [
  '[dev]# c',
  '[dev] ; c',
  '[dev',
  '[ dev ]',
  '[dev ]',
  '["dev"]',
  "['dev']",
  '[profile dev]',
  '[DEV]',
  '[dev]]',
].map((header) => ({ name: header, credentials: `${header}\n${A.lines}` }));

const odd: Case[] = [
  { name: '[]', config: `[]\n${B.lines}[profile dev]\n${A.lines}` },
  { name: '[profile]', config: `[profile]\n${B.lines}[profile dev]\n${A.lines}` },
  { name: '[profile ]', config: `[profile ]\n${B.lines}[profile dev]\n${A.lines}` },
  { name: '[profile ""]', config: `[profile ""]\n${B.lines}[profile dev]\n${A.lines}` },
  { name: 'settings before the first header', config: `region = us-east-1\n[profile dev]\n${A.lines}` },
  { name: 'a comment before the first header', config: `# c\n; c\n\n[profile dev]\n${A.lines}` },
  { name: 'a word on a line', config: `[profile dev]\n${A.lines}word\n` },
  { name: 'a word on a line of another section', config: `[profile dev]\n${A.lines}[profile x]\nword\n` },
  {
    name: 'a word on a line of credentials, below keys of config',
    config: `[profile dev]\n${A.lines}`,
    credentials: '[x]\nword\n',
  },
  {
    name: 'other sections',
    config: `[tools]\na = b\n[preview]\nc = d\n[profile dev]\n${A.lines}`,
  },
];

const repeated: Case[] = [
  { name: 'a section twice', config: `[profile dev]\n${A.lines}[profile dev]\nregion = us-east-1\n` },
  {
    name: 'a section twice, in other quotes',
    config: `[profile dev]\n${A.lines}[profile "dev"]\nregion = us-east-1\n`,
  },
  {
    name: 'a section twice, in other quotes, keys below',
    config: `[profile dev]\nregion = us-east-1\n[profile "dev"]\n${A.lines}`,
  },
  { name: 'a section twice, of two blanks', config: `[profile dev]\n${A.lines}[profile  dev]\n${B.lines}` },
  {
    name: 'another section twice',
    config: `[profile dev]\n${A.lines}[profile x]\na = b\n[profile x]\nc = d\n`,
  },
  { name: 'a section of credentials twice', credentials: `[dev]\n${A.lines}[dev]\nregion = us-east-1\n` },
  {
    name: 'another section of credentials twice',
    config: `[profile dev]\n${A.lines}`,
    credentials: '[x]\na = b\n[x]\na = b\n',
  },
  { name: 'an option twice', config: `[profile dev]\n${A.lines}region = us-east-1\nregion = us-east-1\n` },
  {
    name: 'an option twice, in another case',
    config: `[profile dev]\n${A.lines}region = us-east-1\nRegion = eu-west-1\n`,
  },
  { name: 'an option twice, of credentials', credentials: `[dev]\n${A.lines}${B.lines}` },
  { name: 'a section in two cases', config: `[profile dev]\n${A.lines}[profile DEV]\n${B.lines}` },
];

const defaults: Case[] = [
  { name: '[default]', config: `[default]\n${A.lines}` },
  { name: '[profile default]', config: `[profile default]\n${A.lines}` },
  { name: '[profile "default"]', config: `[profile "default"]\n${A.lines}` },
  {
    name: '[default] before [profile default]',
    config: `[default]\n${A.lines}[profile default]\n${B.lines}`,
  },
  {
    name: '[profile default] before [default]',
    config: `[profile default]\n${B.lines}[default]\n${A.lines}`,
  },
  { name: '[Default]', config: `[Default]\n${A.lines}` },
  { name: '[ default ]', config: `[ default ]\n${A.lines}` },
  { name: '["default"]', config: `["default"]\n${A.lines}` },
  { name: '[default]# c', config: `[default]# c\n${A.lines}` },
  { name: '[DEFAULT] of keys', config: `[DEFAULT]\n${A.lines}` },
  {
    name: '[DEFAULT] of keys beside [default]',
    config: `[DEFAULT]\n${A.lines}[default]\nregion = us-east-1\n`,
  },
  {
    name: '[DEFAULT] in credentials beside [default]',
    credentials: `[DEFAULT]\n${A.lines}[default]\nregion = us-east-1\n`,
  },
  { name: '[DEFAULT] twice', config: `[DEFAULT]\na = b\n[DEFAULT]\nc = d\n[default]\n${A.lines}` },
  {
    name: '[DEFAULT] of keys beside a profile',
    config: `[DEFAULT]\n${A.lines}[profile dev]\nregion = us-east-1\n`,
    env: { AWS_PROFILE: 'dev' },
  },
  {
    name: '[DEFAULT] of keys beside a profile of keys',
    config: `[DEFAULT]\n${A.lines}[profile dev]\n${B.lines}`,
    env: { AWS_PROFILE: 'dev' },
  },
  {
    name: '[DEFAULT] of a role beside a profile of keys',
    config: `[DEFAULT]\n${roleOf(ONE, 'base')}[profile dev]\n${A.lines}[profile base]\n${B.lines}`,
    env: { AWS_PROFILE: 'dev' },
  },
  {
    name: '[DEFAULT] of a token beside a profile of keys',
    config: `[DEFAULT]\naws_session_token = stale\n[profile dev]\n${A.lines}`,
    env: { AWS_PROFILE: 'dev' },
  },
  { name: '[default] in both files', config: `[default]\n${A.lines}`, credentials: `[default]\n${B.lines}` },
  {
    name: 'a profile named DEFAULT',
    config: `[profile DEFAULT]\n${C.lines}`,
    env: { AWS_PROFILE: 'DEFAULT' },
  },
];

interface Name {
  readonly name: string;
  readonly header: string;
  readonly inCredentials?: string;
}

const NAMES: readonly Name[] = [
  { name: 'my dev', header: 'profile "my dev"', inCredentials: 'my dev' },
  { name: 'my dev', header: "profile 'my dev'" },
  { name: 'my dev', header: 'profile my dev' },
  { name: 'my dev', header: 'profile my\\ dev' },
  { name: 'my  dev', header: 'profile "my  dev"', inCredentials: 'my  dev' },
  { name: 'ümlaut-日本', header: 'profile ümlaut-日本', inCredentials: 'ümlaut-日本' },
  { name: 'a&b(c),!~', header: 'profile a&b(c),!~', inCredentials: 'a&b(c),!~' },
  { name: 'a#b', header: 'profile a#b', inCredentials: 'a#b' },
  { name: '#b', header: 'profile #b', inCredentials: '#b' },
  { name: 'a;b', header: 'profile a;b', inCredentials: 'a;b' },
  { name: 'a=b', header: 'profile a=b', inCredentials: 'a=b' },
  { name: "a'b", header: 'profile "a\'b"', inCredentials: "a'b" },
  { name: 'a"b', header: "profile 'a\"b'", inCredentials: 'a"b' },
  { name: 'a\\b', header: 'profile a\\\\b', inCredentials: 'a\\b' },
  { name: 'a\\b', header: 'profile "a\\b"' },
  { name: 'ab', header: 'profile a\\b' },
  { name: 'a]b', header: 'profile a]b', inCredentials: 'a]b' },
  { name: '[a]', header: 'profile [a]', inCredentials: '[a]' },
  { name: 'a.b:c/d@e+f%g', header: 'profile a.b:c/d@e+f%g', inCredentials: 'a.b:c/d@e+f%g' },
  { name: '$HOME', header: 'profile $HOME', inCredentials: '$HOME' },
  { name: '*', header: 'profile *', inCredentials: '*' },
  { name: '__proto__', header: 'profile __proto__', inCredentials: '__proto__' },
  { name: 'constructor', header: 'profile constructor', inCredentials: 'constructor' },
  { name: 'toString', header: 'profile other' },
  { name: 'dev ', header: 'profile "dev "', inCredentials: 'dev ' },
  { name: 'dev ', header: 'profile dev' },
  { name: 'Dev', header: 'profile dev' },
  { name: 'u\u0308', header: 'profile ü' },
  { name: '0', header: 'profile 0', inCredentials: '0' },
];

const names: Case[] = NAMES.flatMap(({ name, header, inCredentials: section }, place) => [
  { name: `${name} is [${header}]`, config: `[${header}]\n${A.lines}`, ...asked(name, place) },
  ...(section === undefined
    ? []
    : [
        {
          name: `${name} is [${section}] of credentials`,
          credentials: `[${section}]\n${A.lines}`,
          ...asked(name, place + 1),
        },
      ]),
]);

/** Both ways to name a profile must find it. */
function asked(name: string, place: number): Pick<Case, 'profile' | 'env'> {
  return place % 2 === 0 ? { env: { AWS_PROFILE: name } } : { profile: name };
}

export const headers: readonly Kind[] = [
  { title: 'A header of a profile begins it, or does not.', cases: ofDev(ofTheProfile) },
  { title: 'What is below a header never belongs to the profile above it.', cases: ofDev(belowTheProfile) },
  {
    title: 'A section of the credentials file is a profile of exactly that name.',
    cases: ofDev(inCredentials),
  },
  { title: 'What is no section, and no setting, is refused or left out.', cases: ofDev(odd) },
  { title: 'What is there twice is refused, or the later one counts.', cases: ofDev(repeated) },
  { title: '[default] is the default profile, and [DEFAULT] belongs to all.', cases: defaults },
  { title: 'Profiles have any names.', cases: names },
];
