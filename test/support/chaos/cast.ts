// The registries, the callers, the users and roles of the fake AWS, and the owner of each access key.
import type { PolicyDocument } from '../../fake-aws/policy-evaluation.ts';
import type { FakeAws } from '../../fake-aws/start-fake-aws.ts';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT, twoAccountWorld } from '../../fake-aws/two-account-world.ts';

const DATA_ACCOUNT = '222233334444';
const FOUND_ACCOUNT = '333344445555';

const registry = (account: string, region: string) => ({
  hostname: `${account}.dkr.ecr.${region}.amazonaws.com`,
  account,
  region,
});

export interface Host {
  hostname: string;
  /** Undefined for a name that is ECR's only by a rule, and for a name that is not ours. */
  account?: string;
  region: string;
}

const APP_EAST = registry(PRIMARY_ACCOUNT, 'us-east-1');
export const HOSTS = {
  'app-east': APP_EAST,
  'app-west': registry(PRIMARY_ACCOUNT, 'eu-west-1'),
  data: registry(DATA_ACCOUNT, 'us-east-1'),
  found: registry(FOUND_ACCOUNT, 'us-east-1'),
  /** In the account of the users' keys. */
  own: registry(SECONDARY_ACCOUNT, 'us-east-1'),
  /** Another name for `app-east`. */
  alias: { hostname: 'images.corp.example', region: APP_EAST.region },
  foreign: { hostname: 'ghcr.io', region: '' },
} as const satisfies Readonly<Record<string, Host>>;
export type HostName = keyof typeof HOSTS;
/** Those with an ECR hostname. */
export const ECR_HOSTS = ['app-east', 'app-west', 'data', 'found', 'own'] as const;

export type HomeName = 'one' | 'two';
export interface CallerKind {
  home: HomeName;
  /** `ECR_XACCT_PROFILE` */
  override?: string;
  /** `AWS_PROFILE` */
  profile?: string;
  /** The user whose keys are in the environment. */
  keysOf?: UserName;
}
export const CALLERS = {
  one: { home: 'one' },
  'one as ops': { home: 'one', profile: 'ops' },
  'one for once push': { home: 'one', override: 'push' },
  two: { home: 'two' },
  'two with keys': { home: 'two', keysOf: 'ci' },
  'two as gone': { home: 'two', profile: 'gone' },
} as const satisfies Readonly<Record<string, CallerKind>>;
export type CallerName = keyof typeof CALLERS;

/** `denied` has no rights. The keys of `ci` are never rotated. */
export const USERS = ['dev', 'ops', 'work', 'ci', 'denied'] as const;
export type UserName = (typeof USERS)[number];
export const ROTATED = ['dev', 'ops', 'work'] as const;

const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
export const ROLES = {
  pull: role(PRIMARY_ACCOUNT, 'EcrPull'),
  push: role(PRIMARY_ACCOUNT, 'EcrPush'),
  found: role(FOUND_ACCOUNT, 'Found'),
  /** Its trust policy allows none of the users. */
  untrusting: role(PRIMARY_ACCOUNT, 'NobodyTrusted'),
} as const;

export interface Key {
  user: UserName;
  accessKeyId: string;
  secretAccessKey: string;
}

/** The users' present keys. */
export interface Keys {
  of(user: UserName): Key;
  /** Whether AWS still accepts it. */
  isValid(key: Key): boolean;
  /** Makes a new key; AWS rejects the former one from now on. */
  rotate(user: UserName): void;
}

export function userArn(user: UserName): string {
  return `arn:aws:iam::${SECONDARY_ACCOUNT}:user/${user}`;
}

/** Fills the fake AWS. */
export function castOf({ world }: FakeAws): Keys {
  const { secondary } = twoAccountWorld(world);
  world.account(FOUND_ACCOUNT).role('Found', { trust: trust(), policies: [rights()] });
  const keys = new Map<UserName, Key>();
  let made = 0;
  const make = (user: UserName): Key => {
    made += 1;
    const number = String(made).padStart(6, '0');
    const key = {
      user,
      accessKeyId: `AKIACHAOS${user.toUpperCase().padEnd(7, 'X').slice(0, 5)}${number}`,
      secretAccessKey: `secret-of-${user}-${number}/${'0123456789abcdef'}`,
    };
    keys.set(user, key);
    return key;
  };
  for (const user of USERS) {
    const { accessKeyId, secretAccessKey } = make(user);
    const policies = user === 'denied' ? [] : [rights()];
    secondary.user(user, { accessKeyId, secretAccessKey, policies });
  }
  const of = (user: UserName) => keys.get(user) ?? make(user);
  return {
    of,
    isValid: (key) => of(key.user).accessKeyId === key.accessKeyId,
    rotate(user) {
      const { accessKeyId, secretAccessKey } = make(user);
      const known = secondary.users.get(user);
      if (known !== undefined) Object.assign(known, { accessKeyId, secretAccessKey });
    },
  };
}

function rights(): PolicyDocument {
  const Action = ['sts:AssumeRole', 'ecr:GetAuthorizationToken'];
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}

function trust(): PolicyDocument {
  const Principal = { AWS: `arn:aws:iam::${SECONDARY_ACCOUNT}:root` };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
}
