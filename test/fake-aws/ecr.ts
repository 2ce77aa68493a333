// Amazon ECR and ECR Public: authorization tokens, and who may get one.
import { randomBytes } from 'node:crypto';
import { denialMessage } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { CANARY_PAYLOAD } from './canary.ts';
import { imageCalls } from './ecr-images.ts';
import { policyCalls } from './ecr-policies.ts';
import { awsJson } from './protocol.ts';
import type { Parameters, Service, SignedCall } from './service.ts';
import type { AwsRequest } from './signature.ts';
import type { IssuedToken } from './world.ts';

const TOKEN_LIFETIME_MS = 12 * 60 * 60 * 1000;

export const ecr: Service = {
  name: 'ecr',
  protocol: awsJson,
  recognise: (request) => recogniseTarget('AmazonEC2ContainerRegistry_V20150921', request),
  signed: { GetAuthorizationToken: getAuthorizationToken, ...policyCalls, ...imageCalls },
  unsigned: {},
};

export const ecrPublic: Service = {
  name: 'ecr-public',
  protocol: awsJson,
  recognise: (request) => recogniseTarget('SpencerFrontendService', request),
  signed: { GetAuthorizationToken: getPublicAuthorizationToken },
  unsigned: {},
};

function recogniseTarget(target: string, { headers, body }: AwsRequest) {
  const [name, action] = String(headers['x-amz-target']).split('.');
  if (name !== target || action === undefined) return undefined;
  const parameters: Parameters = JSON.parse(body);
  return { action, parameters };
}

/** As on AWS, `registryIds` is accepted and does not limit the token. */
function getAuthorizationToken(call: SignedCall): object {
  demand(call, 'ecr:GetAuthorizationToken');
  const { id, partition } = call.caller.principal.account;
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    authorizationData: [
      { ...issueToken('ecr', call), proxyEndpoint: `https://${id}.dkr.ecr.${call.region}.${suffix}` },
    ],
  };
}

/** https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html */
function getPublicAuthorizationToken(call: SignedCall): object {
  if (call.region !== 'us-east-1') {
    const message = `Credential should be scoped to a valid region, not '${call.region}'.`;
    throw new AwsError(...awsJson.failures['bad-signature'], message);
  }
  demand(call, 'ecr-public:GetAuthorizationToken');
  demand(call, 'sts:GetServiceBearerToken');
  return { authorizationData: issueToken('ecr-public', call) };
}

function demand({ caller }: SignedCall, action: string): void {
  const denial = denialMessage(caller, { action, resource: '*' });
  if (denial !== undefined) throw new AwsError(...awsJson.failures['access-denied'], denial);
}

function issueToken(service: IssuedToken['service'], { world, caller, region, tokenExpiresAt }: SignedCall) {
  // JSON 1.1 has times in seconds, so a token's expiration has that precision.
  const seconds = Math.floor((tokenExpiresAt ?? world.now() + TOKEN_LIFETIME_MS) / 1000);
  const password = tokenPassword(seconds);
  world.issuedTokens.push({
    service,
    region,
    caller,
    principal: caller.arn,
    account: caller.principal.account.id,
    password,
    expiresAt: seconds * 1000,
  });
  return { authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'), expiresAt: seconds };
}

/** The fields and the size (about 2,400 bytes) of a real password. Only its expiration is meaningful. */
function tokenPassword(expiration: number): string {
  const payload = CANARY_PAYLOAD + randomBytes(1152).toString('base64');
  const datakey = randomBytes(138).toString('base64');
  const password = { payload, datakey, version: '2', type: 'DATA_KEY', expiration };
  return Buffer.from(JSON.stringify(password)).toString('base64');
}
