// A case of the differential test as data: files and an environment, with constants to write them.
import { createECDH, createHash, createPrivateKey } from 'node:crypto';
import type { DifferenceName } from './differences.ts';
import type { MetadataBehaviour } from './metadata-server.ts';

/** `{HOME}`, `{container}` and `{instance}` (URLs) are replaced. Other bytes are written unchanged. */
export type Text = string | Uint8Array;

export interface Case {
  readonly name: string;
  /** `~/.aws/config`; if absent, there is no file. The same applies to all of them. */
  readonly config?: Text;
  /** `~/.aws/credentials` */
  readonly credentials?: Text;
  /** Added to the standard environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Below HOME. A file that begins with `#!` is executable. */
  readonly files?: Readonly<Record<string, Text>>;
  /** Path below HOME → the link's target. */
  readonly links?: Readonly<Record<string, string>>;
  /** For `aws --profile` and ECR_XACCT_PROFILE: then keys in the environment do not count. */
  readonly profile?: string;
  /** The behaviour of `{container}`. */
  readonly container?: MetadataBehaviour;
  /** The behaviour of `{instance}`. */
  readonly instance?: MetadataBehaviour;
  /** The registry's; default: us-east-1. */
  readonly region?: string;
  /** `config.yaml`; default: `discover: false`. */
  readonly xacct?: string;
  /** Whether session names that no setting gives are compared. */
  readonly namesSessions?: true;
  /** The row of the table that excuses the case. */
  readonly difference?: DifferenceName;
  /** Why the older CLI differs: ours is compared with the newer one, or with none. */
  readonly newer?: string;
}

/** The title is a sentence. */
export interface Kind {
  readonly title: string;
  readonly cases: readonly Case[];
}

/** An access key, for both programs. `lines`: its settings; `env`: its variables. */
export interface Key {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
  readonly lines: string;
  readonly env: Readonly<Record<string, string>>;
  /** The output of a process. */
  readonly json: string;
}

function key(id: string, secret: string, token?: string): Key {
  const session = token === undefined ? '' : `aws_session_token = ${token}\n`;
  return {
    id,
    secret,
    ...(token === undefined ? {} : { token }),
    lines: `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n${session}`,
    env: {
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
      ...(token === undefined ? {} : { AWS_SESSION_TOKEN: token }),
    },
    json: JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: secret, SessionToken: token }),
  };
}

function userKey(letter: string): Key {
  return key(`AKIADIFFERENTIAL000${letter}`, `secret-of-${letter}/0123456789+abcdefghijklmno`);
}

function sessionKey(letter: string): Key {
  return key(
    `ASIADIFFERENTIAL000${letter}`,
    `secret-of-${letter}/0123456789+abcdefghijklmno`,
    `token-of-${letter}`,
  );
}

/** Keys of users, each a separate identity. */
export const A = userKey('A');
export const B = userKey('B');
export const C = userKey('C');
export const D = userKey('D');
/** Keys of sessions: in files, and from a container's endpoint and an instance. */
export const T = sessionKey('T');
export const U = sessionKey('U');
export const AT_CONTAINER = sessionKey('V');
export const AT_INSTANCE = sessionKey('W');

/** Every caller may assume them, and they accept a web identity. */
export const ROLE_ACCOUNT = '111122223333';
export const ROLES = ['One', 'Two', 'Three'] as const;
export const [ONE, TWO, THREE] = ['One', 'Two', 'Three'].map(
  (name) => `arn:aws:iam::${ROLE_ACCOUNT}:role/${name}`,
) as [string, string, string];

/** The content of a web identity token file. */
export const WEB_TOKEN = 'fake.web.identity';
export const WEB_FILE = { 'web-token': WEB_TOKEN };
/** Settings of a role with it. */
export function web(role: string): string {
  return `role_arn = ${role}\nweb_identity_token_file = {HOME}/web-token\n`;
}

/** Settings of a role. */
export function roleOf(role: string, source: string): string {
  return `role_arn = ${role}\nsource_profile = ${source}\n`;
}

/** Permission sets of SSO_ACCOUNT for the sessions of both tokens. */
export const SSO_ACCOUNT = '444455556666';
export const SSO_ROLES = ['Dev', 'Ops'] as const;
export const SSO_URL = 'https://corp.example/start';
/** Settings of a profile that names a session. */
export function sso(role: (typeof SSO_ROLES)[number], session = 'corp'): string {
  return `sso_session = ${session}\nsso_account_id = ${SSO_ACCOUNT}\nsso_role_name = ${role}\n`;
}
export const SSO_SETTINGS = `sso_start_url = ${SSO_URL}\nsso_region = us-east-1\n`;
/** The session named corp. */
export const SSO_SESSION = `[sso-session corp]\n${SSO_SETTINGS}`;
/** Settings of a profile without a session. */
export function legacySso(role: (typeof SSO_ROLES)[number]): string {
  return `sso_account_id = ${SSO_ACCOUNT}\nsso_role_name = ${role}\n${SSO_SETTINGS}`;
}

export const FUTURE = '2099-01-01T00:00:00Z';
export const PAST = '2020-01-01T00:00:00Z';
export const SSO_TOKEN = 'sso-access';
export const SSO_RENEWED = 'sso-renewed';
export const SSO_REFRESH = 'sso-refresh';

/** The file of `aws sso login`, for a session's name or a start URL. */
export function ssoCache(of: string, token: Record<string, unknown> = {}): Record<string, string> {
  const content = {
    startUrl: SSO_URL,
    region: 'us-east-1',
    accessToken: SSO_TOKEN,
    expiresAt: FUTURE,
    clientId: 'client',
    clientSecret: 'client-secret',
    registrationExpiresAt: FUTURE,
    ...token,
  };
  return { [`.aws/sso/cache/${createHash('sha1').update(of).digest('hex')}.json`]: JSON.stringify(content) };
}

export const LOGIN_ARN = `arn:aws:iam::${SSO_ACCOUNT}:user/login`;
/** The same at each run, as everything in a case: it signs nothing, because nothing is renewed. */
const LOGIN_KEY = loginKey();

/** The file of `aws login`: the session U. */
export function loginCache(session = LOGIN_ARN): Record<string, string> {
  const content = {
    accessToken: {
      accessKeyId: U.id,
      secretAccessKey: U.secret,
      sessionToken: U.token,
      accountId: SSO_ACCOUNT,
      expiresAt: FUTURE,
    },
    tokenType: 'aws_sigv4',
    clientId: 'arn:aws:signin:::devtools/same-device',
    refreshToken: 'login-refresh',
    dpopKey: LOGIN_KEY,
  };
  const name = createHash('sha256').update(session).digest('hex');
  return { [`.aws/login/cache/${name}.json`]: JSON.stringify(content) };
}

/** A file and the process that prints it. */
export function prints(output: Text, name = 'out.json'): { line: string; files: Record<string, Text> } {
  return { line: `credential_process = cat {HOME}/${name}\n`, files: { [name]: output } };
}

/** Each character is a byte. */
export function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Why ours is not compared with Debian's CLI, version 2.9, in a case. */
export const NEWER = {
  login: 'Debian’s CLI does not know aws login.',
  sourceSso: 'Debian’s CLI fails at the SSO session of a source_profile.',
  profileOrder: 'Version 2 reads AWS_PROFILE before AWS_DEFAULT_PROFILE.',
  expiredSso: 'Debian’s CLI does not look at the time of an older profile’s token.',
  tokenFile: 'Debian’s CLI does not know AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.',
} as const;

/** Cases with the profile `dev` in AWS_PROFILE. */
export function ofDev(cases: readonly Case[]): Case[] {
  return cases.map((one) => ({ ...one, env: { AWS_PROFILE: 'dev', ...one.env } }));
}

function loginKey(): string {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(createHash('sha256').update('a key of aws login').digest());
  const point = pair.getPublicKey();
  const [x, y, d] = [point.subarray(1, 33), point.subarray(33), pair.getPrivateKey()].map((part) =>
    part.toString('base64url'),
  ) as [string, string, string];
  const key = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' });
  return key.export({ format: 'pem', type: 'sec1' }).toString();
}
