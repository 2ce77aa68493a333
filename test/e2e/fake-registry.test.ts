// The fake ECR registry endpoint, by plain HTTP and by skopeo.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { startFakeAws } from '../fake-aws/start-fake-aws.ts';
import type { AccessKey } from '../fake-aws/two-account-world.ts';
import {
  PRIMARY_ACCOUNT,
  REGION,
  SECONDARY_ACCOUNT,
  twoAccountWorld,
} from '../fake-aws/two-account-world.ts';
import type { FakeRegistry, FakeRegistryOptions } from '../fake-registry/start-fake-registry.ts';
import { startFakeRegistry } from '../fake-registry/start-fake-registry.ts';
import { createCertificateAuthority } from '../support/certificates.ts';
import { peer, skipWithout } from '../support/peers.ts';

const HOST = `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const DEV = `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`;
const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const manifest = (repository: string) => `/v2/${repository}/manifests/latest`;

/** A fake AWS with the two accounts, and a registry with an image in each of the primary's repositories. */
async function start(options: Omit<FakeRegistryOptions, 'aws'> = {}) {
  await using resources = new AsyncDisposableStack();
  const clock = { offset: 0 };
  const aws = resources.use(await startFakeAws({ now: () => Date.now() + clock.offset }));
  const cast = twoAccountWorld(aws.world);
  const registry = resources.use(await startFakeRegistry({ aws, ...options }));
  const primary = { account: PRIMARY_ACCOUNT, region: REGION };
  const { digest } = await registry.pushImage({ ...primary, repository: 'team/app' });
  await registry.pushImage({ ...primary, repository: 'team/private' });
  const token = async (credentials: AccessKey, region = REGION) => {
    const ecr = new ECRClient({ endpoint: aws.url, region, credentials, maxAttempts: 1 });
    await ecr.send(new GetAuthorizationTokenCommand());
    return aws.issuedTokens.at(-1)?.password ?? '';
  };
  const owned = resources.move();
  return { aws, cast, clock, registry, digest, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Asked {
  method?: string;
  path?: string;
  host?: string;
  /** The password of user AWS. */
  password?: string;
  body?: string;
}

/** One request to the registry's first port, with any Host (which fetch would not send). */
async function ask(
  registry: FakeRegistry,
  { method = 'GET', path = '/v2/', host = HOST, password, body }: Asked,
) {
  const request = http.request({ host: '127.0.0.1', port: registry.ports[0], method, path, agent: false });
  request.setHeader('host', host);
  request.setHeader('accept', MANIFEST_TYPE);
  if (password !== undefined) request.setHeader('authorization', `Basic ${btoa(`AWS:${password}`)}`);
  request.end(body);
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  request.once('response', resolve).once('error', reject);
  const response = await promise;
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** ECR's error body of the registry protocol. */
function denied(message: string): string {
  return JSON.stringify({ errors: [{ code: 'DENIED', message }] });
}

const skip = skipWithout('docker-registry');

suite('Over HTTP', { skip }, () => {
  test('Without credentials ECR asks for them.', async () => {
    await using ecr = await start();
    const answer = await ask(ecr.registry, {});
    assert.equal(answer.status, 401);
    assert.equal(
      answer.headers['www-authenticate'],
      `Basic realm="https://${HOST}/",service="ecr.amazonaws.com"`,
    );
    assert.equal(answer.body, 'Not Authorized\n');
  });

  test('A valid token opens the registry of any account in its region, and no other region.', async () => {
    await using ecr = await start();
    const password = await ecr.token(ecr.cast.dev);
    assert.equal((await ask(ecr.registry, { password })).status, 200);
    assert.equal((await ask(ecr.registry, { password, host: HOST.replace('1', '9') })).status, 200);
    const elsewhere = await ask(ecr.registry, { password, host: HOST.replace(REGION, 'eu-west-1') });
    assert.equal(elsewhere.status, 403);
    assert.equal(elsewhere.body, denied('Your Authorization Token is invalid.'));
    assert.equal((await ask(ecr.registry, { password, host: 'registry.example' })).status, 404);
  });

  test('A token that was never issued is invalid, and an old one is expired.', async () => {
    await using ecr = await start();
    const password = await ecr.token(ecr.cast.dev);
    const invalid = await ask(ecr.registry, { password: `${password}x` });
    assert.deepEqual([invalid.status, invalid.body], [403, denied('Your Authorization Token is invalid.')]);
    ecr.clock.offset = 12 * 3_600_000;
    const expired = await ask(ecr.registry, { password });
    const message = 'Your authorization token has expired. Reauthenticate and try again.';
    assert.deepEqual([expired.status, expired.body], [403, denied(message)]);
  });

  test('A pull that both accounts allow goes through.', async () => {
    await using ecr = await start();
    const password = await ecr.token(ecr.cast.dev);
    const answer = await ask(ecr.registry, { password, path: manifest('team/app') });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['docker-content-digest'], ecr.digest);
    const [layer] = JSON.parse(answer.body).layers;
    const blob = await ask(ecr.registry, { password, path: `/v2/team/app/blobs/${layer.digest}` });
    assert.equal(blob.status, 200);
    assert.deepEqual(ecr.registry.calls.at(-1), {
      host: HOST,
      method: 'GET',
      path: `/v2/team/app/blobs/${layer.digest}`,
      action: 'ecr:GetDownloadUrlForLayer',
      principal: DEV,
      outcome: 'ok',
    });
  });

  test('A pull that the repository does not allow is denied in the words of ECR.', async () => {
    await using ecr = await start();
    const password = await ecr.token(ecr.cast.dev);
    const answer = await ask(ecr.registry, { password, path: manifest('team/private') });
    assert.equal(answer.status, 403);
    assert.equal(
      answer.body,
      denied(
        `User: ${DEV} is not authorized to perform: ecr:BatchGetImage on resource: ` +
          `arn:aws:ecr:${REGION}:${PRIMARY_ACCOUNT}:repository/team/private ` +
          'because no resource-based policy allows the ecr:BatchGetImage action',
      ),
    );
  });

  test('A registry policy opens its repositories under scope V2, and not under V1.', async () => {
    await using ecr = await start();
    const password = await ecr.token(ecr.cast.dev);
    const settings = ecr.cast.primary.registry(REGION);
    settings.policy = {
      Statement: { Effect: 'Allow', Principal: { AWS: SECONDARY_ACCOUNT }, Action: 'ecr:*', Resource: '*' },
    };
    const status = async () => (await ask(ecr.registry, { password, path: manifest('team/private') })).status;
    assert.equal(await status(), 200);
    settings.policyScope = 'V1';
    assert.equal(await status(), 403);
  });

  test('A repository that does not exist is unknown to those who might see it.', async () => {
    await using ecr = await start();
    ecr.cast.primary.user('owner', {
      accessKeyId: 'AKIAOWNER',
      secretAccessKey: 'owner',
      policies: [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }],
    });
    const owner = await ecr.token({ accessKeyId: 'AKIAOWNER', secretAccessKey: 'owner' });
    const answer = await ask(ecr.registry, { password: owner, path: manifest('absent') });
    assert.equal(answer.status, 404);
    const message = `The repository with name 'absent' does not exist in the registry with id '${PRIMARY_ACCOUNT}'`;
    assert.deepEqual(JSON.parse(answer.body), { errors: [{ code: 'NAME_UNKNOWN', message }] });
    const dev = await ecr.token(ecr.cast.dev);
    assert.equal((await ask(ecr.registry, { password: dev, path: manifest('absent') })).status, 403);
  });

  test('Registries of two accounts keep repositories of one name apart, and neither shows the store behind.', async () => {
    await using ecr = await start();
    const place = { account: SECONDARY_ACCOUNT, region: REGION, repository: 'team/app' };
    ecr.cast.secondary.repository(REGION, 'team/app');
    ecr.cast.secondary.users.get('dev')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' },
    });
    const { digest } = await ecr.registry.pushImage({ ...place, tag: 'own' }, 'another content');
    assert.notEqual(digest, ecr.digest);
    const password = await ecr.token(ecr.cast.dev);
    const host = HOST.replace(PRIMARY_ACCOUNT, SECONDARY_ACCOUNT);
    const tags = await ask(ecr.registry, { password, host, path: '/v2/team/app/tags/list' });
    assert.deepEqual(JSON.parse(tags.body), { name: 'team/app', tags: ['own'] });
    const absent = await ask(ecr.registry, { password, host, path: manifest('team/app') });
    assert.equal(absent.status, 404);
    assert.doesNotMatch(absent.body, new RegExp(SECONDARY_ACCOUNT));
  });

  test('An upload stays on the hostname that was asked, and a mount brings nothing from another account.', async () => {
    await using ecr = await start();
    ecr.cast.secondary.repository(REGION, 'new');
    ecr.cast.secondary.users.get('dev')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' },
    });
    const password = await ecr.token(ecr.cast.dev);
    const host = HOST.replace(PRIMARY_ACCOUNT, SECONDARY_ACCOUNT);
    const image = await ask(ecr.registry, { password, path: manifest('team/app') });
    const [layer] = JSON.parse(image.body).layers;
    const from = `${PRIMARY_ACCOUNT}/${REGION}/team/app`;
    const path = `/v2/new/blobs/uploads/?mount=${layer.digest}&from=${from}`;
    const answer = await ask(ecr.registry, { method: 'POST', password, host, path });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.location?.startsWith(`http://${host}/v2/new/blobs/uploads/`), true);
  });

  test('An image that is not there is not found in the words of ECR, and other errors pass as they are.', async () => {
    await using ecr = await start();
    const password = await ecr.token(ecr.cast.dev);
    const image = await ask(ecr.registry, { password, path: '/v2/team/app/manifests/absent' });
    assert.equal(image.status, 404);
    assert.deepEqual(JSON.parse(image.body), {
      errors: [{ code: 'MANIFEST_UNKNOWN', message: 'Requested image not found' }],
    });
    const head = await ask(ecr.registry, {
      method: 'HEAD',
      password,
      path: '/v2/team/app/manifests/absent',
    });
    assert.deepEqual([head.status, head.body], [404, '']);
    const blob = await ask(ecr.registry, { password, path: `/v2/team/app/blobs/sha256:${'0'.repeat(64)}` });
    assert.deepEqual([blob.status, JSON.parse(blob.body).errors[0].code], [404, 'BLOB_UNKNOWN']);
  });

  test('An upload that is given up is gone.', async () => {
    await using ecr = await start();
    ecr.cast.primary.repository(REGION, 'team/app', {
      policy: { Statement: { Effect: 'Allow', Principal: { AWS: DEV }, Action: 'ecr:InitiateLayerUpload' } },
    });
    ecr.cast.secondary.users.get('dev')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'ecr:InitiateLayerUpload', Resource: '*' },
    });
    const password = await ecr.token(ecr.cast.dev);
    const begun = await ask(ecr.registry, { method: 'POST', password, path: '/v2/team/app/blobs/uploads/' });
    const { pathname, search } = new URL(begun.headers.location ?? '');
    const givenUp = { method: 'DELETE', password, path: pathname + search };
    assert.equal((await ask(ecr.registry, givenUp)).status, 204);
    const again = await ask(ecr.registry, givenUp);
    assert.deepEqual([again.status, JSON.parse(again.body).errors[0].code], [404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  test('A layer may be at another origin, which refuses a request with credentials.', async () => {
    await using ecr = await start({ redirectBlobs: true });
    const { layers } = ecr.registry;
    assert(layers);
    const password = await ecr.token(ecr.cast.dev);
    const image = await ask(ecr.registry, { password, path: manifest('team/app') });
    const [layer] = JSON.parse(image.body).layers;
    const path = `/v2/team/app/blobs/${layer.digest}`;
    const redirect = async () => {
      const answer = await ask(ecr.registry, { password, path });
      assert.equal(answer.status, 307);
      return answer.headers.location ?? '';
    };
    const location = await redirect();
    const got = await fetch(location);
    assert.deepEqual([got.status, (await got.bytes()).length], [200, layer.size]);
    const authorization = `Basic ${btoa(`AWS:${password}`)}`;
    assert.equal((await fetch(location, { headers: { authorization } })).status, 400);
    assert.equal((await fetch(location.replace(/.$/, ''))).status, 403);
    assert.deepEqual(
      layers.calls.map((call) => [call.outcome, call.authorization]),
      [
        ['ok', false],
        ['InvalidArgument', true],
        ['AccessDenied', false],
      ],
    );
    assert.equal((await ask(ecr.registry, { method: 'HEAD', password, path })).status, 200);

    ecr.clock.offset = 3_600_000;
    assert.equal((await fetch(location)).status, 403);
    layers.state = 'forbidden';
    assert.equal((await fetch(await redirect())).status, 403);
    layers.state = 'unreachable';
    await assert.rejects(fetch(await redirect()), (error: Error) => /ECONNREFUSED/.test(String(error.cause)));
  });

  test('A name of one’s own in front of ECR is the registry it stands for.', async () => {
    await using ecr = await start({ aliases: { 'images.corp.example': HOST } });
    const password = await ecr.token(ecr.cast.dev);
    const answer = await ask(ecr.registry, {
      password,
      host: 'images.corp.example',
      path: manifest('team/app'),
    });
    assert.equal(answer.status, 200);
  });
});

suite('By skopeo', { skip: skip || skipWithout('skopeo') }, () => {
  test('skopeo copies an image from one repository to another over TLS once the policies allow the push.', async () => {
    const authority = await createCertificateAuthority();
    const tls = await authority.issue(['127.0.0.1']);
    await using ecr = await start({
      listeners: [{ host: '127.0.0.1', port: 0, tls }],
      aliases: { '127.0.0.1': HOST },
    });
    await using folder = await mkdtempDisposable(join(tmpdir(), 'fake-registry-test-'));
    await writeFile(join(folder.path, 'ca.crt'), authority.cert);
    const endpoint = `127.0.0.1:${ecr.registry.ports[0]}`;
    // In a file, because the arguments of a failing command are in the test's output.
    const auth = btoa(`AWS:${await ecr.token(ecr.cast.dev)}`);
    await writeFile(join(folder.path, 'auth.json'), JSON.stringify({ auths: { [endpoint]: { auth } } }));
    const skopeo = () =>
      promisify(execFile)(peer('skopeo'), [
        ...['--insecure-policy', 'copy', '--authfile', join(folder.path, 'auth.json')],
        ...['--src-cert-dir', folder.path, '--dest-cert-dir', folder.path],
        ...[`docker://${endpoint}/team/app:latest`, `docker://${endpoint}/team/copy:latest`],
      ]);
    await assert.rejects(skopeo(), { stderr: /403 \(Forbidden\)/ });
    assert.equal(ecr.registry.calls.at(-1)?.action, 'ecr:BatchCheckLayerAvailability');
    assert.equal(ecr.registry.calls.at(-1)?.outcome, 'DENIED');
    ecr.cast.secondary.users.get('dev')?.policies.push({
      Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' },
    });
    ecr.cast.primary.repository(REGION, 'team/copy', {
      policy: { Statement: { Effect: 'Allow', Principal: { AWS: DEV }, Action: 'ecr:*' } },
    });
    await skopeo();
    const actions = new Set(
      ecr.registry.calls.filter((call) => call.outcome === 'ok').map((call) => call.action),
    );
    assert(actions.has('ecr:CompleteLayerUpload') && actions.has('ecr:PutImage'));
  });
});
