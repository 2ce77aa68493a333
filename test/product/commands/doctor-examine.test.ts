// doctor's findings, from the policies of both sides, for an upload that begins and for a denial without a reason.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCallersOf } from '../../../src/callers/callers-of.ts';
import { examined, examinedPush } from '../../../src/doctor/examine.ts';
import type { DeniedFinding, Finding } from '../../../src/doctor/finding.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { PRIMARY_ACCOUNT, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import {
  holderOf,
  ownerFiles,
  type PolicyStage,
  startPolicyStage,
} from '../../support/product/policy-stage.ts';
import { self } from '../../support/product/product.ts';
import { HOST, keysOf } from '../../support/product/stage.ts';

const files: typeof ownerFiles = (cast) => {
  const { credentials, ...others } = ownerFiles(cast);
  return { ...others, credentials: { ...credentials, inspector: keysOf(cast.secondaryAdmin) } };
};
const BEGUN: Finding = { step: 'upload', outcome: 'ok', text: 'an upload can be begun' };
const PUSH = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'].concat(
  ['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'PutImage'].map((name) => `ecr:${name}`),
);

/** The examined request: a push, or else a pull. */
function target({ product }: PolicyStage, { push }: { push: boolean }) {
  const registry = parseRegistry(HOST);
  assert.ok(registry?.service === 'ecr');
  const wanted = { registry: { ...registry, account: PRIMARY_ACCOUNT }, repository: 'team/private', push };
  const front = { env: product.env, uid: process.getuid?.(), self };
  return { wanted, callersOf: createCallersOf(registry, front) };
}

async function outcome(stage: PolicyStage, callerArn: string): Promise<string> {
  const { wanted, callersOf } = target(stage, { push: true });
  return (await examinedPush(BEGUN, callerArn, wanted, callersOf)).outcome;
}

describe('an upload that begins', () => {
  const session = `arn:aws:sts::${SECONDARY_ACCOUNT}:assumed-role/ci/me`;

  test("may end by a policy of the registry's, and is not called denied where that may not be read.", async () => {
    await using stage = await startPolicyStage({ files });
    await stage.run('grant', SECONDARY_ACCOUNT, '--on', `${HOST}/team/*`, '--push', '--yes');
    assert.equal(await outcome(stage, session), 'ok');
    const policies = stage.cast.primary.users.get('admin')?.policies ?? [];
    policies.push({ Statement: { Effect: 'Deny', Action: 'ecr:GetRegistryPolicy', Resource: '*' } });
    assert.equal(await outcome(stage, session), 'unknown');
  });

  test("may not end where no policy lets it, on the registry's side or on the caller's.", async () => {
    await using stage = await startPolicyStage({ files });
    assert.equal(await outcome(stage, session), 'failed');
    const pull = `arn:aws:sts::${PRIMARY_ACCOUNT}:assumed-role/EcrPull/me`;
    assert.equal(await outcome(stage, pull), 'failed');
  });

  test("may end within one account by the repository's policy alone.", async () => {
    await using stage = await startPolicyStage({ files });
    const AWS = `arn:aws:iam::${PRIMARY_ACCOUNT}:role/EcrPull`;
    const repository = holderOf(stage.aws, 'team/private');
    assert.ok(repository);
    repository.policy = { Statement: { Effect: 'Allow', Principal: { AWS }, Action: PUSH } };
    assert.equal(await outcome(stage, `arn:aws:sts::${PRIMARY_ACCOUNT}:assumed-role/EcrPull/me`), 'unknown');
  });
});

describe('a denial without a reason', () => {
  /** How often the registry's policies were read, and the side that is named then. */
  async function look(stage: PolicyStage, principal: string) {
    const { wanted, callersOf } = target(stage, { push: false });
    const denied: DeniedFinding = { step: 'manifest', outcome: 'failed', text: 'denied', principal };
    const { side } = await examined(denied, wanted, callersOf);
    return { side, reads: stage.aws.count('ecr', 'GetRepositoryPolicy') };
  }

  test("of another account is the registry's where its policies do not let the caller in.", async () => {
    await using stage = await startPolicyStage({ files });
    const found = await look(stage, `arn:aws:sts::${SECONDARY_ACCOUNT}:assumed-role/ci/me`);
    assert.deepEqual(found, { side: 'registry', reads: 1 });
  });

  test("of the registry's own account is not looked for in its policies: the caller's are enough.", async () => {
    await using stage = await startPolicyStage({ files });
    const found = await look(stage, `arn:aws:iam::${PRIMARY_ACCOUNT}:user/admin`);
    assert.deepEqual(found, { side: undefined, reads: 0 });
  });
});
