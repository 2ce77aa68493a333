// The standard world of the tests and the demo: images in one account, a developer in another.
import type { Account } from './account.ts';
import { CANARY } from './canary.ts';
import type { PolicyDocument, Statement } from './policy-evaluation.ts';
import type { World } from './world.ts';

export const PRIMARY_ACCOUNT = '111122223333';
export const SECONDARY_ACCOUNT = '444455556666';
export const REGION = 'us-east-1';
export const EXTERNAL_ID = '7f3c';
/** Of the user `dev`. */
export const DEV_SECRET = `${CANARY}/dev/0123456789+of-developer`;
/** Of the SSO session. */
export const SSO_ACCESS_TOKEN = `${CANARY}-sso-access`;
const OIDC_ISSUER = 'oidc.fake.example';

const PULL_ACTIONS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'];
const PUSH_ACTIONS = [
  'ecr:InitiateLayerUpload',
  'ecr:UploadLayerPart',
  'ecr:CompleteLayerUpload',
  'ecr:PutImage',
];
const ALL_REPOSITORIES = `arn:aws:ecr:*:${PRIMARY_ACCOUNT}:repository/*`;
const SECONDARY_ROOT = { AWS: `arn:aws:iam::${SECONDARY_ACCOUNT}:root` };

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface TwoAccountWorld {
  primary: Account;
  secondary: Account;
  /** It may assume the primary's roles, and pull `team/app` directly. */
  dev: AccessKey;
  /** It has no rights at all. */
  denied: AccessKey;
  /** It may do everything with the primary's registries, and read its roles and users. */
  admin: AccessKey;
  /** It may read the secondary's roles and users, and simulate their policies. */
  secondaryAdmin: AccessKey;
  /** The device that `MfaOnly` requires. */
  mfa: { serialNumber: string; code: string };
  /** Accepted for the role `EcrPullWebIdentity`. */
  webIdentityToken: string;
  /** An SSO session of the permission set `Developer` in the secondary account, and its refresh token. */
  sso: { accessToken: string; refreshToken: string; role: string };
}

/** Fills a world. The calls below list its content; everything is in `REGION`. */
export function twoAccountWorld(world: World): TwoAccountWorld {
  const mfa = { serialNumber: `arn:aws:iam::${SECONDARY_ACCOUNT}:mfa/dev`, code: '123456' };
  const dev = {
    accessKeyId: 'AKIAFAKEDEVELOPER001',
    secretAccessKey: DEV_SECRET,
  };
  const denied = {
    accessKeyId: 'AKIAFAKEDENIEDUSER01',
    secretAccessKey: `${CANARY}/denied/0123456789+of-denied`,
  };
  const admin = {
    accessKeyId: 'AKIAFAKEADMINISTRAT1',
    secretAccessKey: `${CANARY}/admin/0123456789+of-an-admin`,
  };
  const secondaryAdmin = {
    accessKeyId: 'AKIAFAKEADMINISTRAT2',
    secretAccessKey: `${CANARY}/secondary-admin/012+of-other`,
  };
  const webIdentityToken = `fake.${CANARY}.web-identity.token`;

  const primary = world
    .account(PRIMARY_ACCOUNT)
    .role('EcrPull', { trust: trust(), policies: [registryRights(PULL_ACTIONS)] })
    .role('EcrPush', { trust: trust(), policies: [registryRights([...PULL_ACTIONS, ...PUSH_ACTIONS])] })
    .role('EcrPullExternal', {
      trust: trust({ StringEquals: { 'sts:ExternalId': EXTERNAL_ID } }),
      policies: [registryRights(PULL_ACTIONS)],
    })
    .role('MfaOnly', {
      trust: trust({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      policies: [registryRights(PULL_ACTIONS)],
    })
    .role('EcrPullWebIdentity', { trust: webIdentityTrust(), policies: [registryRights(PULL_ACTIONS)] })
    .role('NobodyTrusted', { trust: document(), policies: [registryRights(PULL_ACTIONS)] })
    .webIdentityProvider(OIDC_ISSUER, { [webIdentityToken]: { sub: 'job', aud: 'sts.amazonaws.com' } })
    .repository(REGION, 'team/app', {
      policy: document({ Effect: 'Allow', Principal: SECONDARY_ROOT, Action: PULL_ACTIONS }),
    })
    .repository(REGION, 'team/private')
    .user('admin', { ...admin, policies: [document(allowed('ecr:*')), principalReader()] });
  const secondary = world
    .account(SECONDARY_ACCOUNT)
    .user('dev', { ...dev, mfa, policies: [developerRights()] })
    .user('denied', denied)
    .user('secondaryAdmin', { ...secondaryAdmin, policies: [principalReader()] })
    .role('AWSReservedSSO_Developer_0123456789abcdef', {
      path: '/aws-reserved/sso.amazonaws.com/',
      trust: document(),
      policies: [developerRights()],
    })
    .role('ci', {
      trust: trust(),
      policies: [registryRights([...PULL_ACTIONS, ...PUSH_ACTIONS])],
    })
    .role('ecsTaskExecutionRole', {
      trust: serviceTrust('ecs-tasks.amazonaws.com'),
      managed: ['AmazonECSTaskExecutionRolePolicy'],
    })
    .role('ecsInstanceRole', {
      trust: serviceTrust('ec2.amazonaws.com'),
      managed: ['AmazonEC2ContainerServiceforEC2Role'],
    });

  const users = { dev, denied, admin, secondaryAdmin };
  return { primary, secondary, ...users, mfa, webIdentityToken, sso: ssoSession(world) };
}

function ssoSession(world: World): TwoAccountWorld['sso'] {
  const accessToken = SSO_ACCESS_TOKEN;
  const renewedToken = `${CANARY}-sso-renewed`;
  const refreshToken = `${CANARY}-sso-refresh`;
  const role = 'Developer';
  const eightHours = 8 * 60 * 60 * 1000;
  const session = {
    user: 'dev@example.com',
    expiresAt: world.now() + eightHours,
    assignments: [{ account: SECONDARY_ACCOUNT, role }],
  };
  world.ssoSessions.set(accessToken, session);
  world.ssoRefreshTokens.set(refreshToken, { accessToken: renewedToken, session });
  return { accessToken, refreshToken, role };
}

function developerRights(): PolicyDocument {
  return document(
    {
      Effect: 'Allow',
      Action: [
        'sts:AssumeRole',
        'ecr:GetAuthorizationToken',
        'ecr-public:GetAuthorizationToken',
        'sts:GetServiceBearerToken',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: PULL_ACTIONS, Resource: ALL_REPOSITORIES },
  );
}

function principalReader(): PolicyDocument {
  return document(allowed('iam:Get*', 'iam:List*', 'iam:Simulate*'));
}

function allowed(...actions: string[]): Statement {
  return { Effect: 'Allow', Action: actions, Resource: '*' };
}

function registryRights(actions: readonly string[]): PolicyDocument {
  return document(
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    { Effect: 'Allow', Action: actions, Resource: ALL_REPOSITORIES },
  );
}

function trust(condition?: Statement['Condition']): PolicyDocument {
  return document({
    Effect: 'Allow',
    Principal: SECONDARY_ROOT,
    Action: 'sts:AssumeRole',
    ...(condition === undefined ? {} : { Condition: condition }),
  });
}

function webIdentityTrust(): PolicyDocument {
  return document({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${PRIMARY_ACCOUNT}:oidc-provider/${OIDC_ISSUER}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${OIDC_ISSUER}:sub`]: 'job' } },
  });
}

function serviceTrust(service: string): PolicyDocument {
  return document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}

function document(...statements: Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}
