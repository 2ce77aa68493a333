// The hosts that NO_PROXY excludes, where the AWS CLI and Go differ and where they agree. test/product asks botocore.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExceptedByAwsCli, isExceptedByGo } from '../../../src/net/no-proxy.ts';

/** NO_PROXY, a URL, and whether the AWS CLI and Go connect directly. */
const CASES: readonly (readonly [string, string, boolean, boolean])[] = [
  ['example.com', 'https://example.com', true, true],
  ['example.com', 'https://api.example.com', true, true],
  ['example.com', 'https://notexample.com', false, false],
  ['EXAMPLE.com', 'https://API.example.COM', true, true],
  [' a.example , example.com ,', 'https://example.com', true, true],
  ['', 'https://example.com', false, false],
  [',', 'https://example.com', false, false],
  ['.example.com', 'https://api.example.com', true, true],
  ['.example.com', 'https://example.com', true, false],
  ['..example.com', 'https://example.com', true, false],
  ['*', 'https://example.com', true, true],
  ['a.example,*', 'https://example.com', false, true],
  ['*.example.com', 'https://api.example.com', false, true],
  ['*.example.com', 'https://example.com', false, false],
  ['example.com:8443', 'https://example.com:8443', true, true],
  ['example.com:8443', 'https://api.example.com:8443', true, true],
  ['example.com:8443', 'https://example.com', false, false],
  ['example.com:443', 'https://example.com', false, true],
  ['example.com:80', 'http://example.com', false, true],
  ['example.com:', 'https://example.com', false, true],
  [':443', 'https://example.com', false, false],
  ['10.1.2.3', 'http://10.1.2.3', true, true],
  ['10.1.2.3:80', 'http://10.1.2.3', false, true],
  ['10.1.2.3:8080', 'http://10.1.2.3', false, false],
  ['2.3', 'http://10.1.2.3', true, false],
  ['10.0.0.0/8', 'http://10.1.2.3', false, true],
  ['10.0.0.0/8', 'http://11.1.2.3', false, false],
  ['10.0.0.0/99', 'http://10.0.0.0', false, false],
  ['10.0.0.0/8', 'https://example.com', false, false],
  ['fd00::/8', 'http://[fd00:ec2::254]', false, true],
  ['fd00:ec2::254', 'http://[fd00:ec2::254]', false, true],
  ['[fd00:ec2::254]', 'http://[fd00:ec2::254]', true, false],
  ['[fd00:ec2::254]:80', 'http://[fd00:ec2::254]', false, true],
  ['', 'http://localhost:4566', false, true],
  ['', 'http://127.0.0.2', false, true],
  ['', 'http://[::1]', false, true],
  ['[::1', 'https://example.com', false, false],
];

for (const [noProxy, url, byAwsCli, byGo] of CASES) {
  test(`NO_PROXY='${noProxy}' and ${url}: ${byAwsCli} in the AWS CLI, ${byGo} in Go.`, () => {
    assert.equal(isExceptedByAwsCli(noProxy, new URL(url)), byAwsCli);
    assert.equal(isExceptedByGo(noProxy, new URL(url)), byGo);
  });
}
