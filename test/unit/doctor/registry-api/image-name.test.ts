// Which texts are an image in a registry.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { imageText, parseImageName } from '../../../../src/doctor/registry-api/image-name.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('an image', () => {
  const rows: [string, string, string][] = [
    [`${HOST}/app`, 'app', ':latest'],
    [`${HOST}/team/my-app_1.x:1.0`, 'team/my-app_1.x', ':1.0'],
    [`${HOST}/app@${DIGEST}`, 'app', `@${DIGEST}`],
    [`${HOST}/app:1@${DIGEST}`, 'app', `@${DIGEST}`],
    [`${HOST}:443/app:1`, 'app', ':1'],
    [`${HOST.toUpperCase()}/app:1`, 'app', ':1'],
  ];
  for (const [text, repository, rest] of rows) {
    test(`is ${text}.`, () => {
      const image = parseImageName(text);
      assert.deepEqual([image?.hostname, image?.repository], [HOST, repository]);
      assert.equal(image && imageText(image), `${HOST}/${repository}${rest}`);
    });
  }

  for (const text of [
    '',
    HOST,
    `${HOST}/`,
    'app:1',
    'library/app',
    `https://${HOST}/app`,
    `${HOST}:5000/app`,
    `${HOST}/App`,
    `${HOST}/a//b`,
    `${HOST}/a/../b`,
    `${HOST}/app:`,
    `${HOST}/app:1 `,
    `${HOST}/app@sha256:1`,
    `me@${HOST}/app`,
  ]) {
    test(`is not "${text}".`, () => {
      assert.equal(parseImageName(text), undefined);
    });
  }
});
