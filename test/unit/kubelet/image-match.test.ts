// Tests that matchImages are matched as the kubelet matches them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchesImage } from '../../../src/kubelet/image-match.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app';

const ROWS: readonly [pattern: string, image: string, matches: boolean][] = [
  ['*.dkr.ecr.*.amazonaws.com', ECR, true],
  ['111122223333.dkr.ecr.us-east-1.amazonaws.com', ECR, true],
  // A `*` is a part of one label.
  ['*.amazonaws.com', ECR, false],
  ['*.ecr.*.amazonaws.com', ECR, false],
  ['1111*.dkr.ecr.us-*-1.amazonaws.com', ECR, true],
  ['*.dkr.ecr.*.amazonaws.com', `${ECR.replace('.com', '.com.cn')}`, false],
  ['*.dkr.ecr.*.amazonaws.com.cn', ECR, false],
  ['*.dkr.ecr.*.amazonaws.com', ECR.replace('dkr', 'DKR'), false],
  // A path is a prefix, not always of whole parts.
  ['*.dkr.ecr.*.amazonaws.com/team', ECR, true],
  ['*.dkr.ecr.*.amazonaws.com/te', ECR, true],
  ['*.dkr.ecr.*.amazonaws.com/team/app/', ECR, false],
  ['*.dkr.ecr.*.amazonaws.com/*', ECR, false],
  ['*.dkr.ecr.*.amazonaws.com/', ECR, true],
  // A port matches only itself; so does no port.
  ['registry.io:8080', 'registry.io:8080/app', true],
  ['registry.io', 'registry.io:8080/app', false],
  ['registry.io:8080', 'registry.io/app', false],
  ['public.ecr.aws', 'public.ecr.aws/docker/library/alpine', true],
];

describe('an entry of matchImages', () => {
  for (const [pattern, image, matches] of ROWS) {
    test(`${pattern} ${matches ? 'matches' : 'does not match'} ${image}`, () => {
      assert.equal(matchesImage(pattern, image), matches);
    });
  }
});
