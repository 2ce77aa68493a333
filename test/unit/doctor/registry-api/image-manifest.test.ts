// Reading a manifest, and choosing an image of an index.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  containerPlatform,
  imageFor,
  parseManifest,
} from '../../../../src/doctor/registry-api/image-manifest.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const descriptor = (digit: string) => ({ mediaType: 'any', size: 1, digest: digest(digit) });
const platform = (os: string, architecture: string) => ({ platform: { os, architecture } });

describe('a manifest', () => {
  test('of an image has a config and layers.', () => {
    const text = JSON.stringify({
      schemaVersion: 2,
      config: descriptor('a'),
      layers: [descriptor('b'), descriptor('c')],
    });
    assert.deepEqual(parseManifest(text), {
      kind: 'image',
      config: digest('a'),
      layers: [digest('b'), digest('c')],
    });
  });

  test('of several platforms has an image for each.', () => {
    const manifests = [
      { ...descriptor('a'), ...platform('linux', 'amd64') },
      descriptor('b'),
      { digest: '../../x' },
    ];
    assert.deepEqual(parseManifest(JSON.stringify({ manifests })), {
      kind: 'index',
      images: [
        { digest: digest('a'), platform: 'linux/amd64' },
        { digest: digest('b'), platform: undefined },
      ],
    });
  });

  for (const text of [
    '',
    'null',
    '[]',
    '{}',
    JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: digest('a') }] }),
    JSON.stringify({ config: descriptor('a'), layers: [{ digest: '../../_catalog' }] }),
    JSON.stringify({ config: { digest: 'sha256:' }, layers: [] }),
  ]) {
    test(`is not ${text || 'nothing'}.`, () => {
      assert.equal(parseManifest(text), undefined);
    });
  }

  test('is read from arbitrary JSON without a throw.', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void parseManifest(text)));
  });
});

test('The image of the platform is taken, else the first that is none of attestations.', () => {
  const images = ['unknown/unknown', 'linux/amd64', 'linux/arm64', undefined].map((name, index) => ({
    digest: digest(`${index}`),
    platform: name,
  }));
  assert.equal(imageFor(images, containerPlatform('arm64'))?.platform, 'linux/arm64');
  assert.equal(imageFor(images, containerPlatform('x64'))?.platform, 'linux/amd64');
  assert.equal(imageFor(images, containerPlatform('riscv64'))?.platform, 'linux/amd64');
  assert.equal(imageFor(images.slice(0, 1), 'linux/amd64'), undefined);
});
