// What the registry client learns from ECR's endpoint, from the layers' storage, and from registries that misbehave.
import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  createRegistryClient,
  type RegistryClientDeps,
} from '../../src/doctor/registry-api/registry-client.ts';
import { XacctError } from '../../src/errors.ts';
import { command } from '../../src/hint.ts';
import { engineAuthorities } from '../../src/net/authorities.ts';
import { parseDenial } from '../../src/policy/denial.ts';
import { type FakeAws, startFakeAws } from '../fake-aws/start-fake-aws.ts';
import {
  type AccessKey,
  PRIMARY_ACCOUNT,
  REGION,
  SECONDARY_ACCOUNT,
  type TwoAccountWorld,
  twoAccountWorld,
} from '../fake-aws/two-account-world.ts';
import { type FakeRegistry, startFakeRegistry } from '../fake-registry/start-fake-registry.ts';
import { type Certificate, createCertificateAuthority } from '../support/certificates.ts';
import { ecrHost } from '../support/e2e/stage.ts';
import { serveHttps, trust } from '../support/e2e/tls.ts';
import { skipWithout } from '../support/peers.ts';
import { enterPrivateHosts } from '../support/private-hosts.ts';

const ODD = 'images.odd.example';
const STORAGE = 'layers.storage.example';
const hosts = { [ecrHost]: '127.0.0.2', [ODD]: '127.0.0.3', [STORAGE]: '127.0.0.4' };
/** ECR's storage of layers. */
const LAYERS = '127.0.0.5';

const skip = skipWithout('namespaces', 'docker-registry');
if (!skip) enterPrivateHosts(hosts);

const PASSWORD = 'pass/word+of=ecr';
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** As in doctor: trusts the authorities that a Docker engine on this machine trusts. */
function clientOf(hostname: string, password: string, more: Partial<RegistryClientDeps> = {}) {
  const credential = { username: 'AWS', password };
  const authorities = engineAuthorities(hostname, {});
  return createRegistryClient({ hostname, credential, env: {}, authorities, timeoutMs: 10_000, ...more });
}

async function failureOf(wait: Promise<unknown>): Promise<XacctError> {
  const error = await wait.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof XacctError, String(error));
  assert.ok(!`${error.message}${JSON.stringify(error.hint)}`.includes(PASSWORD));
  return error;
}

describe('by the registry client', { skip, timeout: 60_000 }, () => {
  const resources = new AsyncDisposableStack();
  let aws: FakeAws;
  let cast: TwoAccountWorld;
  let registry: FakeRegistry;
  let certificate: Certificate;
  const clock = { offset: 0 };

  before(async () => {
    const authority = await createCertificateAuthority();
    await trust(authority, [ecrHost, ODD]);
    certificate = await authority.issue([...Object.keys(hosts), LAYERS]);
    aws = resources.use(await startFakeAws({ now: () => Date.now() + clock.offset }));
    cast = twoAccountWorld(aws.world);
    const listeners = [{ host: '127.0.0.2', port: 443, tls: certificate }];
    const redirectBlobs = { host: LAYERS, port: 0, tls: certificate };
    registry = resources.use(await startFakeRegistry({ aws, listeners, redirectBlobs }));
    const primary = { account: PRIMARY_ACCOUNT, region: REGION };
    await registry.pushImage({ ...primary, repository: 'team/app', tag: '1' });
    await registry.pushImage({ ...primary, repository: 'team/private', tag: '1' });
  });
  after(() => resources.disposeAsync());
  beforeEach(() => {
    clock.offset = 0;
    registry.calls.length = 0;
  });

  async function ecr(credentials: AccessKey = cast.dev) {
    const client = new ECRClient({ endpoint: aws.url, region: REGION, credentials, maxAttempts: 1 });
    await client.send(new GetAuthorizationTokenCommand());
    return clientOf(ecrHost, aws.issuedTokens.at(-1)?.password ?? '');
  }

  /** A registry that is not ECR's. */
  const odd = (t: TestContext, listener: RequestListener) =>
    serveHttps(t, hosts[ODD] ?? '', certificate, listener);
  const storage = (t: TestContext, listener: RequestListener) =>
    serveHttps(t, hosts[STORAGE] ?? '', certificate, listener);

  describe('ECR is asked', () => {
    test('for its protocol: with a token, with a wrong one, with one that has expired.', async () => {
      const client = await ecr();
      assert.deepEqual(await client.ping(), { status: 200 });
      assert.deepEqual(await clientOf(ecrHost, PASSWORD).ping(), {
        status: 403,
        code: 'DENIED',
        message: 'Your Authorization Token is invalid.',
      });
      clock.offset = 13 * 3_600_000;
      assert.deepEqual(await client.ping(), {
        status: 403,
        code: 'DENIED',
        message: 'Your authorization token has expired. Reauthenticate and try again.',
      });
    });

    test('for an image by tag, then for the first byte of its config and its layers.', async () => {
      const client = await ecr();
      const { status, image } = await client.manifest('team/app', '1');
      assert.equal(status, 200);
      assert.ok(image);
      assert.equal(image.platform, undefined);
      assert.equal(image.layers.length, 1);
      for (const blob of [image.config, ...image.layers]) {
        const { from, status } = await client.blob('team/app', blob);
        assert.deepEqual([from, status], ['layer storage', 200]);
      }
      assert.deepEqual(
        registry.calls.map(({ method, action, outcome }) => `${method} ${action} ${outcome}`),
        ['GET ecr:BatchGetImage ok', ...Array(2).fill('GET ecr:GetDownloadUrlForLayer ok')],
      );
      assert.deepEqual(
        registry.layers?.calls.map(({ authorization, outcome }) => [authorization, outcome]),
        Array(2).fill([false, 'ok']),
      );
    });

    test('for a layer, whose storage refuses, or is not reached.', async (t) => {
      const client = await ecr();
      const { image } = await client.manifest('team/app', '1');
      const layers = registry.layers ?? assert.fail();
      t.after(() => {
        layers.state = 'ok';
      });
      const blob = () => client.blob('team/app', image?.config ?? '');
      layers.state = 'forbidden';
      const refused = await blob();
      assert.ok(refused.failure === undefined);
      assert.deepEqual([refused.from, refused.status, refused.code], ['layer storage', 403, 'AccessDenied']);
      layers.state = 'unreachable';
      const { from, host, failure } = await blob();
      assert.deepEqual([from, failure?.code], ['layer storage', 'network']);
      assert.match(host, /^127\.0\.0\.5:\d+$/);
    });

    test('for an image that the repository does not allow, and says whose policy that is.', async () => {
      const { status, code, message, image } = await (await ecr()).manifest('team/private', '1');
      assert.deepEqual([status, code, image], [403, 'DENIED', undefined]);
      assert.deepEqual(parseDenial(message ?? ''), {
        principal: `arn:aws:iam::${SECONDARY_ACCOUNT}:user/dev`,
        action: 'ecr:BatchGetImage',
        resource: `arn:aws:ecr:${REGION}:${PRIMARY_ACCOUNT}:repository/team/private`,
        isExplicit: false,
        policyType: 'resource-based policy',
        policyArn: undefined,
      });
    });

    test('for a tag and a layer that are not there.', async () => {
      const client = await ecr();
      const { status, code } = await client.manifest('team/app', 'absent');
      assert.deepEqual([status, code], [404, 'MANIFEST_UNKNOWN']);
      const blob = await client.blob('team/app', digest('a'));
      assert.ok(blob.failure === undefined);
      assert.deepEqual([blob.status, blob.code], [404, 'BLOB_UNKNOWN']);
    });

    test('for an upload, which is denied, and begun and given up where it is allowed.', async () => {
      const client = await ecr();
      const denied = await client.startUpload('team/app');
      assert.deepEqual([denied.status, denied.upload], [403, undefined]);
      assert.equal(parseDenial(denied.message ?? '')?.action, 'ecr:InitiateLayerUpload');
      cast.secondary.users.get('dev')?.policies.push({
        Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' },
      });
      cast.primary.repository(REGION, 'team/pushed', {
        policy: { Statement: { Effect: 'Allow', Principal: '*', Action: 'ecr:*' } },
      });
      const { upload, ...answer } = await client.startUpload('team/pushed');
      assert.deepEqual(answer, { status: 202 });
      assert.equal(upload?.host, ecrHost);
      await client.cancelUpload(upload);
      assert.deepEqual(
        registry.calls.slice(1).map(({ method }) => method),
        ['POST', 'DELETE'],
      );
    });
  });

  describe('an index is asked', () => {
    const platforms = ['unknown/unknown', 'linux/amd64', 'linux/arm64'];
    const index = {
      manifests: platforms.map((platform, number) => {
        const [os, architecture] = platform.split('/');
        return { digest: digest(`${number}`), platform: { os, architecture } };
      }),
    };
    const image = { config: { digest: digest('c') }, layers: [{ digest: digest('d') }] };

    for (const [arch, platform] of [
      ['x64', 'linux/amd64'],
      ['arm64', 'linux/arm64'],
      ['s390x', 'linux/amd64'],
    ] as const) {
      test(`for its image of ${platform} on ${arch}.`, async (t) => {
        const paths: string[] = [];
        await odd(t, ({ url = '', headers }, response) => {
          assert.match(headers.accept ?? '', /image\.index.*manifest\.list.*image\.manifest.*manifest\.v2/);
          paths.push(url);
          response.end(JSON.stringify(url.endsWith('/latest') ? index : image));
        });
        const answer = await clientOf(ODD, PASSWORD, { arch }).manifest('app', 'latest');
        assert.deepEqual(answer.image, { config: digest('c'), layers: [digest('d')], platform });
        const picked = digest(`${platforms.indexOf(platform)}`);
        assert.deepEqual(paths, ['/v2/app/manifests/latest', `/v2/app/manifests/${picked}`]);
      });
    }

    test('for its image, which is denied although the index is not.', async (t) => {
      await odd(t, ({ url = '' }, response) => {
        if (url.endsWith('/latest')) response.end(JSON.stringify(index));
        else response.writeHead(403).end('{"errors":[{"code":"DENIED"}]}');
      });
      const answer = await clientOf(ODD, PASSWORD).manifest('app', 'latest');
      assert.deepEqual(answer, { status: 403, code: 'DENIED' });
    });
  });

  test('what is no manifest, or too large for one, is said to be none.', async (t) => {
    let body = '';
    await odd(t, (_, response) => void response.end(body));
    const { manifest } = clientOf(ODD, PASSWORD);
    const loop = JSON.stringify({ manifests: [{ digest: digest('a') }] });
    const huge = `{"config":{},"pad":"${'x'.repeat(5 * 1_024 * 1_024)}"}`;
    for (body of ['<html>', '{}', '{"manifests":[]}', loop, huge]) {
      const { code, message, hint } = await failureOf(manifest('team/app', '1'));
      assert.equal(code, 'protocol');
      assert.equal(message, `what ${ODD} has as team/app, 1 is not an image manifest`);
      assert.deepEqual(hint, { say: 'check:', run: command`docker manifest inspect ${ODD}/team/app:1` });
    }
  });

  test('a name that could lead elsewhere is asked for nowhere.', async () => {
    const client = clientOf(ODD, PASSWORD);
    for (const name of ['', '..', 'a/../b', '/a', 'a//b', 'a?b', 'A']) {
      assert.equal((await failureOf(client.manifest(name, '1'))).code, 'usage', name);
    }
    for (const reference of ['', '..', '../x', 'a/b', 'a b']) {
      assert.equal((await failureOf(client.manifest('app', reference))).code, 'usage', reference);
    }
  });

  describe('the layer storage', () => {
    const redirect = (response: ServerResponse, location: string) =>
      void response.writeHead(307, { location }).end();
    const redirectTo =
      (location: string): RequestListener =>
      (_, response) =>
        redirect(response, location);
    const blob = () => clientOf(ODD, PASSWORD).blob('app', digest('a'));

    test('is followed to, without the token, and only the first bytes are read.', async (t) => {
      const received: IncomingMessage['headers'][] = [];
      await odd(t, ({ headers }, response) => {
        received.push(headers);
        redirect(response, `https://${STORAGE}/layer?X-Amz-Signature=secret`);
      });
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      await storage(t, ({ headers }, response) => {
        received.push(headers);
        response.on('close', resolve).writeHead(206).write('x');
      });
      assert.deepEqual(await blob(), { from: 'layer storage', host: STORAGE, status: 206 });
      await closed;
      const basic = `Basic ${Buffer.from(`AWS:${PASSWORD}`).toString('base64')}`;
      assert.deepEqual(
        received.map(({ authorization, range }) => [authorization, range]),
        [
          [basic, 'bytes=0-0'],
          [undefined, 'bytes=0-0'],
        ],
      );
    });

    test('refuses in words of its own.', async (t) => {
      await odd(t, redirectTo(`https://${STORAGE}/layer`));
      await storage(t, (_, response) => {
        const error = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';
        response.writeHead(403, { 'content-type': 'application/xml' }).end(error);
      });
      assert.deepEqual(await blob(), {
        from: 'layer storage',
        host: STORAGE,
        status: 403,
        code: 'AccessDenied',
        message: 'Request has expired',
      });
    });

    test('that cannot be reached is a failure of its own, which has nothing of the URL.', async (t) => {
      await odd(t, redirectTo(`https://${STORAGE}/layer?X-Amz-Signature=secret`));
      const { from, host, failure } = await blob();
      assert.deepEqual([from, host, failure?.code], ['layer storage', STORAGE, 'network']);
      assert.equal(failure?.message, `cannot reach ${STORAGE} (ECONNREFUSED)`);
      assert.ok(!JSON.stringify([failure, failure?.cause, failure?.hint]).includes('secret'));
    });

    test('is never one without TLS.', async (t) => {
      await odd(t, redirectTo(`http://${STORAGE}/layer`));
      const { from, host, failure } = await blob();
      assert.deepEqual([from, host, failure?.code], ['registry', ODD, 'protocol']);
    });

    test('that sends back to the registry does not bring the token along.', async (t) => {
      const tokens: (string | undefined)[] = [];
      await odd(t, ({ url, headers }, response) => {
        tokens.push(headers.authorization);
        if (url === '/back') response.end('x');
        else redirect(response, `https://${STORAGE}/layer`);
      });
      await storage(t, redirectTo(`https://${ODD}/back`));
      assert.deepEqual(await blob(), { from: 'layer storage', host: ODD, status: 200 });
      assert.equal(tokens.length, 2);
      assert.equal(tokens[1], undefined);
    });

    test('is not looked for for ever.', async (t) => {
      let requests = 0;
      await odd(t, (_, response) => {
        requests += 1;
        redirect(response, '/again');
      });
      const { from, failure } = await blob();
      assert.deepEqual([from, failure?.code, requests], ['registry', 'protocol', 4]);
    });
  });

  test('an upload elsewhere is not given up there, for it would get the token.', async (t) => {
    let requests = 0;
    await odd(t, (_, response) => {
      void response.writeHead(202, { location: `https://${STORAGE}/upload` }).end();
    });
    await storage(t, (_, response) => {
      requests += 1;
      response.end();
    });
    const client = clientOf(ODD, PASSWORD);
    const { upload } = await client.startUpload('app');
    assert.ok(upload);
    await client.cancelUpload(upload);
    assert.equal(requests, 0);
  });

  test('a registry that repeats what it was sent does not get it shown.', async (t) => {
    await odd(t, ({ headers }, response) => {
      const message = `${headers.authorization} is ${PASSWORD}`;
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message }] }));
    });
    assert.deepEqual(await clientOf(ODD, PASSWORD).ping(), {
      status: 401,
      code: 'UNAUTHORIZED',
      message: 'Basic *** is ***',
    });
  });
});
