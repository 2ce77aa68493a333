// The users' files as the model knows them. Each is replaced in one step, as editors do.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HOSTS, type HomeName, type Key, type Keys, ROLES } from './cast.ts';

export type ProfileSettings = { keys: Key } | { role: keyof typeof ROLES; source: string };

/** The content of one home's files. */
export interface Home {
  /** In the order of the files. */
  profiles: Readonly<Record<string, ProfileSettings>>;
  /** Pattern → profile. */
  rules: Readonly<Record<string, string>>;
  /** Content that nothing can parse. */
  broken: { config: boolean; profiles: boolean };
}
export type Homes = Readonly<Record<HomeName, Home>>;

export const PATTERNS = {
  'app-east': HOSTS['app-east'].hostname,
  'all of west': '*.dkr.ecr.eu-west-1.amazonaws.com',
  'all of data': `${HOSTS.data.account}.dkr.ecr.*.amazonaws.com`,
  found: HOSTS.found.hostname,
  alias: HOSTS.alias.hostname,
} as const;
export type PatternName = keyof typeof PATTERNS;

/** The users' files at the beginning; also the restored form of each profile. */
export function firstHomes(keys: Keys): Homes {
  const broken = { config: false, profiles: false };
  const one: Home = {
    profiles: {
      dev: { keys: keys.of('dev') },
      ops: { keys: keys.of('ops') },
      denied: { keys: keys.of('denied') },
      pull: { role: 'pull', source: 'dev' },
      push: { role: 'push', source: 'ops' },
      finder: { role: 'found', source: 'dev' },
      stray: { role: 'untrusting', source: 'dev' },
    },
    rules: { 'app-east': 'pull', 'all of west': 'dev', 'all of data': 'ops', alias: 'push' },
    broken,
  };
  const two: Home = {
    profiles: {
      default: { keys: keys.of('work') },
      dev: { keys: keys.of('dev') },
      reader: { role: 'pull', source: 'default' },
    },
    rules: { 'app-east': 'reader' },
    broken,
  };
  return { one, two };
}

/** Writes all files of a home. `folder` is the home. */
export function writeHome(folder: string, { profiles, rules, broken }: Home): void {
  const sections = Object.entries(profiles);
  const credentials = sections.flatMap(([name, settings]) =>
    'keys' in settings
      ? [
          `[${name}]`,
          `aws_access_key_id = ${settings.keys.accessKeyId}`,
          `aws_secret_access_key = ${settings.keys.secretAccessKey}`,
        ]
      : [],
  );
  const config = sections.flatMap(([name, settings]) => {
    const header = name === 'default' ? '[default]' : `[profile ${name}]`;
    const role =
      'role' in settings ? [`role_arn = ${ROLES[settings.role]}`, `source_profile = ${settings.source}`] : [];
    return [header, 'region = us-east-1', ...role];
  });
  if (broken.profiles) config.push('[profile without an end', 'region = us-east-1');
  const registries = Object.entries(rules).flatMap(([pattern, profile]) => [
    `  "${PATTERNS[pattern as PatternName]}":`,
    `    profile: ${profile}`,
    ...(pattern === 'alias' ? [`    registry: ${HOSTS['app-east'].hostname}`] : []),
  ]);
  const yaml = ['registries:', ...(registries.length === 0 ? ['  {}'] : registries)];
  if (broken.config) yaml.push('  "half of a rule: {');
  replace(join(folder, '.aws/credentials'), credentials);
  replace(join(folder, '.aws/config'), config);
  replace(join(folder, '.config/ecr-xacct/config.yaml'), yaml);
}

function replace(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
