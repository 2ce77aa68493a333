// docs/dev-containers.md for Windows' Docker: the helper in WSL, started as wsl.exe starts it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { bin, passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/dev-containers.md'), 'utf8');

test('The helper answers with no more environment than wsl.exe -e gives, and remembers.', async () => {
  const [, program = ''] = /^```bat\n@wsl\.exe -e (\S+) %\*\n```$/m.exec(DOCUMENT) ?? [];
  await using stage = await startProductStage();
  const { product, aws } = stage;
  const given = [
    `HOME=${product.home}`,
    'USER=dev',
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'WSL_DISTRO_NAME=Debian',
  ];
  // The test's own variables, for AWS and the daemon.
  const own = ['AWS_ENDPOINT_URL', 'TMPDIR', 'ECR_XACCT_SOCKET'].map(
    (name) => `${name}=${product.env[name] ?? product.socket}`,
  );
  const command = ['env', '-i', ...given, ...own, join(bin, basename(program))];
  for (const _ of ['first', 'second']) {
    passwordOf(await product.run([...command, 'get'], { input: `${HOST}\r\n` }), HOST);
  }
  assert.equal(aws.count(), 1);
});
