// doctor's findings for registry answers that the tests with a registry cannot cause.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../src/doctor/finding.ts';
import { containerPlatform } from '../../../src/doctor/registry-api/image-manifest.ts';
import { parseImageName } from '../../../src/doctor/registry-api/image-name.ts';
import type { BlobAnswer, RegistryClient } from '../../../src/doctor/registry-api/registry-client.ts';
import { parseRefusal } from '../../../src/doctor/registry-api/registry-refusal.ts';
import { type RegistryWalk, walkRegistry } from '../../../src/doctor/registry-steps.ts';
import { XacctError } from '../../../src/errors.ts';
import { command } from '../../../src/hint.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const S3 = 'prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com';
const IMAGE = { config: 'sha256:c', layers: ['sha256:1', 'sha256:2', 'sha256:2'], platform: undefined };
const fromStorage = { from: 'layer storage', host: S3, status: 206 } as const;

/** A registry that accepts everything, except what is given. */
function clientWith(more: Partial<RegistryClient> = {}): RegistryClient {
  return {
    ping: async () => ({ status: 200 }),
    manifest: async () => ({ status: 200, image: IMAGE }),
    blob: async () => fromStorage,
    startUpload: async () => ({ status: 202, upload: new URL(`https://${HOST}/v2/upload`) }),
    cancelUpload: async () => {},
    ...more,
  };
}

/** The steps up to the first failure, as doctor takes them. */
async function walked(client: Partial<RegistryClient>, more: Partial<RegistryWalk> = {}): Promise<Finding[]> {
  const image = parseImageName(`${HOST}/team/app:1`) ?? assert.fail();
  const registry = parseRegistry(HOST) ?? assert.fail();
  const findings: Finding[] = [];
  const examine = async (finding: Finding) => finding;
  const walk = { client: clientWith(client), image, registry, push: false, isLogin: false, examine, ...more };
  for await (const finding of walkRegistry(walk)) {
    findings.push(finding);
    if (finding.outcome === 'failed') break;
  }
  return findings;
}

const lastOf = async (...args: Parameters<typeof walked>) => (await walked(...args)).at(-1) ?? assert.fail();

test('Every blob of the image is asked for, once.', async () => {
  const asked: string[] = [];
  const blob = async (_: string, digest: string) => {
    asked.push(digest);
    return fromStorage;
  };
  const findings = await walked({ blob });
  assert.deepEqual(asked, ['sha256:c', 'sha256:1', 'sha256:2']);
  assert.deepEqual(findings.at(-1), {
    step: 'layers',
    outcome: 'ok',
    text: `its 2 layers can be read from ${S3}`,
  });
});

test('An upload that was begun is given up.', async () => {
  const given: string[] = [];
  const cancelUpload = async ({ href }: URL) => void given.push(href);
  const { step, outcome } = await lastOf({ cancelUpload }, { push: true });
  assert.deepEqual([step, outcome, given], ['upload', 'ok', [`https://${HOST}/v2/upload`]]);
});

test('If the registry does not take a token, the command deletes it where it is stored.', async () => {
  const message = 'Your authorization token has expired. Reauthenticate and try again.';
  const ping = async () => ({ status: 403, code: 'DENIED', message });
  assert.deepEqual(await lastOf({ ping }), {
    step: 'registry',
    outcome: 'failed',
    text: `${HOST} does not accept the token: ${message}`,
    side: 'machine',
    command: `ecr-xacct logout ${HOST}`,
  });
  assert.equal((await lastOf({ ping }, { isLogin: true })).command, `docker logout ${HOST}`);
});

test('A registry that cannot be reached is a failure of this machine, with the fix.', async () => {
  const error = new XacctError('tls', 'the certificate is unknown', { hint: { run: command`install it` } });
  const ping = () => Promise.reject(error);
  const failed = { outcome: 'failed', text: error.message, side: 'machine', command: 'install it' };
  assert.deepEqual(await lastOf({ ping }), { step: 'registry', ...failed });
  assert.deepEqual(await lastOf({ blob: ping }), { step: 'layers', ...failed });
});

test('An image of another platform is a warning, and its layers are looked at.', async () => {
  const manifest = async () => ({ status: 200, image: { ...IMAGE, platform: 'plan9/mips' } });
  const [, found, layers] = await walked({ manifest });
  const wanted = containerPlatform(process.arch);
  assert.deepEqual(
    [found?.outcome, found?.text],
    ['warning', `it has no image for ${wanted}, only for plan9/mips`],
  );
  assert.equal(layers?.outcome, 'ok');
});

describe('What is not there', () => {
  const absent = (code: string) => async () => ({ status: 404, code });

  test('is a repository, which the registry lists, or which is made for a push.', async () => {
    const manifest = absent('NAME_UNKNOWN');
    const pulled = await lastOf({ manifest });
    assert.deepEqual([pulled.side, pulled.text], ['image', `${HOST} has no repository team/app`]);
    assert.match(
      pulled.command ?? '',
      /^aws ecr describe-repositories --region us-east-1 --registry-id 111122223333 /,
    );
    const pushed = await lastOf({ manifest }, { push: true });
    assert.match(pushed.command ?? '', /^aws ecr create-repository .* --repository-name team\/app$/);
  });

  test('is a tag, which does not keep one from pushing it.', async () => {
    const manifest = absent('MANIFEST_UNKNOWN');
    assert.deepEqual((await lastOf({ manifest })).text, 'team/app has no tag 1');
    const steps = (await walked({ manifest }, { push: true })).map(
      ({ step, outcome }) => `${step} ${outcome}`,
    );
    assert.deepEqual(steps, ['registry ok', 'manifest ok', 'upload ok']);
  });

  test('is something else, in the words of the registry.', async () => {
    const message = 'The operation is unsupported.';
    const manifest = async () => ({ status: 404, code: 'UNSUPPORTED', message });
    assert.equal((await lastOf({ manifest })).text, message);
    assert.equal(
      (await lastOf({ manifest: async () => ({ status: 404 }) })).text,
      `${HOST} has no such thing (status 404)`,
    );
  });
});

test('A registry that is busy is to be asked again.', async () => {
  const { text, side, notes } = await lastOf({ manifest: async () => ({ status: 503 }) });
  assert.deepEqual(
    [text, side, notes],
    [`${HOST}: it answers 503`, undefined, ['Wait a minute, and run the same command again.']],
  );
});

describe('The layer storage', () => {
  const answering = (answer: BlobAnswer) => lastOf({ blob: async () => answer });
  const storage = { from: 'layer storage', host: S3 } as const;

  test('that cannot be reached is named, with the endpoint that a VPC needs for it.', async () => {
    const failure = new XacctError('network', `cannot resolve ${S3}`, {
      hint: { say: 'check:', run: command`getent hosts ${S3}` },
    });
    assert.deepEqual(await answering({ ...storage, failure }), {
      step: 'layers',
      outcome: 'failed',
      text: `the registry sends Docker to ${S3} for a layer: cannot resolve ${S3}`,
      side: 'machine',
      notes: [
        'Check:',
        `  getent hosts ${S3}`,
        'In a VPC without internet access, that needs an endpoint of com.amazonaws.us-east-1.s3.',
      ],
    });
  });

  test("that refuses by an endpoint's policy says so.", async () => {
    const message = `User: arn:aws:sts::812812325446:assumed-role/storage/x is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/a" because no VPC endpoint policy allows the s3:GetObject action`;
    const refusal = parseRefusal(
      `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
      (text) => text,
    );
    const { side, action } = await answering({ ...storage, status: 403, ...refusal });
    assert.deepEqual([side, action], ['endpoint', 's3:GetObject']);
  });

  test('that refuses without a reason is told in its own words.', async () => {
    const { side, text } = await answering({
      ...storage,
      status: 403,
      code: 'AccessDenied',
      message: 'Access Denied',
    });
    assert.equal(side, 'endpoint');
    assert.equal(
      text,
      `${S3}, to which the registry sends Docker for a layer, refuses it: AccessDenied: Access Denied`,
    );
    assert.match((await answering({ ...storage, status: 500 })).text, /refuses it: 500$/);
  });
});
