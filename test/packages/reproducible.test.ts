// Two builds of one source are the same bytes, on any machine, for any user, at any time.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { packageTarget } from '../../scripts/package/package-target.ts';
import { builtPackages, epoch, target, versions } from '../support/packages/built-packages.ts';
import { skipWithout } from '../support/peers.ts';

const skip = skipWithout('musl-gcc', 'rpmbuild', 'buildah');

function digests(files: readonly string[]): Record<string, string> {
  const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  return Object.fromEntries(files.map((file) => [basename(file), digest(file)]));
}

test('The tarballs, the images, the .deb and the .rpm of a second build are those of the first, byte by byte.', {
  skip,
  timeout: 600_000,
}, async () => {
  const { tarball, muslTarball, image, muslImage, deb, rpm } = await builtPackages();
  const output = await mkdtemp(join(tmpdir(), 'again-'));
  await using _output = { [Symbol.asyncDispose]: () => rm(output, { recursive: true }) };
  // The umask, time zone and language of the build do not change it.
  const umask = process.umask(0o077);
  const { TZ, LC_ALL } = process.env;
  Object.assign(process.env, { TZ: 'Asia/Tokyo', LC_ALL: 'C' });
  try {
    const again = await packageTarget(target, { output, version: versions.current, epoch });
    assert.deepEqual(digests(again), digests([tarball, muslTarball, image, muslImage, deb, rpm]));
  } finally {
    process.umask(umask);
    for (const [name, value] of Object.entries({ TZ, LC_ALL })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
