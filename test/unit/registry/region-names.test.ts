// Which region a mistyped name probably means.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOfRegion } from '../../../src/registry/ecr-hostname.ts';
import { regionMeant, sampleRegion } from '../../../src/registry/region-names.ts';

const rows: [string, string | undefined][] = [
  ['us-east1', 'us-east-1'],
  ['useast1', 'us-east-1'],
  ['US-EAST-1', 'us-east-1'],
  ['us_east_1', 'us-east-1'],
  ['us-east-1a', 'us-east-1'],
  ['us-esat-1', 'us-east-1'],
  ['us-east', 'us-east-1'],
  ['eu-cental-1', 'eu-central-1'],
  ['us-gov-west1', 'us-gov-west-1'],
  ['eu-central-1', undefined],
  ['mars', undefined],
  ['', undefined],
  // Equally near to us-east-1 and us-east-2.
  ['us-east-3', undefined],
  ['x'.repeat(100_000), undefined],
];
for (const [text, meant] of rows) {
  test(`${JSON.stringify(text.slice(0, 20))} means ${meant ?? 'none'}.`, () => {
    assert.equal(regionMeant(text), meant);
  });
}

test('The example of a partition is a region of it.', () => {
  for (const partition of ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso-f', 'aws-eusc'] as const) {
    assert.equal(partitionOfRegion(sampleRegion(partition)), partition);
  }
});
