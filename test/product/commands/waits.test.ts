// A person's view of a terminal while AWS does not answer.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Product } from '../../support/product/product.ts';
import { HOST, roleFiles, startProductStage } from '../../support/product/stage.ts';
import { openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

const PROFILE = 'puller';

/** A command, and what it says that it waits for. */
const COMMANDS: readonly (readonly [string, RegExp])[] = [
  [`explain --mint ${HOST}`, new RegExp(`Getting a token for ${HOST} … 1 s`)],
  [`login ${HOST}`, new RegExp(`Getting a token for ${HOST} … 1 s`)],
  [`login --profile ${PROFILE}`, /Getting a token as profile puller … 1 s/],
  [`access ${HOST} --profile ${PROFILE}`, /Asking STS as profile puller … 1 s/],
  [`grant 444455556666 --on ${HOST}/app --profile ${PROFILE}`, /Asking STS as profile puller … 1 s/],
  [`doctor ${HOST}/app:1`, new RegExp(`Getting a token for ${HOST} … 1 s`)],
];

async function haveDockerAsk({ home }: Product): Promise<void> {
  const folder = join(home, '.docker');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ credHelpers: { [HOST]: 'ecr-xacct' } }));
}

describe('on a terminal', { skip: skipWithoutTerminal }, () => {
  for (const [words, waits] of COMMANDS) {
    test(`${words} says what it waits for, for how long, and takes it away again`, async () => {
      await using stage = await startProductStage({ files: roleFiles });
      const { product, aws } = stage;
      await haveDockerAsk(product);
      const fault = aws.faults.next({ kind: 'hang', service: 'sts' });
      using terminal = openTerminal(`ecr-xacct ${words} 2>&1`, product.env);
      await terminal.shows(waits);
      fault.release();
      const { raw } = await terminal.end();
      const end = raw.slice(raw.lastIndexOf('…'));
      // The cursor is at the beginning of the line, which is erased.
      assert.ok(end.includes('\u001b[?25h\u001b[1G\u001b[0K'), JSON.stringify(end));
    });
  }

  test('doctor shows each step when it is known, and not only at the end', async () => {
    await using stage = await startProductStage({ files: roleFiles });
    const { product, aws } = stage;
    await haveDockerAsk(product);
    const fault = aws.faults.next({ kind: 'hang', service: 'sts' });
    using terminal = openTerminal(`ecr-xacct doctor ${HOST}/app:1`, product.env);
    await terminal.shows(/1 +program +ok[\s\S]*2 +docker-config +ok[\s\S]*3 +identity +ok/);
    fault.release();
    await terminal.shows(/4 +credentials +ok/);
    const { text } = await terminal.end();
    assert.equal(text.match(/3 +identity/g)?.length, 1);
  });
});
