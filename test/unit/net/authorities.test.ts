// The certificate authorities that AWS's tools and a Docker engine trust, by variables, profiles and files.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createSecureContext, getCACertificates } from 'node:tls';
import { command } from '../../../src/hint.ts';
import {
  awsAuthorities,
  containerAuthorities,
  engineAuthorities,
  unknownAuthority,
} from '../../../src/net/authorities.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';

const HOST = 'images.corp.example';
const BROKEN = '-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The file of a certificate authority, and its certificate as read. */
async function authorityIn(folder: string, name: string) {
  const { cert } = await createCertificateAuthority();
  const path = join(folder, name);
  await writeFile(path, `# ${name}\n${cert}`);
  return { path, cert: cert.trim() };
}

test('AWS_CA_BUNDLE, ca_bundle, REQUESTS_CA_BUNDLE and SSL_CERT_FILE: the first that is not empty counts, and no other.', async (t) => {
  const folder = await folderFor(t);
  const [aws, profile, requests, openssl] = await Promise.all(
    ['aws', 'profile', 'requests', 'openssl'].map((name) => authorityIn(folder, name)),
  );
  assert.ok(aws && profile && requests && openssl);
  const env = { REQUESTS_CA_BUNDLE: requests.path, SSL_CERT_FILE: openssl.path };
  assert.deepEqual(awsAuthorities({ ...env, AWS_CA_BUNDLE: aws.path }, profile.path), [aws.cert]);
  assert.deepEqual(awsAuthorities({ ...env, AWS_CA_BUNDLE: '' }, profile.path), [profile.cert]);
  assert.deepEqual(awsAuthorities(env, undefined), [requests.cert]);
  assert.deepEqual(awsAuthorities({ ...env, REQUESTS_CA_BUNDLE: '' }, ''), [openssl.cert]);
  assert.equal(awsAuthorities({}, undefined), undefined);
});

test('Each of them may begin with ~.', async (t) => {
  const HOME = await folderFor(t);
  const { cert } = await authorityIn(HOME, 'ca.pem');
  for (const name of ['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    assert.equal(awsAuthorities({ HOME, [name]: '~/ca.pem' }, undefined)?.at(-1), cert, name);
  }
  assert.deepEqual(awsAuthorities({ HOME }, '~/ca.pem'), [cert]);
});

test('NODE_EXTRA_CA_CERTS and NODE_USE_SYSTEM_CA=1 count beside a bundle, and beside what Node brings along.', async (t) => {
  const folder = await folderFor(t);
  const [bundle, extra] = [await authorityIn(folder, 'bundle'), await authorityIn(folder, 'extra')];
  const bundled = getCACertificates('bundled');
  const system = getCACertificates('system');
  assert.ok(system.length > 0);
  const NODE_EXTRA_CA_CERTS = extra.path;
  assert.deepEqual(awsAuthorities({ NODE_EXTRA_CA_CERTS }, bundle.path), [bundle.cert, extra.cert]);
  assert.deepEqual(awsAuthorities({ NODE_EXTRA_CA_CERTS }, undefined), [...bundled, extra.cert]);
  const NODE_USE_SYSTEM_CA = '1';
  assert.deepEqual(awsAuthorities({ NODE_USE_SYSTEM_CA }, undefined), [...bundled, ...system]);
  assert.deepEqual(awsAuthorities({ NODE_USE_SYSTEM_CA }, bundle.path), [bundle.cert, ...system]);
  assert.equal(awsAuthorities({ NODE_USE_SYSTEM_CA: '0' }, undefined), undefined);
});

test("For a container's endpoint no bundle counts, but what is beside one does.", async (t) => {
  const folder = await folderFor(t);
  const [bundle, extra] = [await authorityIn(folder, 'bundle'), await authorityIn(folder, 'extra')];
  const env = { AWS_CA_BUNDLE: bundle.path, NODE_EXTRA_CA_CERTS: extra.path };
  assert.deepEqual(containerAuthorities(env), [...getCACertificates('bundled'), extra.cert]);
});

test('A broken certificate of a bundle does not hide those behind it.', async (t) => {
  const folder = await folderFor(t);
  const [first, last] = [await authorityIn(folder, 'a'), await authorityIn(folder, 'b')];
  await writeFile(join(folder, 'all'), `${first.cert}\n${BROKEN}${last.cert}\n`);
  const found = awsAuthorities({ AWS_CA_BUNDLE: join(folder, 'all') }, undefined);
  assert.deepEqual(found, [first.cert, BROKEN.trim(), last.cert]);
  // Node ignores it.
  createSecureContext({ ca: found ?? [] });
});

test('A CA bundle that cannot be read is named with what names it, and none is trusted instead.', async (t) => {
  const folder = await folderFor(t);
  const absent = join(folder, 'absent.pem');
  for (const [name, env, ofProfile] of [
    ['AWS_CA_BUNDLE', { AWS_CA_BUNDLE: absent }, undefined],
    ['ca_bundle', { SSL_CERT_FILE: '/dev/null' }, absent],
    ['REQUESTS_CA_BUNDLE', { REQUESTS_CA_BUNDLE: absent, SSL_CERT_FILE: '/dev/null' }, undefined],
    ['SSL_CERT_FILE', { SSL_CERT_FILE: absent }, ''],
  ] as const) {
    assert.throws(() => awsAuthorities(env, ofProfile), {
      code: 'tls',
      message: `cannot read the CA bundle ${absent} (${name}): there is no such file`,
      hint: { run: command`ls -l ${absent}` },
    });
  }
  assert.throws(() => awsAuthorities({ REQUESTS_CA_BUNDLE: folder }, undefined), {
    code: 'tls',
    message: `cannot read the CA bundle ${folder} (REQUESTS_CA_BUNDLE): it is a folder`,
    hint: { run: command`ls -l ${folder}` },
  });
});

test('A CA bundle without a certificate in PEM is named, too.', async (t) => {
  const path = join(await folderFor(t), 'ca.der');
  for (const content of ['', '\x30\x82', BROKEN]) {
    await writeFile(path, content);
    assert.throws(() => awsAuthorities({}, path), {
      code: 'tls',
      message: `the CA bundle ${path} (ca_bundle) has no certificate in PEM`,
      hint: { say: 'check:', run: command`head -n 3 ${path}` },
    });
  }
});

test('A file of NODE_EXTRA_CA_CERTS that has nothing counts for nothing, and is named where a certificate is not trusted.', async (t) => {
  const path = join(await folderFor(t), 'extra.pem');
  const env = { NODE_EXTRA_CA_CERTS: path };
  assert.equal(awsAuthorities(env, undefined), undefined);
  assert.deepEqual(unknownAuthority(env, 'AWS_CA_BUNDLE'), {
    authority: 'an unknown authority',
    hint: { say: 'NODE_EXTRA_CA_CERTS cannot be read; check:', run: command`ls -l ${path}` },
  });
  await writeFile(path, (await createCertificateAuthority()).cert);
  assert.deepEqual(unknownAuthority(env, 'AWS_CA_BUNDLE').hint, {
    say: "with that authority's certificate",
    run: command`export AWS_CA_BUNDLE=/path/to/ca.pem`,
  });
  assert.deepEqual(
    unknownAuthority({}, 'NODE_EXTRA_CA_CERTS').hint.run,
    command`export NODE_EXTRA_CA_CERTS=/path/to/ca.pem`,
  );
});

test('An engine trusts NODE_EXTRA_CA_CERTS beside the rest, and no bundle of AWS.', async (t) => {
  const folder = await folderFor(t);
  const [bundle, extra] = [await authorityIn(folder, 'bundle'), await authorityIn(folder, 'extra')];
  const env = { AWS_CA_BUNDLE: bundle.path, NODE_EXTRA_CA_CERTS: extra.path };
  assert.deepEqual(engineAuthorities(HOST, env, folder), [
    ...engineAuthorities(HOST, {}, folder),
    extra.cert,
  ]);
});

test('An engine trusts every .crt of the registry, and nothing that is none.', async (t) => {
  const folder = await folderFor(t);
  await mkdir(`${folder}/${HOST}`);
  const [authority, other] = [await createCertificateAuthority(), await createCertificateAuthority()];
  await writeFile(`${folder}/${HOST}/a.crt`, `comment\n${authority.cert}\n${BROKEN}${other.cert}`);
  await writeFile(`${folder}/${HOST}/client.cert`, (await authority.issue([HOST])).cert);
  const others = engineAuthorities('other.example', {}, folder);
  const added = engineAuthorities(HOST, {}, folder).filter((one) => !others.includes(one));
  assert.deepEqual(added, [authority.cert.trim(), other.cert.trim()]);
  assert.ok(others.length > 0);
});

test('A file that an engine goes by, and that cannot be read, is named.', async (t) => {
  const folder = await folderFor(t);
  await mkdir(`${folder}/${HOST}/folder.crt`, { recursive: true });
  assert.throws(() => engineAuthorities(HOST, {}, folder), {
    code: 'tls',
    message: `cannot read ${folder}/${HOST}/folder.crt, which Docker's engine uses`,
    hint: { run: command`ls -ld ${folder}/${HOST}/folder.crt` },
  });
});
