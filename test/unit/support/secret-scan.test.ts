// Tests that the secret scan finds secrets in all their forms.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findSecretsInFiles, findSecretsInProcesses, findSecretsInText } from '../../support/secret-scan.ts';

const secret = 'planted "quoted" \\ secret\n0123456789';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the search in files', () => {
  const planted = [
    { form: 'plain', where: 'alone', content: secret },
    { form: 'plain', where: 'among other text', content: `before ${secret} after` },
    { form: 'json', where: 'in a JSON object', content: JSON.stringify({ Secret: secret }) },
    {
      form: 'base64',
      where: 'as auth of config.json',
      content: JSON.stringify({ auth: base64(`AWS:${secret}`) }),
    },
    ...['', 'x', 'xy', 'xyz'].map((before) => ({
      form: 'base64',
      where: `in base64, ${before.length} bytes from its start`,
      content: base64(`${before}${secret}after`),
    })),
  ];
  for (const { form, where, content } of planted) {
    test(`finds a secret ${where}`, async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'secret-scan-'));
      const path = join(folder.path, 'deep', 'er', 'file');
      await mkdir(join(folder.path, 'deep', 'er'), { recursive: true });
      await writeFile(path, content);
      await writeFile(join(folder.path, 'deep', 'harmless'), 'nothing here');
      assert.deepEqual(await findSecretsInFiles([folder.path], ['another secret', secret]), [{ path, form }]);
    });
  }

  test('finds nothing where nothing is, not even a folder', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'secret-scan-'));
    await writeFile(join(folder.path, 'file'), `${secret.slice(1)} ${base64('AWS:other')}`);
    assert.deepEqual(await findSecretsInFiles([folder.path, join(folder.path, 'absent')], [secret]), []);
  });

  test('follows no links', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'secret-scan-'));
    await mkdir(join(folder.path, 'searched'));
    await writeFile(join(folder.path, 'outside'), secret);
    await symlink('../outside', join(folder.path, 'searched', 'link'));
    await symlink('..', join(folder.path, 'searched', 'loop'));
    assert.deepEqual(await findSecretsInFiles([join(folder.path, 'searched')], [secret]), []);
  });

  test('refuses a secret too short to mean anything', async () => {
    await assert.rejects(findSecretsInFiles([], ['']), /too short/);
  });
});

test('the search in text finds a secret too', () => {
  const text = `written: ${JSON.stringify({ Secret: secret })}`;
  assert.deepEqual(findSecretsInText(text, 'stdout', [secret]), [{ path: 'stdout', form: 'json' }]);
  assert.deepEqual(findSecretsInText('nothing here', 'stdout', [secret]), []);
});

describe('the search in processes', { skip: process.platform === 'linux' ? false : 'no /proc' }, () => {
  for (const [place, args, env] of [
    ['cmdline', [secret], {}],
    ['environ', [], { PLANTED: secret }],
  ] as const) {
    test(`finds a secret in a process's ${place}`, async () => {
      const child = spawn('cat', ['-', ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
      await once(child, 'spawn');
      try {
        const found = await findSecretsInProcesses([secret]);
        assert.deepEqual(found, [{ path: `/proc/${child.pid}/${place}`, form: 'plain' }]);
      } finally {
        child.stdin.end();
        await once(child, 'close');
      }
    });
  }

  test('finds nothing where no process has it', async () => {
    assert.deepEqual(await findSecretsInProcesses([`${secret} of no process`]), []);
  });
});
