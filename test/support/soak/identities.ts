// The identities of a soak: the source of each one's AWS credentials, its registries, files and variables.
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

/** The number of SSO sessions, which identities share. */
export const SSO_SESSIONS = 3;

export interface SoakIdentity {
  index: number;
  kind: Kind;
  /** Its profile, or the profile with the keys of its role. */
  profile: string;
  hostnames: readonly string[];
  /** How often its keys, if any, were rotated, as of its files or variables. */
  revision: number;
}

/** What all identities of a machine share. */
export interface SoakPolicy {
  /** Milliseconds, as in config.yaml. */
  refreshMargin: number;
  maxTokenAge: number;
}

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const FIRST_ACCOUNT = 100_000_000_000;
/** Accounts without a registry: those of the keys of roles. */
const FIRST_KEY_ACCOUNT = 900_000_000_000;

export function makeIdentities(count: number, random: Random): SoakIdentity[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? 'keys';
    const regions = REGIONS.slice(0, random.whole(1, REGIONS.length));
    const hostnames = regions.map((region) => `${accountOf(index)}.dkr.ecr.${region}.amazonaws.com`);
    return { index, kind, profile: `p${index}`, hostnames, revision: 0 };
  });
}

/** The hostname of one of its registries. */
function accountOf(index: number): string {
  return String(FIRST_ACCOUNT + index);
}

export function regionOf(hostname: string): string {
  return hostname.split('.')[3] ?? '';
}

/** The identity for a hostname. */
export function indexOfHost(hostname: string): number {
  return Number(hostname.slice(0, 12)) - FIRST_ACCOUNT;
}

/** The index of a profile's identity, which may also be that of a role's keys. */
export function indexOfProfile(profile: string): number {
  return Number(/^p(\d+)/.exec(profile)?.[1]);
}

/** A profile's account, as AWS says: the identity's, or for the keys of a role one without registries. */
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

/** The index of the identity, and the revision of its keys. */
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
    // Its timers are real.
    ECR_XACCT_TIMEOUT: '1',
    EDITOR: 'vi',
    ...own[kind],
  };
}

/** Writes the files of the AWS CLI for the present identities. */
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

/** The profile that has the identity's keys: its own, or a separate one. */
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

/** `remark`: a comment, which has no effect. */
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
