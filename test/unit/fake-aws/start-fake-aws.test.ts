// The fake AWS, with the real SDK clients: signatures, sessions, tokens, policies and the log.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr-public';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import type { FakeAws } from '../../fake-aws/start-fake-aws.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import type { AccessKey } from '../../fake-aws/two-account-world.ts';
import {
  EXTERNAL_ID,
  PRIMARY_ACCOUNT,
  SECONDARY_ACCOUNT,
  twoAccountWorld,
} from '../../fake-aws/two-account-world.ts';

const HOUR = 3_600_000;
const DEV = `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`;
const role = (name: string) => `arn:aws:iam::${PRIMARY_ACCOUNT}:role/${name}`;

interface Keys extends AccessKey {
  sessionToken?: string;
}

function clients(aws: FakeAws, credentials: Keys, region = 'us-east-1') {
  const settings = { endpoint: aws.url, region, credentials, maxAttempts: 1 };
  const sts = new STSClient(settings);
  return {
    ecrToken: () => new ECRClient(settings).send(new GetAuthorizationTokenCommand()),
    publicToken: () => new ECRPUBLICClient(settings).send(new GetPublicAuthorizationTokenCommand()),
    whoAmI: () => sts.send(new GetCallerIdentityCommand()),
    assumeRole: (input: Partial<AssumeRoleCommandInput> = {}) =>
      sts.send(new AssumeRoleCommand({ RoleArn: role('EcrPull'), RoleSessionName: 'test', ...input })),
    sessionToken: (mfa: { SerialNumber?: string; TokenCode?: string } = {}) =>
      sts.send(new GetSessionTokenCommand(mfa)),
    webIdentity: (token: string, roleName = 'EcrPullWebIdentity') =>
      sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: role(roleName),
          RoleSessionName: 'job',
          WebIdentityToken: token,
        }),
      ),
  };
}

/** Temporary credentials in a client's form. */
function keysOf(credentials: Credentials | undefined): Keys {
  assert(credentials?.AccessKeyId && credentials.SecretAccessKey && credentials.SessionToken);
  return {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    sessionToken: credentials.SessionToken,
  };
}

/** A fake AWS with the two accounts and a clock that tests set. */
async function start(): Promise<{
  aws: FakeAws;
  cast: ReturnType<typeof twoAccountWorld>;
  clock: { offset: number };
}> {
  const clock = { offset: 0 };
  const aws = await startFakeAws({ now: () => Date.now() + clock.offset });
  return { aws, cast: twoAccountWorld(aws.world), clock };
}

suite('Signatures', () => {
  test('A wrong secret is a signature that does not match, in the words of each protocol.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const wrong = clients(aws, { ...cast.dev, secretAccessKey: 'wrong' });
    await assert.rejects(wrong.ecrToken(), { name: 'InvalidSignatureException' });
    await assert.rejects(wrong.whoAmI(), { name: 'SignatureDoesNotMatch' });
  });

  test('An access key that does not exist is not recognised.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const unknown = clients(aws, { ...cast.dev, accessKeyId: 'AKIAUNKNOWN' });
    await assert.rejects(unknown.ecrToken(), { name: 'UnrecognizedClientException' });
    await assert.rejects(unknown.whoAmI(), { name: 'InvalidClientTokenId' });
  });

  test('A session token that is not the one of the key is not recognised.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const keys = keysOf((await clients(aws, cast.dev).assumeRole()).Credentials);
    await assert.rejects(clients(aws, { ...keys, sessionToken: 'other' }).whoAmI(), {
      name: 'InvalidClientTokenId',
    });
  });

  test('A clock that is more than five minutes off is told so.', async () => {
    const { aws, cast, clock } = await start();
    await using _ = aws;
    clock.offset = HOUR;
    await assert.rejects(clients(aws, cast.dev).ecrToken(), {
      name: 'InvalidSignatureException',
      message: /^Signature expired: \d{8}T\d{6}Z is now earlier than /,
    });
    await assert.rejects(clients(aws, cast.dev).whoAmI(), { name: 'SignatureDoesNotMatch' });
    clock.offset = -HOUR;
    await assert.rejects(clients(aws, cast.dev).ecrToken(), { message: /^Signature not yet current/ });
    clock.offset = 4 * 60_000;
    await clients(aws, cast.dev).ecrToken();
  });

  test('A request changed after signing is refused.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const client = new STSClient({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: cast.dev,
      maxAttempts: 1,
    });
    // The length is the same, so that only the signature differs.
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body: 'Action=GetSessionToken&&&Version=2011-06-15' });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await assert.rejects(client.send(new GetCallerIdentityCommand()), { name: 'SignatureDoesNotMatch' });
  });

  test('A request without a signature is told that it has none.', async () => {
    const { aws } = await start();
    await using _ = aws;
    const response = await fetch(aws.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<Code>MissingAuthenticationToken<\/Code>/);
  });
});

suite('STS', () => {
  test('A caller is who its key says, and a session who its role says.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    assert.equal((await clients(aws, cast.dev).whoAmI()).Arn, DEV);
    const assumed = await clients(aws, cast.dev).assumeRole();
    const session = `arn:aws:sts::${PRIMARY_ACCOUNT}:assumed-role/EcrPull/test`;
    assert.equal(assumed.AssumedRoleUser?.Arn, session);
    const identity = await clients(aws, keysOf(assumed.Credentials)).whoAmI();
    assert.deepEqual([identity.Arn, identity.Account], [session, PRIMARY_ACCOUNT]);
    assert.equal(identity.UserId, assumed.AssumedRoleUser?.AssumedRoleId);
  });

  test('A session ends after its duration.', async () => {
    const { aws, cast, clock } = await start();
    await using _ = aws;
    const keys = keysOf((await clients(aws, cast.dev).assumeRole({ DurationSeconds: 900 })).Credentials);
    clock.offset = 900_000;
    await assert.rejects(clients(aws, keys).ecrToken(), { name: 'ExpiredTokenException' });
    await assert.rejects(clients(aws, keys).whoAmI(), { name: 'ExpiredToken' });
  });

  for (const [title, user, RoleArn] of [
    ['a caller without rights', 'denied', role('EcrPull')],
    ['a role that trusts no principal', 'dev', role('NobodyTrusted')],
    ['a role that does not exist', 'dev', role('Absent')],
    ['a missing external ID', 'dev', role('EcrPullExternal')],
    ['a missing MFA code', 'dev', role('MfaOnly')],
  ] as const) {
    test(`AssumeRole is denied for ${title}.`, async () => {
      const { aws, cast } = await start();
      await using _ = aws;
      const caller = `arn:aws:iam::${SECONDARY_ACCOUNT}:user/${user}`;
      await assert.rejects(clients(aws, cast[user]).assumeRole({ RoleArn }), {
        name: 'AccessDenied',
        message: `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      });
    });
  }

  test('A role that trusts no principal is denied to its own account too, whatever the caller may do.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const keys = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'owner' };
    const everything = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;
    cast.primary.user('owner', { ...keys, policies: [everything] });
    await assert.rejects(clients(aws, keys).assumeRole({ RoleArn: role('NobodyTrusted') }), {
      name: 'AccessDenied',
    });
  });

  test('A role that wants an external ID takes the right one only.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const dev = clients(aws, cast.dev);
    const RoleArn = role('EcrPullExternal');
    await assert.rejects(dev.assumeRole({ RoleArn, ExternalId: 'wrong' }), { name: 'AccessDenied' });
    await dev.assumeRole({ RoleArn, ExternalId: EXTERNAL_ID });
  });

  test('A role that wants MFA takes the right code of the right device only, and once.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const dev = clients(aws, cast.dev);
    const RoleArn = role('MfaOnly');
    const { serialNumber: SerialNumber, code: TokenCode } = cast.mfa;
    await assert.rejects(dev.assumeRole({ RoleArn, SerialNumber, TokenCode: '000000' }), {
      name: 'AccessDenied',
      message: /^MultiFactorAuthentication failed with invalid MFA one time pass code/,
    });
    await assert.rejects(dev.assumeRole({ RoleArn, SerialNumber: `${SerialNumber}2`, TokenCode }), {
      message: /unable to validate MFA code/,
    });
    await dev.assumeRole({ RoleArn, SerialNumber, TokenCode });
    await assert.rejects(dev.sessionToken({ SerialNumber, TokenCode }), {
      message: /^MultiFactorAuthentication failed with invalid MFA one time pass code/,
    });
    cast.mfa.code = '654321';
    const session = await dev.sessionToken({ SerialNumber, TokenCode: cast.mfa.code });
    await clients(aws, keysOf(session.Credentials)).assumeRole({ RoleArn });
    const withoutMfa = await dev.sessionToken();
    await assert.rejects(clients(aws, keysOf(withoutMfa.Credentials)).assumeRole({ RoleArn }), {
      name: 'AccessDenied',
    });
  });

  for (const [input, message] of [
    [
      { DurationSeconds: 899 },
      /'durationSeconds' failed to satisfy constraint.*greater than or equal to 900/,
    ],
    [
      { DurationSeconds: 43_201 },
      /'durationSeconds' failed to satisfy constraint.*less than or equal to 43200/,
    ],
    [
      { DurationSeconds: 3601 },
      /^The requested DurationSeconds exceeds the MaxSessionDuration set for this role/,
    ],
    [
      { RoleSessionName: 'x' },
      /'roleSessionName' failed to satisfy constraint.*length greater than or equal to 2/,
    ],
    [
      { RoleSessionName: 'x'.repeat(65) },
      /'roleSessionName' failed to satisfy.*length less than or equal to 64/,
    ],
    [{ RoleSessionName: 'not valid' }, /'roleSessionName' failed to satisfy constraint.*regular expression/],
  ] as const) {
    test(`AssumeRole refuses ${JSON.stringify(input)} as AWS does.`, async () => {
      const { aws, cast } = await start();
      await using _ = aws;
      await assert.rejects(clients(aws, cast.dev).assumeRole(input), { name: 'ValidationError', message });
    });
  }

  test('A chained role lasts an hour at most, whatever the role allows.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const trust = { Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' } } as const;
    cast.primary.role('Next', { trust, maxSessionDuration: 7200 });
    const first = clients(aws, keysOf((await clients(aws, cast.dev).assumeRole()).Credentials));
    const RoleArn = role('Next');
    await assert.rejects(first.assumeRole({ RoleArn, DurationSeconds: 7200 }), { message: /role chaining/ });
    await first.assumeRole({ RoleArn, DurationSeconds: 3600 });
  });

  test('A web identity token of a known provider opens the role that trusts it, without a signature.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const anyone = clients(aws, { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'unused' });
    const assumed = await anyone.webIdentity(cast.webIdentityToken);
    assert.equal(assumed.SubjectFromWebIdentityToken, 'job');
    await clients(aws, keysOf(assumed.Credentials)).ecrToken();
    await assert.rejects(anyone.webIdentity('unknown'), { name: 'InvalidIdentityTokenException' });
    await assert.rejects(anyone.webIdentity(cast.webIdentityToken, 'EcrPull'), { name: 'AccessDenied' });
    await assert.rejects(anyone.webIdentity(cast.webIdentityToken, 'Absent'), { name: 'AccessDenied' });
    cast.primary.webIdentityProvider('issuer.example', { old: { sub: 'job', aud: 'x', expiresAt: 0 } });
    await assert.rejects(anyone.webIdentity('old'), { name: 'ExpiredTokenException' });
  });
});

suite('Authorization tokens', () => {
  test('A token is what Docker is to send: AWS, a colon, and a long password that ends in 12 hours.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const { authorizationData: [data] = [] } = await clients(aws, cast.dev, 'eu-west-1').ecrToken();
    const [, password = ''] = /^AWS:(.*)$/.exec(atob(data?.authorizationToken ?? '')) ?? [];
    assert(password.length > 2300 && password.length < 2500, `${password.length} characters`);
    assert.equal(JSON.parse(atob(password)).expiration * 1000, data?.expiresAt?.getTime());
    assert.equal(data?.proxyEndpoint, `https://${SECONDARY_ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`);
    const [issued] = aws.issuedTokens;
    assert.equal(issued?.password, password);
    assert.deepEqual(
      [issued?.service, issued?.region, issued?.principal, issued?.account, issued?.expiresAt],
      ['ecr', 'eu-west-1', DEV, SECONDARY_ACCOUNT, data?.expiresAt?.getTime()],
    );
  });

  test('A caller without the right to a token learns which policy is missing.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const message =
      `User: arn:aws:iam::${SECONDARY_ACCOUNT}:user/denied is not authorized to perform: ` +
      'ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ' +
      'ecr:GetAuthorizationToken action';
    await assert.rejects(clients(aws, cast.denied).ecrToken(), { name: 'AccessDeniedException', message });
  });

  test('A deny of the account overrides the policies of its users.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    cast.secondary.scp.push({ Statement: { Effect: 'Deny', Action: 'ecr:*', Resource: '*' } });
    await assert.rejects(clients(aws, cast.dev).ecrToken(), {
      message: / with an explicit deny in a service control policy$/,
    });
  });

  test('ECR Public gives tokens in us-east-1 only, and wants both of its rights.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const { authorizationData } = await clients(aws, cast.dev).publicToken();
    assert.equal(atob(authorizationData?.authorizationToken ?? ''), `AWS:${aws.issuedTokens[0]?.password}`);
    assert.equal(aws.issuedTokens[0]?.service, 'ecr-public');
    await assert.rejects(clients(aws, cast.dev, 'eu-west-1').publicToken(), {
      name: 'InvalidSignatureException',
      message: /valid region/,
    });
    cast.secondary.users.get('denied')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'ecr-public:GetAuthorizationToken', Resource: '*' },
    });
    await assert.rejects(clients(aws, cast.denied).publicToken(), { message: /sts:GetServiceBearerToken/ });
  });
});

suite('The log', () => {
  test('There is one entry a request, with who asked for what where, and without secrets.', async () => {
    const { aws, cast } = await start();
    await using _ = aws;
    const { serialNumber: SerialNumber, code: TokenCode } = cast.mfa;
    await clients(aws, cast.dev, 'eu-west-1').assumeRole({ SerialNumber, TokenCode });
    await assert.rejects(clients(aws, cast.denied).ecrToken());
    assert.deepEqual(aws.calls[0], {
      service: 'sts',
      action: 'AssumeRole',
      region: 'eu-west-1',
      host: `127.0.0.1:${aws.port}`,
      accessKeyId: cast.dev.accessKeyId,
      principal: DEV,
      parameters: {
        RoleArn: role('EcrPull'),
        RoleSessionName: 'test',
        SerialNumber,
        TokenCode: '(secret)',
      },
      outcome: 'ok',
    });
    assert.equal(aws.calls[1]?.outcome, 'AccessDeniedException');
    assert.deepEqual([aws.count(), aws.count('sts'), aws.count('ecr', 'GetAuthorizationToken')], [2, 1, 1]);
    aws.resetCalls();
    assert.equal(aws.count(), 0);
  });
});
