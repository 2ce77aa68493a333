// Certificates of the tests' own certificate authority, checked by Node's TLS and by curl's.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { listen } from '../../fake-aws/listen.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const CURL = '/usr/bin/curl';

async function startServer(names: readonly string[]) {
  const authority = await createCertificateAuthority();
  const server = https.createServer(await authority.issue(names), (_, response) => response.end('hello'));
  const { port, close } = await listen(server, '127.0.0.1', 0);
  return { ca: authority.cert, port, [Symbol.asyncDispose]: close };
}

/** The status, or why there is none. */
function get(port: number, options: https.RequestOptions): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    https
      .get({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

test('A server with an issued certificate is trusted under each of its names, and under no other.', async () => {
  await using server = await startServer([HOST, '127.0.0.1']);
  const { ca, port } = server;
  assert.equal(await get(port, { ca, servername: HOST }), 200);
  assert.equal(await get(port, { ca, servername: '' }), 200);
  assert.equal(await get(port, { ca, servername: 'other.example' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('A client that does not know the authority refuses the server.', async () => {
  await using server = await startServer([HOST]);
  const other = await createCertificateAuthority();
  assert.notEqual(await get(server.port, { servername: HOST }), 200);
  assert.notEqual(await get(server.port, { servername: HOST, ca: other.cert }), 200);
});

test('curl trusts it too.', { skip: existsSync(CURL) ? false : `no ${CURL}` }, async () => {
  await using server = await startServer([HOST]);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certificates-'));
  const bundle = join(folder.path, 'ca.crt');
  await writeFile(bundle, server.ca);
  const url = `https://${HOST}:${server.port}/`;
  const resolve = `${HOST}:${server.port}:127.0.0.1`;
  const curl = await promisify(execFile)(CURL, [
    '-sS',
    '--noproxy',
    '*',
    '--cacert',
    bundle,
    '--resolve',
    resolve,
    url,
  ]);
  assert.equal(curl.stdout, 'hello');
});
