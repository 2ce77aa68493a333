// The identities of a soak: how each gets its AWS credentials, its registries, and the files and variables that say so.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from '../random.ts';

const KINDS = [
  'keys',
  'sso',
  'role',
  'mfa',
  'process',
  'rule role',
  'environment',
  'web identity',
  'sso',
  'learnt account',
] as const;
export type Kind = (typeof KINDS)[number];

/** How many SSO sessions they share. */
export const SSO_SESSIONS = 3;

export interface SoakIdentity {
  index: number;
  kind: Kind;
  /** The profile that it is, or whose keys its role begins with. */
  profile: string;
  hostnames: readonly string[];
  /** Of its keys, if it has some: how often they were rotated, as its files or variables have it. */
  revision: number;
}

/** What is the same for every identity of a machine. */
export interface SoakPolicy {
  /** Milliseconds; as in config.yaml. */
  refreshMargin: number;
  maxTokenAge: number;
}

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const FIRST_ACCOUNT = 100_000_000_000;
/** Of accounts in which there is no registry: those of the keys that roles begin with. */
const FIRST_KEY_ACCOUNT = 900_000_000_000;

export function makeIdentities(count: number, random: Random): SoakIdentity[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? 'keys';
    const regions = REGIONS.slice(0, random.whole(1, REGIONS.length));
    const hostnames = regions.map((region) => `${accountOf(index)}.dkr.ecr.${region}.amazonaws.com`);
    return { index, kind, profile: `p${index}`, hostnames, revision: 0 };
  });
}

/** Of its registries. */
function accountOf(index: number): string {
  return String(FIRST_ACCOUNT + index);
}

export function regionOf(hostname: string): string {
  return hostname.split('.')[3] ?? '';
}

/** Which identity a hostname is for. */
export function indexOfHost(hostname: string): number {
  return Number(hostname.slice(0, 12)) - FIRST_ACCOUNT;
}

/** The index of the identity that a profile belongs to; the profile with the keys of a role is its identity's. */
export function indexOfProfile(profile: string): number {
  return Number(/^p(\d+)/.exec(profile)?.[1]);
}

/** What AWS says that a profile is of: its own account, or one without registries for the keys of a role. */
export function accountOfProfile(profile: string): string {
  const index = indexOfProfile(profile);
  return profile.endsWith('-keys') ? String(FIRST_KEY_ACCOUNT + index) : accountOf(index);
}

export function hasKeys(kind: Kind): boolean {
  return ['keys', 'role', 'mfa', 'rule role', 'environment', 'learnt account'].includes(kind);
}

export function sessionOf({ index }: SoakIdentity): number {
  return index % SSO_SESSIONS;
}

function accessKeyOf(index: number, revision: number): string {
  return `AKIA${String(index).padStart(4, '0')}R${revision}`;
}

/** The index of the identity, and the revision. */
export function readAccessKey(id: string): { index: number; revision: number } {
  const [, index, revision] = /^AKIA(\d{4})R(\d+)$/.exec(id) ?? [];
  return { index: Number(index), revision: Number(revision) };
}

/** The whole environment of its caller. */
export function environmentOf(identity: SoakIdentity, home: string): Record<string, string> {
  const { index, kind, profile, revision } = identity;
  const own: Partial<Record<Kind, Record<string, string>>> = {
    process: { AWS_PROFILE: profile, VAULT_ADDR: 'https://vault.example' },
    environment: {
      AWS_ACCESS_KEY_ID: accessKeyOf(index, revision),
      AWS_SECRET_ACCESS_KEY: `secret ${index} ${revision}`,
    },
  };
  return {
    HOME: home,
    PATH: '/usr/bin:/bin',
    AWS_EC2_METADATA_DISABLED: 'true',
    ECR_XACCT_SYSTEM_CONFIG: '',
    // Its timers are real ones.
    ECR_XACCT_TIMEOUT: '1',
    EDITOR: 'vi',
    ...own[kind],
  };
}

/** Writes the files of the AWS CLI as the identities are now. */
export function writeAwsFiles(identities: readonly SoakIdentity[], home: string): void {
  const sections = identities.flatMap(profilesOf);
  const sessions = Array.from({ length: SSO_SESSIONS }, (_, index) =>
    section(`sso-session corp${index}`, {
      sso_start_url: `https://corp${index}.awsapps.com/start`,
      sso_region: 'us-east-1',
    }),
  );
  write(join(home, '.aws', 'config'), [...sessions, ...sections].join('\n'));
  const credentials = identities.flatMap((identity) => {
    if (!hasKeys(identity.kind) || identity.kind === 'environment') return [];
    const { index, revision } = identity;
    const aws_secret_access_key = `secret${index}x${revision}`;
    return section(keyProfile(identity), {
      aws_access_key_id: accessKeyOf(index, revision),
      aws_secret_access_key,
    });
  });
  write(join(home, '.aws', 'credentials'), credentials.join('\n'));
}

/** Those that begin with keys have a profile for them, or are it. */
function keyProfile({ kind, profile }: SoakIdentity): string {
  return kind === 'keys' || kind === 'learnt account' ? profile : `${profile}-keys`;
}

function profilesOf({ index, kind, profile }: SoakIdentity): string[] {
  const header = `profile ${profile}`;
  const role = { role_arn: `arn:aws:iam::${accountOf(index)}:role/Pull` };
  const chained = { ...role, source_profile: `${profile}-keys` };
  const of: Partial<Record<Kind, Record<string, string>>> = {
    sso: {
      sso_session: `corp${index % SSO_SESSIONS}`,
      sso_account_id: accountOf(index),
      sso_role_name: 'Pull',
    },
    role: chained,
    mfa: { ...chained, mfa_serial: `arn:aws:iam::${FIRST_KEY_ACCOUNT + index}:mfa/dev` },
    process: { credential_process: `vault-keys ${profile}` },
    'web identity': { ...role, web_identity_token_file: `/run/secrets/${profile}` },
  };
  const settings = of[kind];
  return settings === undefined ? [] : [section(header, settings)];
}

function section(header: string, settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  return `[${header}]\n${lines.join('')}`;
}

/** `remark`: an edit that changes nothing. */
export function writeConfig(
  identities: readonly SoakIdentity[],
  home: string,
  { refreshMargin, maxTokenAge }: SoakPolicy,
  remark: string,
): void {
  const rules = identities.flatMap(({ index, kind, profile }) => {
    const pattern = `  "${accountOf(index)}.dkr.ecr.*.amazonaws.com":\n`;
    if (kind === 'keys') return `${pattern}    profile: ${profile}\n`;
    if (kind !== 'rule role') return [];
    return `${pattern}    role_arn: arn:aws:iam::${accountOf(index)}:role/Pull\n    source_profile: ${profile}-keys\n`;
  });
  const settings = `refresh_margin: ${refreshMargin / 60_000}m\nmax_token_age: ${maxTokenAge / 60_000}m\n`;
  write(
    join(home, '.config', 'ecr-xacct', 'config.yaml'),
    `# ${remark}\nregistries:\n${rules.join('')}${settings}`,
  );
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
}
