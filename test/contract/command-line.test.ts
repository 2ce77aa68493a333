// Docker's protocol around its actions: command lines, versions and unusual stdin, for every front.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fronts, runFront } from '../support/product/fronts.ts';
import { failureOf, passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../support/product/terminal.ts';

const USAGE = 'Usage: docker-credential-ecr-xacct <get|store|erase|list|version>\n';
const manifest = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };

for (const front of fronts) {
  test(`${front.name}: the command line.`, async (t) => {
    await using stage = await startProductStage();
    const { product } = stage;
    const run = (words: readonly string[], input?: string) => runFront(product, front, words, input);
    const shell = (redirection: string) =>
      product.run(['sh', '-c', `exec "$@" ${redirection}`, 'sh', ...front.command, 'get'], {
        env: front.env,
      });

    for (const word of ['version', '--version', '-v']) {
      await t.test(`${word} says name and version.`, async () => {
        const stdout = `docker-credential-ecr-xacct ${version}\n`;
        assert.deepEqual(await run([word]), { status: 0, stdout, stderr: '' });
      });
    }
    for (const word of ['help', '--help', '-h']) {
      await t.test(`${word} begins with the usage.`, async () => {
        const { status, stdout, stderr } = await run([word]);
        assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
        assert.ok(stdout.startsWith(USAGE));
      });
    }
    for (const words of [[], ['GET'], ['gets'], ['list', 'unused'], ['get', HOST], ['version', '1'], ['']]) {
      await t.test(`${JSON.stringify(words)} is no action: the usage, exit status 1.`, async () => {
        const { status, stdout, stderr } = await run(words, HOST);
        assert.deepEqual({ status, stderr }, { status: 1, stderr: '' });
        assert.ok(stdout.endsWith(USAGE), stdout);
      });
    }

    await t.test('stdin of 300 KiB is refused, for get, store and erase.', async () => {
      const input = 'x'.repeat(300 * 1024);
      for (const action of ['get', 'store', 'erase']) {
        assert.match(failureOf(await run([action], input)), /256 KiB/);
      }
    });
    await t.test('stdin that is closed holds no server URL.', async () => {
      const expected = { status: 1, stdout: 'no credentials server URL\n', stderr: '' };
      assert.deepEqual(await shell('<&-'), expected);
      assert.deepEqual(await shell('</dev/null'), expected);
    });
    await t.test('stdin may be a file.', async () => {
      await writeFile(join(product.home, 'url'), HOST);
      passwordOf(await shell('<url'), HOST);
    });
    await t.test(
      'On a terminal it says what it waits for, and how to end that; list waits for nothing.',
      {
        skip: skipWithoutTerminal,
      },
      async () => {
        const rows = [
          ['get', 'the hostname of a registry', 'docker.io', /native keychain/, 1],
          ['erase', 'the hostname of a registry', HOST, /./, 0],
          ['store', 'a credential as JSON', '{}', /no credentials server URL/, 1],
        ] as const;
        const open = (action: string) =>
          openTerminal(`${front.command.join(' ')} ${action}`, {
            ...product.env,
            ECR_XACCT_DAEMON: front.env.ECR_XACCT_DAEMON ?? 'on',
          });
        for (const [action, what, typed, says, expected] of rows) {
          using terminal = open(action);
          await terminal.shows(new RegExp(`^Waiting for ${what}: type it, then Enter and Ctrl-D\\.\r?\n`));
          terminal.type(`${typed}${KEYS.enter}${KEYS.ctrlD}`);
          const { status, text } = await terminal.end();
          assert.equal(status, expected, text);
          assert.match(text, says);
        }
        using list = open('list');
        assert.doesNotMatch((await list.end()).text, /Waiting/);
      },
    );
    await t.test('A reader of stdout that has gone away ends it, without a stack trace.', async () => {
      const { stderr } = await shell(`<<EOF | true\n${HOST}\nEOF`);
      assert.equal(stderr, '');
    });
  });
}
