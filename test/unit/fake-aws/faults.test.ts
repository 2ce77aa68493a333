// Planned faults, as the real SDK clients see them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Fault } from '../../fake-aws/faults.ts';
import type { FakeAws } from '../../fake-aws/start-fake-aws.ts';
import { startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import type { AccessKey } from '../../fake-aws/two-account-world.ts';
import { twoAccountWorld } from '../../fake-aws/two-account-world.ts';

function clients(aws: FakeAws, credentials: AccessKey, maxAttempts = 1) {
  const settings = { endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts };
  return {
    ecrToken: (options: { abortSignal?: AbortSignal } = {}) =>
      new ECRClient(settings).send(new GetAuthorizationTokenCommand(), options),
    whoAmI: () => new STSClient(settings).send(new GetCallerIdentityCommand()),
  };
}

const escapes = '\u001b[31mred\u0007 <&>';

const FAILURES: readonly (readonly [fault: Fault, ecr: object, sts: object, outcome: string])[] = [
  [{ kind: 'throttle' }, { name: 'ThrottlingException' }, { name: 'Throttling' }, 'ThrottlingException'],
  [{ kind: 'server-error' }, { name: 'ServerException' }, { name: 'InternalFailure' }, 'ServerException'],
  [{ kind: 'reset' }, { message: /ECONNRESET/ }, { message: /ECONNRESET/ }, 'reset'],
  [{ kind: 'malformed' }, { name: 'SyntaxError' }, { message: /XML parse error/ }, 'malformed'],
  [
    { kind: 'error', code: 'Odd', message: escapes, status: 418 },
    { name: 'Odd', message: escapes },
    { name: 'Odd', message: escapes },
    'Odd',
  ],
];

for (const [fault, ecr, sts, outcome] of FAILURES) {
  test(`The fault ${fault.kind} fails the next request and no other.`, async () => {
    await using aws = await startFakeAws();
    const { ecrToken, whoAmI } = clients(aws, twoAccountWorld(aws.world).dev);
    aws.faults.next(fault);
    await assert.rejects(ecrToken(), ecr);
    assert.equal(aws.calls[0]?.outcome, outcome);
    await ecrToken();
    aws.faults.next(fault);
    await assert.rejects(whoAmI(), sts);
  });
}

test('A throttled client that tries again gets through.', async () => {
  await using aws = await startFakeAws();
  const { ecrToken } = clients(aws, twoAccountWorld(aws.world).dev, 2);
  aws.faults.next({ kind: 'throttle' });
  await ecrToken();
  assert.deepEqual(
    aws.calls.map((call) => call.outcome),
    ['ThrottlingException', 'ok'],
  );
});

test('A fault for one action leaves others alone and lasts as often as asked.', async () => {
  await using aws = await startFakeAws();
  const { ecrToken, whoAmI } = clients(aws, twoAccountWorld(aws.world).dev);
  aws.faults.next({ kind: 'throttle', service: 'sts', action: 'GetCallerIdentity', times: Infinity });
  await ecrToken();
  await assert.rejects(whoAmI());
  await assert.rejects(whoAmI());
  aws.faults.clear();
  await whoAmI();
});

test('A hanging request says when it is reached, and goes on when it is released.', async () => {
  await using aws = await startFakeAws();
  const { ecrToken } = clients(aws, twoAccountWorld(aws.world).dev);
  const hang = aws.faults.next({ kind: 'hang', times: Infinity });
  const token = ecrToken();
  await hang.reached;
  assert.equal(aws.calls[0]?.outcome, 'pending');
  hang.release();
  await token;
  assert.equal(aws.calls[0]?.outcome, 'ok');
  await ecrToken();
});

test('A client that gives up a hanging request leaves no token behind.', async () => {
  const aws = await startFakeAws();
  const { ecrToken } = clients(aws, twoAccountWorld(aws.world).dev);
  const hang = aws.faults.next({ kind: 'hang' });
  const abort = new AbortController();
  const token = ecrToken({ abortSignal: abort.signal });
  await hang.reached;
  abort.abort();
  await assert.rejects(token, { name: 'AbortError' });
  await aws.close();
  assert.equal(aws.calls[0]?.outcome, 'hang');
  assert.equal(aws.issuedTokens.length, 0);
});

test('A hanging request does not keep the fake AWS from closing.', async () => {
  const aws = await startFakeAws();
  const { ecrToken } = clients(aws, twoAccountWorld(aws.world).dev);
  const hang = aws.faults.next({ kind: 'hang' });
  const failed = assert.rejects(ecrToken());
  await hang.reached;
  await aws.close();
  await failed;
});

test('A latency delays its own request only, and the answer still comes.', async () => {
  await using aws = await startFakeAws();
  const { ecrToken } = clients(aws, twoAccountWorld(aws.world).dev);
  const anHour = aws.faults.next({ kind: 'latency', milliseconds: 3_600_000 });
  const late = assert.rejects(ecrToken());
  await anHour.reached;
  aws.faults.next({ kind: 'latency', milliseconds: 1 });
  await ecrToken();
  await aws.close();
  await late;
  assert.deepEqual(
    aws.calls.map((call) => call.outcome),
    ['latency', 'ok'],
  );
});

test('A token can be made to expire at any time, the past included.', async () => {
  await using aws = await startFakeAws();
  const { ecrToken } = clients(aws, twoAccountWorld(aws.world).dev);
  const expiresAt = Date.UTC(2015, 0, 1);
  aws.faults.next({ kind: 'token', expiresAt });
  const { authorizationData } = await ecrToken();
  assert.equal(authorizationData?.[0]?.expiresAt?.getTime(), expiresAt);
  assert.equal(aws.issuedTokens[0]?.expiresAt, expiresAt);
});
