// Whom AWS's tools and a Docker engine trust, by variables, profiles and files.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { command } from '../../../src/hint.ts';
import { caBundle, engineAuthorities } from '../../../src/net/authorities.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';

const HOST = 'images.corp.example';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('AWS_CA_BUNDLE comes before ca_bundle, and that before SSL_CERT_FILE; an empty one does not count.', async (t) => {
  const folder = await folderFor(t);
  const write = async (name: string) => {
    await writeFile(join(folder, name), name);
    return join(folder, name);
  };
  const [aws, profile, openssl] = [await write('aws'), await write('profile'), await write('openssl')];
  assert.equal(caBundle({ AWS_CA_BUNDLE: aws, SSL_CERT_FILE: openssl }, profile), 'aws');
  assert.equal(caBundle({ AWS_CA_BUNDLE: '', SSL_CERT_FILE: openssl }, profile), 'profile');
  assert.equal(caBundle({ SSL_CERT_FILE: openssl }, undefined), 'openssl');
  assert.equal(caBundle({}, undefined), undefined);
});

test('A CA bundle that cannot be read is named with what names it, and none is trusted instead.', async (t) => {
  const absent = join(await folderFor(t), 'absent.pem');
  for (const [name, env, ofProfile] of [
    ['AWS_CA_BUNDLE', { AWS_CA_BUNDLE: absent }, undefined],
    ['ca_bundle', { SSL_CERT_FILE: '/dev/null' }, absent],
    ['SSL_CERT_FILE', { SSL_CERT_FILE: absent }, ''],
  ] as const) {
    assert.throws(() => caBundle(env, ofProfile), {
      code: 'tls',
      message: `cannot read the CA bundle ${absent} (${name})`,
      hint: { run: command`ls -l ${absent}` },
    });
  }
});

test('An engine trusts every .crt of the registry, and nothing that is none.', async (t) => {
  const folder = await folderFor(t);
  await mkdir(`${folder}/${HOST}`);
  const [authority, other] = [await createCertificateAuthority(), await createCertificateAuthority()];
  const broken = '-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n';
  await writeFile(`${folder}/${HOST}/a.crt`, `comment\n${authority.cert}\n${broken}${other.cert}`);
  await writeFile(`${folder}/${HOST}/client.cert`, (await authority.issue([HOST])).cert);
  const others = engineAuthorities('other.example', folder);
  const added = engineAuthorities(HOST, folder).filter((one) => !others.includes(one));
  assert.deepEqual(added, [authority.cert.trim(), other.cert.trim()]);
  assert.ok(others.length > 0);
});

test('A file that an engine goes by, and that cannot be read, is named.', async (t) => {
  const folder = await folderFor(t);
  await mkdir(`${folder}/${HOST}/folder.crt`, { recursive: true });
  assert.throws(() => engineAuthorities(HOST, folder), {
    code: 'tls',
    message: `cannot read ${folder}/${HOST}/folder.crt, which Docker's engine goes by`,
    hint: { run: command`ls -ld ${folder}/${HOST}/folder.crt` },
  });
});
