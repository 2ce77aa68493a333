// The daemon that the native client starts, with sanitizers: when, with what, and what happens if it does not start.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { skipWithout } from '../../support/peers.ts';
import { type ClientRan, makeNativeClient } from '../../support/product/native-client.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const PROFILE = 'dev';

const skip = skipWithout('gcc');
const client = skip === false ? await makeNativeClient() : undefined;
after(() => client?.[Symbol.asyncDispose]());

/**
 * What a daemon was started with, one per line; undefined if none was. With `LANG=ready`, it reports that it is ready.
 */
async function started(
  args: readonly string[],
  env: Record<string, string> = {},
  redirection = '',
): Promise<{ ran: ClientRan; lines: string[] | undefined }> {
  assert.ok(client !== undefined);
  const home = await mkdtemp(join(client.folder, 'home-'));
  const ran = await client.run(args, { input: HOST, env: { ...env, HOME: home }, redirection });
  const text = await readFile(join(home, 'started'), 'utf8').catch(() => undefined);
  return { ran, lines: text?.trimEnd().split('\n') };
}

function becameProgram(args: readonly string[]): ClientRan {
  const handed = { args: ['helper', ...args], profile: PROFILE, open: [0, 1, 2], stdin: HOST };
  return { status: 7, stdout: '', stderr: '', handed };
}

/** The socket of a daemon that was killed. */
function leaveSocket(path: string): AsyncDisposable {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, path]);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

describe('where nothing listens', { skip }, () => {
  for (const action of ['get', 'store']) {
    test(`${action} starts a daemon in a session of its own, with nothing of the caller's but where its files are`, async () => {
      const env = {
        AWS_SECRET_ACCESS_KEY: 'secret',
        NODE_OPTIONS: '--inspect',
        LC_ALL: 'C',
        ECR_XACCT_LOG: 'info',
      };
      // A pipe with both ends in this process, which Node would use itself.
      const fifo = join(client?.folder ?? '', `${action}.fifo`);
      execFileSync('mkfifo', [fifo]);
      const redirection = `7<>${fifo} 8<&7 9</dev/null`;
      const { ran, lines = [] } = await started([action], { ...env, XDG_STATE_HOME: '/none' }, redirection);
      const [command, ...rest] = lines;
      assert.equal(command, 'daemon run --ready-fd 3');
      assert.deepEqual(rest.slice(0, 4), ['/', '/dev/null', '/dev/null', '/dev/null']);
      const names = rest.slice(4).filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD'].includes(name));
      assert.deepEqual(names.sort(), [
        ...['ECR_XACCT_LOG', 'ECR_XACCT_SOCKET', 'HOME', 'LC_ALL', 'PATH', 'XDG_STATE_HOME'],
      ]);
      assert.deepEqual(ran, becameProgram([action, '--no-daemon']));
    });
  }
  for (const action of ['erase', 'list']) {
    test(`${action} starts none: it would have nothing to forget, and nothing to tell`, async () => {
      assert.deepEqual(await started([action]), { ran: becameProgram([action]), lines: undefined });
    });
  }
  test('but a socket is left of another, it is started all the same', async () => {
    await using _left = leaveSocket(client?.socket ?? '');
    assert.notEqual((await started(['get'])).lines, undefined);
  });
  test('even when it says that it is ready, the program is told', async () => {
    const { ran, lines } = await started(['get'], { LANG: 'ready' });
    assert.notEqual(lines, undefined);
    assert.deepEqual(ran, becameProgram(['get']));
  });
  test('and stdin is closed, none is started: a descriptor of its pipe would be taken for a stream', async () => {
    assert.ok(client !== undefined);
    const home = await mkdtemp(join(client.folder, 'home-'));
    await client.run(['get'], { env: { HOME: home }, redirection: '<&-' });
    await assert.rejects(readFile(join(home, 'started')), { code: 'ENOENT' });
  });
});

test('Where the folder of the socket is open to others, no daemon is started.', { skip }, async () => {
  assert.ok(client !== undefined);
  await chmod(client.socketFolder, 0o755);
  try {
    assert.deepEqual(await started(['get']), { ran: becameProgram(['get']), lines: undefined });
  } finally {
    await chmod(client.socketFolder, 0o700);
  }
});
