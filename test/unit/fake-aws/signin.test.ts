// AWS Sign-In in the fake AWS: what it renews, and the proof that it wants.
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { thumbprint } from '../../fake-aws/signin.ts';
import { type FakeAws, startFakeAws } from '../../fake-aws/start-fake-aws.ts';
import { twoAccountWorld } from '../../fake-aws/two-account-world.ts';

const CLIENT = 'arn:aws:signin:::devtools/same-device';

/** A session in the world, and a request for it with a proof that any key may sign. */
async function startWithSession() {
  const aws = await startFakeAws();
  const { dev } = twoAccountWorld(aws.world);
  const caller = aws.world.credentials(dev.accessKeyId)?.caller;
  assert.ok(caller !== undefined);
  const { privateKey, publicKey } = keyPair();
  const keyThumbprint = thumbprint(publicKey.export({ format: 'jwk' }));
  aws.world.loginRefreshTokens.set('refresh', { caller, clientId: CLIENT, keyThumbprint });
  const renew = (signer: KeyObject = privateKey, shown: KeyObject = publicKey) =>
    request(aws, proof(signer, shown));
  return { aws, renew, [Symbol.asyncDispose]: () => aws.close() };
}

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function request(aws: FakeAws, dpop: string): Promise<Response> {
  const body = JSON.stringify({ clientId: CLIENT, grantType: 'refresh_token', refreshToken: 'refresh' });
  return fetch(`${aws.url}/v1/token`, { method: 'POST', headers: { dpop }, body });
}

/** https://www.rfc-editor.org/rfc/rfc9449 */
function proof(signer: KeyObject, shown: KeyObject): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: shown.export({ format: 'jwk' }) });
  const signed = `${head}.${encode({ htm: 'POST', iat: Math.floor(Date.now() / 1000) })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: signer, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

test('A refresh token works once, with the key of its session, and is logged without its secrets.', async () => {
  await using session = await startWithSession();
  assert.equal((await session.renew()).status, 200);
  const again = await session.renew();
  assert.deepEqual([again.status, ((await again.json()) as { error: string }).error], [400, 'TOKEN_EXPIRED']);
  assert.deepEqual(session.aws.calls[0]?.parameters, {
    clientId: CLIENT,
    grantType: 'refresh_token',
    refreshToken: '(secret)',
    proofToken: '(secret)',
  });
});

test('Another key, and a proof that another key signed, renew nothing.', async () => {
  await using session = await startWithSession();
  const other = keyPair();
  assert.equal((await session.renew(other.privateKey, other.publicKey)).status, 400);
  assert.equal((await session.renew(other.privateKey)).status, 400);
  assert.equal((await session.renew()).status, 200);
});
