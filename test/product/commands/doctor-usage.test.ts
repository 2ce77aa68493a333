// `ecr-xacct doctor` with wrong usage, and without a fault of Docker: the built program, without AWS.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { on, startPolicyStage } from '../../support/product/policy-stage.ts';

const IMAGE = on('team/app:1');

describe('doctor refuses', async () => {
  await using stage = await startPolicyStage();
  const rows: [title: string, args: string[], says: RegExp][] = [
    [
      'a role without what it is for',
      [IMAGE, '--role', 'ci'],
      /--role is of what runs in AWS; add: --for ecs\|/,
    ],
    ['a region without what it is for', [IMAGE, '--region', 'us-east-1'], /--region is of what runs in AWS/],
    [
      'a URL',
      [`https://${IMAGE}`],
      /write it without https:\/\/, as for Docker: 111122223333\.\S+\/team\/app:1$/m,
    ],
    ['upper case', [on('Team/App:1')], /a repository has no upper case$/m],
    ['no repository', [on()], /is not an image in a registry, such as HOST\/app:1$/m],
  ];
  for (const [title, args, says] of rows) {
    const { status, stderr } = await stage.run('doctor', ...args);
    test(title, () => {
      assert.equal(status, 2);
      assert.match(stderr, says);
    });
  }
});

test('A hostname with a mistake in it is the cause, whomever Docker asks.', async () => {
  await using stage = await startPolicyStage();
  const { status, stdout } = await stage.run('doctor', '11112222333.dkr.ecr.us-east-1.amazonaws.com/app');
  assert.equal(status, 1);
  assert.match(stdout, /^Cause: 11112222333\.dkr\S+ is neither an ECR registry\s+nor in config\.yaml/m);
  assert.match(stdout, /^A registry of ECR is written like 111122223333\.dkr/m);
  assert.doesNotMatch(stdout, /ecr-xacct setup/);
});

test('The store that Docker has chosen by itself is not told as one of its config.json.', async () => {
  await using stage = await startPolicyStage();
  const folder = join(stage.product.folder, 'stores');
  await mkdir(folder);
  for (const name of ['pass', 'docker-credential-pass', 'docker-credential-osxkeychain']) {
    await writeFile(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
  }
  const env = { PATH: `${stage.product.env.PATH}:${folder}` };
  const { stdout } = await stage.product.run(['ecr-xacct', 'doctor', IMAGE], { env });
  assert.match(
    stdout.replaceAll('\n', ' '),
    /asks docker-credential-\w+ and not ecr-xacct: its own choice, as \S+ names no helper/,
  );
});
