// The AWS CLI's config and credentials files: profiles, SSO sessions and service sections, without their secrets.
import { isAbsolute, join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Environment } from '../invocation.ts';
import { createFileCache } from '../os/file-cache.ts';
import { homeFolder } from '../os/home-folder.ts';
import type { Settings } from './credential-kind.ts';
import { accountsOf, type ProfileAccounts } from './profile-accounts.ts';

export interface Profiles {
  configFile: string;
  credentialsFile: string;
  /** In the order of the files. */
  names: readonly string[];
  /** Settings of a profile from both files, the credentials file's on top. */
  profile(name: string): Settings | undefined;
  /** Which profile is of which AWS account, in the order of the files; found once, when it is first asked for. */
  accounts(): ProfileAccounts;
  /** Settings of `[sso-session NAME]` or `[services NAME]`. */
  section(type: 'sso-session' | 'services', name: string): Settings | undefined;
}

/** Their values are replaced by a digest as they are read: whoever holds a Profiles holds no secret. */
const SECRETS = new Set(['aws_secret_access_key', 'aws_session_token']);

/**
 * SHA-256 in base64url, of what must be compared and not kept. Not with node:crypto, whose OpenSSL takes 3 MB in a daemon that
 * needs nothing else of it.
 */
export function digest(text: string): string {
  return Buffer.from(sha256(Buffer.from(text))).toString('base64url');
}

/** A reader of the files that a caller's environment names (`AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `HOME`). */
export function createProfileReader(): (env: Environment) => Profiles {
  const readSections = createFileCache(parseIni);
  const none: Sections = new Map();
  let last: { config: SharedFile; credentials: SharedFile; profiles: Profiles } | undefined;
  return (env) => {
    const configFile = awsFile(env.AWS_CONFIG_FILE, 'config', env);
    const credentialsFile = awsFile(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials', env);
    const config = { path: configFile, sections: readSections(configFile) ?? none };
    const credentials = { path: credentialsFile, sections: readSections(credentialsFile) ?? none };
    if (last !== undefined && isSame(last.config, config) && isSame(last.credentials, credentials)) {
      return last.profiles;
    }
    last = { config, credentials, profiles: mergeProfiles(config, credentials) };
    return last.profiles;
  };
}

function awsFile(explicit: string | undefined, name: string, env: Environment): string {
  const home = homeFolder(env) ?? '/';
  if (explicit === undefined || explicit === '') return join(home, '.aws', name);
  return explicit.startsWith('~/') ? join(home, explicit.slice(2)) : explicit;
}

/** Variables with a path that means something else in the daemon's current folder than in the caller's. */
const PATH_VARIABLES = [
  'HOME',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CA_BUNDLE',
  'AWS_LOGIN_CACHE_DIRECTORY',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
];

/**
 * Whether a path in the environment leads somewhere else in another process: a relative one, or one of the caller's own
 * descriptors (`AWS_CONFIG_FILE=<(…)`). Only a process in the caller's folder, started by the caller, can follow it.
 */
export function hasPrivatePaths(env: Environment): boolean {
  return PATH_VARIABLES.some((name) => {
    const path = env[name];
    if (!path || path.startsWith('~/')) return false;
    return !isAbsolute(path) || /^\/(?:dev\/fd|proc\/self)\//.test(path);
  });
}

/** Section → settings. A section is named `TYPE.NAME` for the types below, whichever way it is written, else as written. */
type Sections = ReadonlyMap<string, Settings>;

const SECTION_TYPES = ['profile', 'sso-session', 'services'];
const SECTION = /^(?<type>[\w-]+)\s(?<quote>["'])?(?<name>[\w\-@+.%:/]+)\k<quote>$/;

/**
 * Reads an AWS config or credentials file exactly as the SDK does (@smithy/core, shared-ini-file-loader), which in the end
 * resolves the profile; its own loader is not used because it keeps the raw text, keys and all, for the life of the process.
 */
export function parseIni(text: string): Sections {
  const sections = new Map<string, Record<string, string>>();
  let section: string | undefined;
  let nestedUnder: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const content = (line.split(/(?:^|\s)[;#]/)[0] ?? '').trim();
    if (content.startsWith('[') && content.endsWith(']')) {
      const name = content.slice(1, -1);
      // The SDK refuses the whole file then.
      if (name === '__proto__' || name === 'profile __proto__') return new Map();
      section = sectionName(name);
      nestedUnder = undefined;
      continue;
    }
    const equals = content.indexOf('=');
    if (!section || equals < 1) continue;
    const name = content.slice(0, equals).trim();
    const value = content.slice(equals + 1).trim();
    if (value === '') {
      nestedUnder = name;
      continue;
    }
    if (line.trimStart() === line) nestedUnder = undefined;
    const settings = sections.get(section) ?? {};
    sections.set(section, settings);
    settings[nestedUnder === undefined ? name : `${nestedUnder}.${name}`] = SECRETS.has(name)
      ? digest(value)
      : value;
  }
  return sections;
}

/** Undefined for a section of a type that nobody knows. */
function sectionName(text: string): string | undefined {
  const groups = SECTION.exec(text)?.groups;
  if (groups === undefined) return text;
  return SECTION_TYPES.includes(groups.type ?? '') ? `${groups.type}.${groups.name}` : undefined;
}

interface SharedFile {
  path: string;
  sections: Sections;
}

function isSame(one: SharedFile, other: SharedFile): boolean {
  return one.path === other.path && one.sections === other.sections;
}

function mergeProfiles(config: SharedFile, credentials: SharedFile): Profiles {
  // In the config file `[default]` and `[profile NAME]` are profiles; in the credentials file every section is one.
  const inConfig = (name: string) =>
    config.sections.get(`profile.${name}`) ?? (name === 'default' ? config.sections.get(name) : undefined);
  const names = new Set<string>();
  for (const section of config.sections.keys()) {
    if (section === 'default') names.add(section);
    else if (section.startsWith('profile.')) names.add(section.slice('profile.'.length));
  }
  for (const section of credentials.sections.keys()) names.add(section);
  const profile = (name: string) =>
    names.has(name) ? { ...inConfig(name), ...credentials.sections.get(name) } : undefined;
  let accounts: ProfileAccounts | undefined;
  return {
    configFile: config.path,
    credentialsFile: credentials.path,
    names: [...names],
    profile,
    accounts: () => {
      accounts ??= accountsOf(names, profile);
      return accounts;
    },
    section: (type, name) => config.sections.get(`${type}.${name}`),
  };
}
