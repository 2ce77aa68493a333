// IAM Identity Center: role credentials from the portal, and new access tokens from SSO-OIDC.
import { AwsError } from './aws-error.ts';
import { restJson } from './protocol.ts';
import type { Parameters, Service, UnsignedCall } from './service.ts';
import type { World } from './world.ts';
import { roleSession } from './world.ts';

const SESSION_MS = 3_600_000;

/** The portal. Its bearer token replaces a signature, so it is passed with the parameters. */
export const sso: Service = {
  name: 'sso',
  protocol: restJson,
  recognise({ method, url, headers }) {
    const { pathname, searchParams } = new URL(url, 'http://fake.invalid');
    if (method !== 'GET' || pathname !== '/federation/credentials') return undefined;
    const bearerToken = headers['x-amz-sso_bearer_token'];
    return { action: 'GetRoleCredentials', parameters: { ...Object.fromEntries(searchParams), bearerToken } };
  },
  signed: {},
  unsigned: { GetRoleCredentials: getRoleCredentials },
};

export const ssoOidc: Service = {
  name: 'sso-oidc',
  protocol: restJson,
  recognise({ method, url, body }) {
    if (method !== 'POST' || url !== '/token') return undefined;
    const parameters: Parameters = JSON.parse(body);
    return { action: 'CreateToken', parameters };
  },
  signed: {},
  unsigned: { CreateToken: createToken },
};

function getRoleCredentials({ world, parameters }: UnsignedCall): object {
  const session = world.ssoSessions.get(String(parameters.bearerToken));
  if (session === undefined || session.expiresAt <= world.now()) {
    throw new AwsError('UnauthorizedException', 401, 'Session token not found or invalid');
  }
  const { account_id: account, role_name: name } = parameters;
  const assigned = session.assignments.some((entry) => entry.account === account && entry.role === name);
  const role = assigned ? permissionSetRole(world, String(account), String(name)) : undefined;
  if (role === undefined) throw new AwsError('ForbiddenException', 403, 'No access');
  const expiresAt = world.now() + SESSION_MS;
  const credentials = world.issueSession(roleSession(role, session.user), expiresAt);
  return {
    roleCredentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      sessionToken: credentials.session.token,
      expiration: expiresAt,
    },
  };
}

/** Identity Center's role for a permission set: `AWSReservedSSO_NAME_` and 16 hexadecimal digits. */
function permissionSetRole(world: World, account: string, name: string) {
  return [...(world.accounts.get(account)?.roles.values() ?? [])].find(
    (role) => role.name.slice(0, -16) === `AWSReservedSSO_${name}_`,
  );
}

function createToken({ world, parameters }: UnsignedCall): object {
  const refreshToken = String(parameters.refreshToken);
  const renewal = world.ssoRefreshTokens.get(refreshToken);
  if (parameters.grantType !== 'refresh_token' || renewal === undefined) {
    throw new AwsError('InvalidGrantException', 400, 'Invalid refresh token provided');
  }
  world.ssoRefreshTokens.delete(refreshToken);
  world.ssoSessions.set(renewal.accessToken, renewal.session);
  const expiresIn = Math.floor((renewal.session.expiresAt - world.now()) / 1000);
  return { accessToken: renewal.accessToken, expiresIn, tokenType: 'Bearer' };
}
