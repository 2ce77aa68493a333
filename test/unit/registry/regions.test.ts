// Tests that every offered region exists.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOfRegion } from '../../../src/registry/ecr-hostname.ts';
import { REGIONS } from '../../../src/registry/regions.ts';

test('Each region is of a partition, and is offered once.', () => {
  assert.ok(REGIONS.length > 40);
  assert.equal(new Set(REGIONS).size, REGIONS.length);
  for (const region of REGIONS) assert.notEqual(partitionOfRegion(region), undefined, region);
  for (const region of ['us-east-1', 'cn-north-1', 'us-gov-west-1']) assert.ok(REGIONS.includes(region));
});
