// Every way in which a mint fails: one line on both streams, with hostname, identity and the command that fixes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFailures } from '../../support/product/failures/config.ts';
import { containerFailures } from '../../support/product/failures/container.ts';
import { credentialFailures } from '../../support/product/failures/credentials.ts';
import type { Failure } from '../../support/product/failures/failure.ts';
import { processFailures } from '../../support/product/failures/process.ts';
import { serviceFailures } from '../../support/product/failures/service.ts';
import { sessionFailures } from '../../support/product/failures/session.ts';
import { transportFailures } from '../../support/product/failures/transport.ts';
import { failureOf } from '../../support/product/product.ts';
import { HOST, secretsOf, startProductStage } from '../../support/product/stage.ts';
import { findSecretsInText } from '../../support/secret-scan.ts';

const failures = [
  ...configFailures,
  ...containerFailures,
  ...credentialFailures,
  ...processFailures,
  ...serviceFailures,
  ...sessionFailures,
  ...transportFailures,
];

/** Causes a failure. @returns its line, without the stage's own paths and ports. */
async function provoke({ files, env, prepare, fault, aws, command = [] }: Failure): Promise<string> {
  await using stage = await startProductStage(aws === undefined ? {} : { aws: await aws() });
  const { product } = stage;
  if (files !== undefined) await product.configure(files(stage));
  await prepare?.(stage);
  if (fault !== undefined) stage.aws.faults.next({ times: Number.POSITIVE_INFINITY, ...fault });
  const ran = await product.run([...command, 'docker-credential-ecr-xacct', 'get'], {
    input: HOST,
    env: { ECR_XACCT_DAEMON: 'off', AWS_MAX_ATTEMPTS: '1', ...(await env?.(stage)) },
  });
  const line = failureOf(ran);
  assert.deepEqual(findSecretsInText(line, 'the line', secretsOf(stage)), []);
  return line
    .replaceAll(product.home, '~')
    .replaceAll(product.folder, 'FOLDER')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS');
}

test('Failures', { concurrency: 2 }, async (t) => {
  const lines = new Map<string, string>();
  const rows = failures.map((failure) => {
    const { what, skip = false, identity, says, hint } = failure;
    return t.test(`${what}: ${says.source}`, { skip }, async () => {
      const line = await provoke(failure);
      assert.ok(line.startsWith(`ecr-xacct: ${HOST}: `), line);
      assert.ok(line.includes(identity), line);
      assert.match(line, says);
      assert.ok(line.endsWith(`; ${hint}`), line);
      // No control characters for a terminal.
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
      lines.set(what, line.replace(identity, 'IDENTITY'));
    });
  });
  await Promise.all(rows);
  await t.test('No two of them read the same, whichever identity fails.', () => {
    const twins = [...lines].filter(([what, line]) =>
      [...lines].some((other) => other[0] !== what && other[1] === line),
    );
    assert.deepEqual(twins, []);
  });
});
