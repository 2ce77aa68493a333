// The AWS CLI's config and credentials files: profiles, SSO sessions and service sections, as the AWS CLI reads them.
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { type Apart, type CachedKind, createFileCache, createSharedFileCache } from '../os/file-cache.ts';
import { awsFiles } from './aws-files.ts';
import { type ProfileSections, settingsIn } from './credential-kind.ts';
import { digest } from './digest.ts';
import { parseIni, type Section, type Sections, type Settings } from './ini.ts';
import { accountsOf, type ProfileAccounts } from './profile-accounts.ts';
import { shellWords } from './shell-words.ts';

/**
 * If the AWS CLI would refuse a file, all members but the paths throw XacctError `profiles-invalid` or
 * `config-invalid`.
 */
export interface Profiles {
  configFile: string;
  credentialsFile: string;
  /** In the order of the files. */
  readonly names: readonly string[];
  /** Settings of a profile from both files; the credentials file overrides. */
  profile(name: string): Settings | undefined;
  /** The profile's section in each file: keys are never mixed from both. */
  sectionsOf(name: string): ProfileSections;
  /** `FILE:LINE` of a profile's setting, or of its header. */
  where(name: string, setting?: string): string;
  /** The AWS accounts of the profiles, in the order of the files; computed once, on first use. */
  accounts(): ProfileAccounts;
  /** Settings of `[sso-session NAME]` or `[services NAME]`. */
  section(type: 'sso-session' | 'services', name: string): Settings | undefined;
  /** A header that looks meant for a profile but is not one to the AWS CLI, as in `[profile two words]`. */
  almost(name: string): { header: string; line: number } | undefined;
}

const SECRETS = new Set(['aws_secret_access_key', 'aws_session_token', 'aws_security_token']);

export type ProfileReader = (env: Environment) => Profiles;

/** About 8,000 profiles. */
const MAX_BYTES = 1024 * 1024;

/**
 * About 40 profiles, which take about 10 ms in a process without a JIT compiler; six hundred empty ones would take 40
 * ms.
 */
const APART_OVER = { bytes: 4 * 1024, lines: 200 };

/**
 * A reader of the files in a caller's environment (`AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `HOME`). It
 * replaces secrets with a digest; `withSecrets` is for the process that uses them.
 */
export function createProfileReader({ withSecrets = false } = {}): ProfileReader {
  const readSections = createFileCache(sharedFile(withSecrets));
  const profilesOf = createProfilesMemory();
  return (env) => {
    const [config, credentials] = awsFiles(env);
    return profilesOf(readFrom(config, readSections), readFrom(credentials, readSections));
  };
}

/** Returns a promise for a large file. */
export type SharedProfileReader = (env: Environment) => Profiles | Promise<Profiles>;

/** A reader without secrets, for a process that others wait for: `apart` parses what takes long. */
export function createSharedProfileReader(
  apart: Pick<Apart<Sections>, 'parse' | 'onGarbage'>,
): SharedProfileReader {
  const readSections = createSharedFileCache(sharedFile(false), {
    over: APART_OVER,
    // The settings of [DEFAULT] are in every other section, too.
    isLight: (text) => !text.includes('[DEFAULT]'),
    ...apart,
  });
  const profilesOf = createProfilesMemory();
  return (env) => {
    const [config, credentials] = awsFiles(env);
    const files = [readFrom(config, readSections), readFrom(credentials, readSections)] as const;
    const [here, there] = files;
    if (!(here instanceof Promise) && !(there instanceof Promise)) return profilesOf(here, there);
    return Promise.all(files).then((read) => profilesOf(...read));
  };
}

/** The sections of one file, without secrets. @throws XacctError as `createFileCache` and `parseIni` do. */
export function readSectionsAt(path: string): Sections {
  return createFileCache(sharedFile(false))(path) ?? NO_SECTIONS;
}

function sharedFile(withSecrets: boolean): CachedKind<Sections> {
  const keep = withSecrets
    ? undefined
    : (name: string, value: string) => (SECRETS.has(name) ? digest(value) : value);
  return {
    parse: (text, path) => parseIni(text, path, keep),
    maxBytes: MAX_BYTES,
    irregular: 'passed over',
  };
}

/** A fault of the file is reported when one of its profiles is read. */
function readFrom(path: string, read: (path: string) => Sections | undefined): SharedFile;
function readFrom(
  path: string,
  read: (path: string) => Sections | undefined | Promise<Sections>,
): SharedFile | Promise<SharedFile>;
function readFrom(path: string, read: (path: string) => Sections | undefined | Promise<Sections>) {
  const faulty = (error: unknown): SharedFile => {
    if (error instanceof XacctError) return { path, sections: NO_SECTIONS, fault: error };
    throw error;
  };
  try {
    const sections = read(path) ?? NO_SECTIONS;
    if (!(sections instanceof Promise)) return { path, sections };
    return sections.then((parsed): SharedFile => ({ path, sections: parsed }), faulty);
  } catch (error) {
    return faulty(error);
  }
}

const NO_SECTIONS: Sections = new Map();

/** The profiles of two files, kept while both files are unchanged. */
function createProfilesMemory(): (config: SharedFile, credentials: SharedFile) => Profiles {
  let last: { config: SharedFile; credentials: SharedFile; profiles: Profiles } | undefined;
  return (config, credentials) => {
    if (last === undefined || !isSame(last.config, config) || !isSame(last.credentials, credentials)) {
      last = { config, credentials, profiles: profilesIn(config, credentials) };
    }
    return last.profiles;
  };
}

interface SharedFile {
  path: string;
  sections: Sections;
  /** Why it cannot be read; reported when one of its profiles is read. */
  fault?: XacctError;
}

function isSame(one: SharedFile, other: SharedFile): boolean {
  return one.path === other.path && one.sections === other.sections && one.fault === other.fault;
}

/** The sections of a config file, by type (botocore's configloader.py, build_profile_map). */
interface ConfigSections {
  profile: Map<string, Section>;
  'sso-session': Map<string, Section>;
  services: Map<string, Section>;
}

const TYPES = ['profile', 'sso-session', 'services'] as const;

function sortedByType(sections: Sections): ConfigSections {
  const sorted: ConfigSections = { profile: new Map(), 'sso-session': new Map(), services: new Map() };
  for (const [header, section] of sections) {
    const type = TYPES.find((prefix) => header.startsWith(prefix));
    const [, name, ...others] = (type && shellWords(header)) ?? [];
    if (type === undefined) {
      if (header === 'default') sorted.profile.set(header, section);
    } else if (name !== undefined && others.length === 0) sorted[type].set(name, section);
  }
  return sorted;
}

function profilesIn(configFile: SharedFile, credentialsFile: SharedFile): Profiles {
  const config = sortedByType(configFile.sections);
  const credentials = credentialsFile.sections;
  const names = [...new Set([...config.profile.keys(), ...credentials.keys()])];
  const check = () => {
    const fault = configFile.fault ?? credentialsFile.fault;
    if (fault !== undefined) throw fault;
  };
  const sectionsOf = (name: string): ProfileSections => {
    check();
    return { config: config.profile.get(name), credentials: credentials.get(name) };
  };
  let accounts: ProfileAccounts | undefined;
  return {
    configFile: configFile.path,
    credentialsFile: credentialsFile.path,
    get names() {
      check();
      return names;
    },
    profile: (name) => {
      const sections = sectionsOf(name);
      return sections.config === undefined && sections.credentials === undefined
        ? undefined
        : settingsIn(sections);
    },
    sectionsOf,
    where(name, setting) {
      const [own, above] = [config.profile.get(name), credentials.get(name)];
      const isAbove = setting === undefined ? own === undefined : above?.lines[setting] !== undefined;
      const section = isAbove ? above : own;
      const line = (setting === undefined ? undefined : section?.lines[setting]) ?? section?.line;
      const { path } = isAbove ? credentialsFile : configFile;
      return line === undefined ? path : `${path}:${line}`;
    },
    accounts() {
      check();
      accounts ??= accountsOf(names, sectionsOf);
      return accounts;
    },
    section(type, name) {
      check();
      return config[type].get(name)?.settings;
    },
    almost(name) {
      for (const [header, { line }] of configFile.sections) {
        const said = header === name ? name : header.replace(/^profile\s*/, '').replace(/["']/g, '');
        if (said === name && header !== 'default') return { header, line };
      }
      return undefined;
    },
  };
}
