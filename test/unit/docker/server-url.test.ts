// Tests which forms of a server URL are read, and that no other text names a hostname.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseRegistryOrImage, parseServerURL } from '../../../src/docker/server-url.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

describe('a spelling of a server URL', () => {
  const spellings = {
    'the docker CLI, podman, skopeo, BuildKit': HOST,
    'a URL': `https://${HOST}`,
    'nerdctl, with the port': `${HOST}:443`,
    'nerdctl, a URL with the port': `https://${HOST}:443`,
    'a slash at the end': `${HOST}/`,
    'a URL with a slash at the end': `https://${HOST}/`,
    'go-containerregistry, with the repository': `${HOST}/repo`,
    'a repository with folders': `${HOST}/team/repo_1.x/app-2`,
    'a URL with a path': `https://${HOST}/v2/`,
    'a port and a path': `${HOST}:443/repo`,
    'the path of Docker Hub': `https://${HOST}/v1/`,
  };
  for (const [who, spelling] of Object.entries(spellings)) {
    test(`is read: ${who}`, () => {
      assert.deepEqual(parseServerURL(spelling), { scheme: 'https', hostname: HOST });
    });
  }

  test('is read in any case, and the hostname is in lower case', () => {
    assert.equal(parseServerURL(HOST.toUpperCase())?.hostname, HOST);
  });

  for (const spelling of [`http://${HOST}`, `http://${HOST}:443`, `http://${HOST}/repo`]) {
    test(`keeps that it is http: ${spelling}`, () => {
      assert.deepEqual(parseServerURL(spelling), { scheme: 'http', hostname: HOST });
    });
  }

  test('is read for every hostname: whose it is, others decide', () => {
    for (const hostname of ['registry-1.docker.io', 'images.corp.example', 'a.b', '127.0.0.1']) {
      assert.equal(parseServerURL(hostname)?.hostname, hostname);
    }
  });
});

describe('a text that names no hostname', () => {
  const neighbours: Record<string, readonly string[]> = {
    'another port': [':80', ':5000', ':4430', ':0443', ':443443', ':', ':443:443', ':x'].map(
      (port) => `${HOST}${port}`,
    ),
    userinfo: [`user@${HOST}`, `user:secret@${HOST}`, `https://user@${HOST}`, `${HOST}@evil.example`],
    'another scheme': ['ftp://', 'HTTPS:', '//', 'https:/', 'https:///', 'https://https://', 'oci://'].map(
      (scheme) => scheme + HOST,
    ),
    'a query or a fragment': [`${HOST}?`, `${HOST}/?x=1`, `${HOST}#x`, `${HOST}/repo#x`],
    'a control byte': ['\0', '\n', '\r', '\r\n', '\t', '\x1b[0m', '\x7f'].flatMap((byte) => [
      `${byte}${HOST}`,
      `${HOST}${byte}`,
      `${HOST}/${byte}`,
      `https://${byte}${HOST}`,
      `${HOST}${byte}evil.example`,
    ]),
    'a space': [` ${HOST}`, `${HOST} `, `${HOST} evil.example`, `https:// ${HOST}`],
    'percent signs': [HOST.replace('.', '%2e'), HOST.replace('.', '%2E'), `${HOST}%00`, `${HOST}/a%2fb`],
    'a backslash': [`${HOST}\\`, `evil.example\\${HOST}`, `https:\\\\${HOST}`, `${HOST}/a\\b`],
    'letters outside ASCII': [
      HOST.replaceAll('.', '。'),
      HOST.replace('1', '１'),
      HOST.replace('dkr', 'd\u212Ar'),
      `${HOST}\u200B`,
      `${HOST}/r\u00E9po`,
    ],
    'an empty or partial host': [
      '',
      '.',
      '/',
      '//',
      'https://',
      'https:///repo',
      ':443',
      'localhost',
      '/repo',
    ],
    'empty or misplaced labels': [`.${HOST}`, `${HOST}.`, 'a..b', '-a.b', 'a-.b', 'a.-b', 'a.b-', 'a_b.c'],
    'a label of 64 characters': [`${'a'.repeat(64)}.example`],
    'an IPv6 address': ['[::1]', '[::1]:443', '::1'],
    'a path that climbs or is empty': [
      `${HOST}//`,
      `${HOST}//repo`,
      `${HOST}/../x`,
      `${HOST}/a/..`,
      `${HOST}/./a`,
    ],
  };
  for (const [kind, texts] of Object.entries(neighbours)) {
    test(`has ${kind}`, () => {
      for (const text of texts) assert.equal(parseServerURL(text), undefined, JSON.stringify(text));
    });
  }
});

describe('the reading of server URLs', () => {
  const hostname = fc.domain().map((domain) => domain.toLowerCase());
  const path = fc.stringMatching(/^(?:\/[a-z0-9._-]{1,8}){0,3}\/?$/);
  const spelling = fc
    .tuple(fc.constantFrom('', 'https://', 'http://'), hostname, fc.constantFrom('', ':443'), path)
    .map((parts) => parts.join(''));
  const piece = fc.constantFrom(
    '.',
    '/',
    ':',
    '@',
    '\\',
    '%2e',
    '。',
    '？',
    '#',
    '?',
    '\n',
    '\0',
    ' ',
    '１',
    '-',
  );
  const nearMiss = fc.tuple(spelling, fc.nat(), piece).map(([text, index, insert]) => {
    const at = index % (text.length + 1);
    return text.slice(0, at) + insert + text.slice(at);
  });

  test('names a hostname that is in the text, and is the one that a URL parser sees', () => {
    fc.assert(
      fc.property(fc.oneof(spelling, nearMiss, fc.string(), fc.webUrl()), (text) => {
        const url = parseServerURL(text);
        // A name that ends in a number is an address to a URL parser (`0.0` is 0.0.0.0); none is ECR's.
        if (url === undefined || /\.(?:\d+|0x[0-9a-f]*)$/.test(url.hostname)) return;
        assert.ok(text.toLowerCase().includes(url.hostname));
        const parsed = new URL(/^https?:/.test(text) ? text : `https://${text}`);
        assert.equal(parsed.hostname, url.hostname);
        assert.equal(parsed.protocol, `${url.scheme}:`);
        assert.equal(parsed.username + parsed.password + parsed.search + parsed.hash, '');
      }),
      { numRuns: 3_000 },
    );
  });

  test('refuses a text beyond 4,096 characters, whatever it is made of', () => {
    const longest = `${HOST}/${'a'.repeat(4_096 - HOST.length - 1)}`;
    assert.equal(parseServerURL(longest)?.hostname, HOST);
    assert.equal(parseServerURL(`${longest}a`), undefined);
  });

  // A regular expression that backtracks would run on these until the test is killed.
  test('does not backtrack on texts that almost fit', { timeout: 60_000 }, () => {
    for (const [part, end] of [
      ['a.', '!'],
      ['a-', '.'],
      ['a', '!'],
      ['0a-.', '@'],
    ] as const) {
      const text = part.repeat(4_000 / part.length) + end;
      for (let round = 0; round < 100; round += 1) {
        assert.equal(parseServerURL(text), undefined);
        assert.equal(parseServerURL(`${HOST}/${text.slice(0, 4_000)}!`), undefined);
      }
    }
    assert.equal(parseServerURL(`${HOST}${'/a'.repeat(2_000)}!`), undefined);
    assert.equal(parseServerURL(`${HOST}/${'.'.repeat(4_000)}!`), undefined);
  });
});

describe('a registry or an image', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  for (const text of [
    HOST,
    `https://${HOST}/`,
    `${HOST}:443`,
    `${HOST}/app`,
    `${HOST}/team/app:1.2-rc_3`,
    `${HOST}/team/app@${digest}`,
    `${HOST}/team/app:latest@${digest}`,
    `${HOST}:443/team/app:1`,
  ]) {
    test(`is read: ${text}`, () => assert.equal(parseRegistryOrImage(text)?.hostname, HOST));
  }

  for (const text of [
    '',
    'alpine',
    'alpine:3',
    'library/alpine:3',
    `${HOST}:5000`,
    `${HOST}:5000/app:1`,
    `https://${HOST}:5000`,
    `https://${HOST}/app:1`,
    `user@${HOST}`,
    `user:1@${HOST}/app`,
    `${HOST}/app:`,
    `${HOST}/app:a b`,
    `${HOST}/app@sha256:0a`,
    `${HOST}/app:1\n`,
    `${HOST}/../app:1`,
  ]) {
    test(`is not read: ${JSON.stringify(text)}`, () => assert.equal(parseRegistryOrImage(text), undefined));
  }
});
