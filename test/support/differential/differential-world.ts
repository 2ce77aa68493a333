// The fake AWS of the differential test. Every key may assume every role, so that only the requests make a difference.
import { type FakeAws, startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import {
  A,
  AT_CONTAINER,
  AT_INSTANCE,
  B,
  C,
  D,
  ROLE_ACCOUNT,
  ROLES,
  SSO_ACCOUNT,
  SSO_REFRESH,
  SSO_RENEWED,
  SSO_ROLES,
  SSO_TOKEN,
  T,
  U,
  WEB_TOKEN,
} from './differential-case.ts';

const ISSUER = 'oidc.fake.example';
const HOURS_8 = 8 * 3_600_000;
const ANYTHING = [
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }] },
];

/** Starts one for each run of each program, because refresh tokens work once. */
export async function startDifferentialWorld(tls: { key: string; cert: string }): Promise<FakeAws> {
  const aws = await startFakeAws({ tls });
  const { world } = aws;
  const trust = {
    Version: '2012-10-17' as const,
    Statement: [
      { Effect: 'Allow' as const, Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
      {
        Effect: 'Allow' as const,
        Principal: { Federated: `arn:aws:iam::${ROLE_ACCOUNT}:oidc-provider/${ISSUER}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    ],
  };
  const account = world
    .account(ROLE_ACCOUNT)
    .webIdentityProvider(ISSUER, { [WEB_TOKEN]: { sub: 'job', aud: 'sts.amazonaws.com' } });
  for (const name of ROLES) account.role(name, { trust, policies: ANYTHING, maxSessionDuration: 43_200 });
  const other = world.account(SSO_ACCOUNT);
  for (const name of SSO_ROLES) {
    other.role(`AWSReservedSSO_${name}_0123456789abcdef`, { trust, policies: ANYTHING });
  }
  for (const { id, secret } of [A, B, C, D]) {
    other.user(id, { accessKeyId: id, secretAccessKey: secret, policies: ANYTHING });
  }
  const expiresAt = world.now() + HOURS_8;
  for (const { id, secret, token = '' } of [T, U, AT_CONTAINER, AT_INSTANCE]) {
    other.user(`user-of-${id}`, { accessKeyId: `AKIA-${id}`, secretAccessKey: secret, policies: ANYTHING });
    const caller = world.credentials(`AKIA-${id}`)?.caller;
    if (caller === undefined) throw new Error(`no user of ${id}`);
    world.issueSession(caller, expiresAt, { accessKeyId: id, secretAccessKey: secret, token });
  }
  const assignments = SSO_ROLES.map((role) => ({ account: SSO_ACCOUNT, role }));
  const session = { user: 'dev@example.com', expiresAt, assignments };
  world.ssoSessions.set(SSO_TOKEN, session);
  world.ssoRefreshTokens.set(SSO_REFRESH, { accessToken: SSO_RENEWED, session });
  return aws;
}

/** Regions that clients may use because of a case. */
const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1', 'eu-central-1', 'us-gov-west-1'];

/** The AWS hosts with a certificate. */
export const HOSTS = [
  'sts.amazonaws.com',
  ...REGIONS.flatMap((region) => [
    `sts.${region}.amazonaws.com`,
    `sts-fips.${region}.amazonaws.com`,
    `api.ecr.${region}.amazonaws.com`,
    `api.ecr-fips.${region}.amazonaws.com`,
    `portal.sso.${region}.amazonaws.com`,
    `oidc.${region}.amazonaws.com`,
    `${region}.signin.aws.amazon.com`,
  ]),
];
