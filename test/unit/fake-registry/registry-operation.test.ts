// The fake ECR registry's reading of a hostname and a request.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PRIMARY_ACCOUNT, REGION } from '../../fake-aws/two-account-world.ts';
import { registryOfHost, registryOperation } from '../../fake-registry/registry-operation.ts';

const HOST = `${PRIMARY_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

suite('Names and operations', () => {
  test('A hostname names its account and region, whatever its family, and others name nothing.', () => {
    const expected = { account: PRIMARY_ACCOUNT, region: 'eu-west-1' };
    for (const suffix of ['.dkr.ecr.eu-west-1.amazonaws.com', '.dkr.ecr-fips.eu-west-1.amazonaws.com:443']) {
      assert.deepEqual(registryOfHost(PRIMARY_ACCOUNT + suffix), expected);
    }
    assert.deepEqual(registryOfHost(`${PRIMARY_ACCOUNT}.dkr-ecr.eu-west-1.on.aws`), expected);
    assert.equal(registryOfHost(`${HOST}.evil.example`), undefined);
    assert.equal(registryOfHost('127.0.0.1:5000'), undefined);
  });

  for (const [method, path, action] of [
    ['GET', '/v2/a/b/manifests/latest', 'ecr:BatchGetImage'],
    ['HEAD', '/v2/a/b/manifests/sha256:0a', 'ecr:BatchGetImage'],
    ['PUT', '/v2/a/b/manifests/latest', 'ecr:PutImage'],
    ['DELETE', '/v2/a/b/manifests/sha256:0a', 'ecr:BatchDeleteImage'],
    ['GET', '/v2/a/b/blobs/sha256:0a', 'ecr:GetDownloadUrlForLayer'],
    ['HEAD', '/v2/a/b/blobs/sha256:0a', 'ecr:BatchCheckLayerAvailability'],
    ['POST', '/v2/a/b/blobs/uploads/', 'ecr:InitiateLayerUpload'],
    ['PATCH', '/v2/a/b/blobs/uploads/1', 'ecr:UploadLayerPart'],
    ['PUT', '/v2/a/b/blobs/uploads/1', 'ecr:CompleteLayerUpload'],
    ['DELETE', '/v2/a/b/blobs/uploads/1', 'ecr:InitiateLayerUpload'],
    ['GET', '/v2/a/b/tags/list', 'ecr:ListImages'],
  ] as const) {
    test(`${method} ${path} is ${action}.`, () => {
      assert.deepEqual(registryOperation(method, path), { repository: 'a/b', action });
    });
  }

  test('What ECR does not serve is no operation.', () => {
    assert.equal(registryOperation('GET', '/v2/_catalog'), undefined);
    assert.equal(registryOperation('DELETE', '/v2/a/blobs/sha256:0a'), undefined);
  });
});
