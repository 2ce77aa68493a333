// The failures of sessions of `aws sso login` and `aws login`.
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SECONDARY_ACCOUNT, SSO_ACCESS_TOKEN } from '../../../fake-aws/two-account-world.ts';
import { loginFile, writeLoginCache, writeSsoCache } from '../credential-endpoint.ts';
import { DEV, HOUR } from '../identities.ts';
import type { Product, ProductFiles, Sections } from '../product.ts';
import { HOST, type ProductStage, roleArn } from '../stage.ts';
import type { Failure } from './failure.ts';

function profile(settings: Sections[string], more: Sections = {}): () => ProductFiles {
  return () => ({
    config: { 'profile mine': settings, ...more },
    registries: { [HOST]: { profile: 'mine' } },
  });
}

const START = 'https://corp.example/start';
const SSO = {
  sso_start_url: START,
  sso_region: 'us-east-1',
  sso_account_id: SECONDARY_ACCOUNT,
  sso_role_name: 'Developer',
};
const sso = {
  files: profile(SSO),
  identity: 'profile mine',
  hint: 'run: aws sso login --profile mine',
};
const login = {
  files: profile({ login_session: DEV }),
  identity: 'profile mine',
  hint: 'run: aws login --profile mine',
};

function ssoCache(token: Parameters<typeof writeSsoCache>[2], session = START) {
  return ({ product }: ProductStage) => writeSsoCache(product, session, token);
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

async function linkToZero(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink('/dev/zero', path);
}

function ssoFile({ home }: Product): string {
  const name = createHash('sha1').update(START).digest('hex');
  return join(home, '.aws', 'sso', 'cache', `${name}.json`);
}

const ssoFailures: readonly Failure[] = [
  {
    what: 'An SSO session to which you have not signed in',
    ...sso,
    says: /profile mine: you have not signed in to SSO session https:\/\/[^ ]+;/,
  },
  {
    what: 'An SSO session behind a role',
    files: profile({ role_arn: roleArn('EcrPull'), source_profile: 'sso' }, { 'profile sso': SSO }),
    identity: 'profile mine',
    says: /you have not signed in to SSO session [^ ]+ \(profile sso\);/,
    hint: 'run: aws sso login --profile sso',
  },
  {
    what: 'An SSO session that has expired',
    ...sso,
    prepare: ssoCache({ accessToken: SSO_ACCESS_TOKEN, expiresAt: Date.now() - HOUR }),
    says: /its SSO session has expired;/,
  },
  {
    what: 'An SSO session that is not renewed',
    ...sso,
    files: profile(
      { sso_session: 'corp', sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' },
      { 'sso-session corp': { sso_start_url: START, sso_region: 'us-east-1' } },
    ),
    prepare: ssoCache(
      { accessToken: SSO_ACCESS_TOKEN, refreshToken: 'used already', expiresAt: Date.now() - HOUR },
      'corp',
    ),
    says: /its SSO session has expired and can no longer be renewed/,
  },
  {
    what: 'An SSO session that was ended elsewhere',
    ...sso,
    prepare: ssoCache({ accessToken: 'logged-out', expiresAt: Date.now() + HOUR }),
    says: /its SSO session was ended: IAM Identity Center no longer knows it/,
  },
  {
    what: 'An SSO session in a broken file',
    ...sso,
    prepare: ({ product }) => write(ssoFile(product), `{"accessToken": "${SSO_ACCESS_TOKEN}`),
    says: /its SSO session cannot be read from ~\/\.aws\/sso\/cache\/\w+\.json \(no JSON\)/,
  },
  {
    what: 'An SSO session in a file without end',
    ...sso,
    prepare: async ({ product }) => linkToZero(ssoFile(product)),
    says: /its SSO session cannot be read from \S+\.json: it is larger than 1 MiB/,
  },
  {
    what: 'An SSO session that lacks its expiry',
    ...sso,
    files: profile(
      { sso_session: START, sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' },
      { [`sso-session ${START}`]: { sso_start_url: START, sso_region: 'us-east-1' } },
    ),
    prepare: ({ product }) => write(ssoFile(product), JSON.stringify({ accessToken: SSO_ACCESS_TOKEN })),
    says: /its SSO session is incomplete in ~\/\.aws\/sso\/cache\/\w+\.json/,
  },
  {
    what: 'A role that IAM Identity Center does not give',
    files: profile({ ...SSO, sso_role_name: 'Administrator' }),
    prepare: ssoCache({ accessToken: SSO_ACCESS_TOKEN, expiresAt: Date.now() + HOUR }),
    identity: 'profile mine',
    says: /IAM Identity Center did not assign the role Administrator in account 444455556666/,
    hint: 'run: aws configure sso --profile mine',
  },
  {
    what: 'IAM Identity Center that limits',
    ...sso,
    prepare: ssoCache({ accessToken: SSO_ACCESS_TOKEN, expiresAt: Date.now() + HOUR }),
    fault: { kind: 'throttle', service: 'sso' },
    says: /http:\/\/ADDRESS limits the rate of requests \(status 429\)/,
    hint: 'wait a minute and run the same command again',
  },
  {
    what: 'IAM Identity Center that fails',
    ...sso,
    prepare: ssoCache({ accessToken: SSO_ACCESS_TOKEN, expiresAt: Date.now() + HOUR }),
    fault: { kind: 'server-error', service: 'sso' },
    says: /http:\/\/ADDRESS failed \(status 500\)/,
    hint: 'wait a minute and run the same command again',
  },
  {
    what: 'A profile with half of the SSO settings',
    files: profile({ sso_start_url: START, sso_account_id: SECONDARY_ACCOUNT }),
    identity: 'profile mine',
    says: /the SSO settings of profile mine are incomplete: there is no sso_region, no sso_role_name \(~\/\.aws\/config:1\)/,
    hint: 'run: aws configure sso --profile mine',
  },
  {
    what: 'A profile with an SSO session that is in no file',
    files: profile({ sso_session: 'corp', sso_account_id: SECONDARY_ACCOUNT, sso_role_name: 'Developer' }),
    identity: 'profile mine',
    says: /names the sso-session corp, which is not in ~\/\.aws\/config \(~\/\.aws\/config:2\)/,
    hint: 'run: aws configure sso-session',
  },
];

const loginFailures: readonly Failure[] = [
  {
    what: 'A login session to which you have not signed in',
    ...login,
    says: /profile mine: you have not signed in to AWS;/,
  },
  {
    what: 'A login session that has expired',
    ...login,
    prepare: async (stage) => {
      await writeLoginCache(stage, { session: DEV, lifetime: -HOUR });
      stage.aws.world.loginRefreshTokens.clear();
    },
    says: /its login session has expired/,
  },
  {
    what: 'A login session of a user with a new password',
    ...login,
    prepare: (stage) =>
      writeLoginCache(stage, { session: DEV, lifetime: -HOUR, refusal: 'USER_CREDENTIALS_CHANGED' }),
    says: /its login session has ended, because the password was changed/,
  },
  {
    what: 'A login session of a user who may not renew it',
    ...login,
    prepare: (stage) =>
      writeLoginCache(stage, { session: DEV, lifetime: -HOUR, refusal: 'INSUFFICIENT_PERMISSIONS' }),
    says: /not allowed to call signin:CreateOAuth2Token, which renews its login session/,
    hint: 'its administrator attaches the managed policy SignInLocalDevelopmentAccess',
  },
  {
    what: 'A login session in a file without end',
    ...login,
    prepare: async ({ product }) => linkToZero(loginFile(DEV, join(product.home, '.aws', 'login', 'cache'))),
    says: /its login session cannot be read from \S+\.json: it is larger than 1 MiB/,
  },
  {
    what: 'A login session in a broken file',
    ...login,
    env: ({ product }) => ({ AWS_LOGIN_CACHE_DIRECTORY: join(product.home, 'sessions') }),
    prepare: ({ product }) => write(loginFile(DEV, join(product.home, 'sessions')), '{"accessToken": {'),
    says: /its login session cannot be read from ~\/sessions\/\w+\.json \(no JSON\)/,
  },
];

export const sessionFailures = [...ssoFailures, ...loginFailures];
