// Tests an image's registry, by Docker's rules for names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageDomain } from '../../../src/docker/image-domain.ts';

test('The part before the first slash is the registry where it looks like one, and else it is Docker Hub.', () => {
  for (const [text, domain] of [
    ['alpine', 'docker.io'],
    ['alpine:3.20', 'docker.io'],
    ['library/alpine', 'docker.io'],
    ['team/app/part:1', 'docker.io'],
    [`alpine@sha256:${'0a'.repeat(32)}`, 'docker.io'],
    ['docker.io/alpine', 'docker.io'],
    ['index.docker.io/library/alpine', 'docker.io'],
    ['localhost', 'docker.io'],
    ['localhost/app', 'localhost'],
    ['localhost:5000/app:1', 'localhost:5000'],
    ['ghcr.io/team/app', 'ghcr.io'],
    ['GHCR.io/team/app', 'ghcr.io'],
    ['Alpine', undefined],
    ['a b', undefined],
    ['', undefined],
    ['-x', undefined],
    ['alpine:', undefined],
    ['a'.repeat(2_000), undefined],
  ] as const) {
    assert.equal(imageDomain(text), domain, text);
  }
});
