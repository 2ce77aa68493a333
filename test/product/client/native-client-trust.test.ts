// The native client, with sanitizers: which socket it trusts, and when it leaves everything to the TypeScript program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, relative as relativeTo } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { seenOf, USER } from '../../support/onlooker.ts';
import { skipWithout } from '../../support/peers.ts';
import { type ClientOptions, type ClientRan, makeNativeClient } from '../../support/product/native-client.ts';
import { answering, pretendDaemon } from '../../support/product/pretend-daemon.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
/** Any uid except root's. */
const OTHER_UID = 65_534;

const skip = skipWithout('gcc');
const client = skip === false ? await makeNativeClient() : undefined;
after(() => client?.[Symbol.asyncDispose]());

function run(options: ClientOptions = {}, args: readonly string[] = ['get']): Promise<ClientRan> {
  assert.ok(client !== undefined);
  return client.run(args, { input: HOST, ...options });
}

/** Runs the client while a daemon listens at this path. Returns whether the daemon was asked, and the client's end. */
async function runBeside(path: string, options: ClientOptions = {}, args: readonly string[] = ['get']) {
  let isAsked = false;
  await using _daemon = await pretendDaemon(path, (socket) => {
    isAsked = true;
    answering('0asked')(socket);
  });
  const ran = await run(options, args);
  return { isAsked, ran };
}

function became(args: readonly string[] = ['get'], stdin = HOST): ClientRan {
  return {
    status: 7,
    stdout: '',
    stderr: '',
    handed: { args: ['helper', ...args], profile: 'dev', open: [0, 1, 2], stdin },
  };
}

const asked = { isAsked: true, ran: { status: 0, stdout: 'asked', stderr: '', handed: undefined } };
const notAsked = { isAsked: false, ran: became() };

let folders = 0;
/** A path for a socket in a new folder. */
async function newSocket(mode = 0o700): Promise<string> {
  folders += 1;
  const folder = join(client?.folder ?? '', `folder-${folders}`);
  await mkdir(folder);
  await chmod(folder, mode);
  return join(folder, 'daemon.sock');
}

const withoutDaemon = became(['get', '--no-daemon']);

describe('a socket', { skip }, () => {
  test('that is not there, nor its folder, or is a file leaves it to the program, where no daemon can be started', async () => {
    const path = await newSocket();
    for (const socket of [path, join(path, 'daemon.sock'), join(dirname(path), 'no', 'daemon.sock')]) {
      assert.deepEqual(await run({ env: { ECR_XACCT_SOCKET: socket } }), withoutDaemon);
    }
    await writeFile(path, '');
    assert.deepEqual(await run({ env: { ECR_XACCT_SOCKET: path } }), withoutDaemon);
  });
  test('on which no daemon listens any more does, too', async () => {
    const path = await newSocket();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${path}.old`, resolve));
    // Node removes the socket only under its original name.
    await rename(`${path}.old`, path);
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(await run({ env: { ECR_XACCT_SOCKET: path } }), withoutDaemon);
  });
  for (const mode of [0o701, 0o710, 0o704, 0o740, 0o702, 0o720, 0o777]) {
    test(`in a folder of mode ${mode.toString(8)} is not asked`, async () => {
      const path = await newSocket(mode);
      assert.deepEqual(await runBeside(path, { env: { ECR_XACCT_SOCKET: path } }), notAsked);
    });
  }
  test('in a folder that is a symbolic link is not asked', async () => {
    const path = await newSocket();
    await symlink(dirname(path), `${dirname(path)}-link`);
    const socket = join(`${dirname(path)}-link`, 'daemon.sock');
    assert.deepEqual(await runBeside(path, { env: { ECR_XACCT_SOCKET: socket } }), notAsked);
  });
  test('in a folder of another user is not asked', { skip: skipWithout('namespaces') }, async () => {
    const path = await newSocket();
    await chown(dirname(path), OTHER_UID, OTHER_UID);
    assert.deepEqual(await runBeside(path, { env: { ECR_XACCT_SOCKET: path } }), notAsked);
  });
  test('where another user listens is told nothing', { skip: skipWithout('namespaces') }, async () => {
    const path = await newSocket();
    await chown(dirname(path), OTHER_UID, OTHER_UID);
    const script = `
      process.setgid(${OTHER_UID});
      process.setuid(${OTHER_UID});
      const server = require('node:net').createServer((socket) => {
        socket.resume().on('error', () => {}).on('close', () => console.log(socket.bytesRead + ' bytes'));
        socket.end('0from another');
      });
      server.listen(process.argv[1], () => console.log('listens'));`;
    const other = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = createInterface(other.stdout)[Symbol.asyncIterator]();
      assert.equal((await lines.next()).value, 'listens');
      await chown(dirname(path), process.getuid?.() ?? 0, process.getgid?.() ?? 0);
      assert.deepEqual(await run({ env: { ECR_XACCT_SOCKET: path } }), became());
      assert.equal((await lines.next()).value, '0 bytes');
    } finally {
      other.kill('SIGKILL');
    }
  });
});

describe('ECR_XACCT_SOCKET', { skip }, () => {
  test('that is relative is not looked up', async () => {
    const path = await newSocket();
    const relative = relativeTo(process.cwd(), path);
    assert.deepEqual(await runBeside(path, { env: { ECR_XACCT_SOCKET: relative } }), notAsked);
  });
  test('may have as many bytes as a socket’s path, and no more', async () => {
    const folder = dirname(await newSocket());
    const size = process.platform === 'linux' ? 107 : 103;
    const longest = join(folder, 'x'.repeat(size - folder.length - 1));
    assert.deepEqual(await runBeside(longest, { env: { ECR_XACCT_SOCKET: longest } }), asked);
    for (const more of ['x', 'x'.repeat(100), 'x'.repeat(100_000)]) {
      assert.deepEqual(await runBeside(longest, { env: { ECR_XACCT_SOCKET: longest + more } }), notAsked);
    }
  });
  test('that is empty is as none: the socket is in the runtime folder', async () => {
    const own = join(dirname(await newSocket()), 'ecr-xacct', 'daemon.sock');
    await mkdir(dirname(own), { mode: 0o700 });
    const env = { HOME: '/', ECR_XACCT_SOCKET: '', XDG_RUNTIME_DIR: dirname(dirname(own)) };
    assert.deepEqual(await runBeside(own, { env }), asked);
  });
});

describe('XDG_RUNTIME_DIR', { skip }, () => {
  test('of another user (sudo -E) is passed over', { skip: skipWithout('namespaces') }, async () => {
    const folder = dirname(await newSocket());
    const path = join(folder, 'ecr-xacct', 'daemon.sock');
    await mkdir(dirname(path), { mode: 0o700 });
    await chown(folder, OTHER_UID, OTHER_UID);
    const { isAsked } = await runBeside(
      path,
      { env: { HOME: '/', ECR_XACCT_SOCKET: '', XDG_RUNTIME_DIR: folder } },
      ['list'],
    );
    assert.equal(isAsked, false);
  });
  test('that leaves no room for the socket leaves it to the program', async () => {
    const folder = join(client?.folder ?? '', 'x'.repeat(80));
    await mkdir(folder, { recursive: true });
    assert.deepEqual(
      await run({ env: { HOME: '/', ECR_XACCT_SOCKET: '', XDG_RUNTIME_DIR: folder } }),
      became(),
    );
  });
});

describe('a variable', { skip }, () => {
  const asking = [
    ...[{ ECR_XACCT_DAEMON: '' }, { ECR_XACCT_DAEMON: 'on' }],
    ...['', '1', '030', '600'].map((ECR_XACCT_TIMEOUT) => ({ ECR_XACCT_TIMEOUT })),
  ];
  for (const env of asking) {
    test(`of ${JSON.stringify(env)} lets the daemon be asked`, async () => {
      assert.deepEqual(await runBeside(client?.socket ?? '', { env }), asked);
    });
  }
  const not = [
    ...['off', 'OFF', 'no', 'on ', '0'].map((ECR_XACCT_DAEMON) => ({ ECR_XACCT_DAEMON })),
    ...['0', '601', '-1', '+1', ' 1', '1 ', '1.5', '1e2', '0x1', '0030', 'x', '99999999999999999999'].map(
      (ECR_XACCT_TIMEOUT) => ({ ECR_XACCT_TIMEOUT }),
    ),
  ];
  for (const env of not) {
    test(`of ${JSON.stringify(env)} leaves it to the program`, async () => {
      assert.deepEqual(await runBeside(client?.socket ?? '', { env }), notAsked);
    });
  }
});

describe('arguments', { skip }, () => {
  const lines = [
    ...[
      [],
      [''],
      ['GET'],
      ['gets'],
      ['ge'],
      ['get '],
      ['version'],
      ['--help'],
      ['get', HOST],
      ['list', ''],
      ['-', '--'],
    ],
    Array.from({ length: 8 }, (_, i) => `${i}`),
    Array.from({ length: 9 }, (_, i) => `${i}`),
    Array.from({ length: 3_000 }, (_, i) => (i % 3 === 0 ? '' : `a\n${i}`)),
  ];
  for (const args of lines) {
    const title = args.length > 9 ? `${args.length} of them` : JSON.stringify(args);
    test(`${title} reach the program as they are, and stdin with them`, async () => {
      const expected = { isAsked: false, ran: became(args) };
      assert.deepEqual(await runBeside(client?.socket ?? '', {}, args), expected);
    });
  }
});

test('While it waits, no other process of its user looks into it.', {
  skip: skip || skipWithout('namespaces', 'python3'),
}, async () => {
  const path = await newSocket();
  await chown(dirname(path), USER, USER);
  const script = `
    const server = require('node:net').createServer(() => console.log('connected'));
    server.listen(process.argv[1], () => console.log('listens'));`;
  const asUser = { uid: USER, gid: USER };
  const daemon = spawn(process.execPath, ['-e', script, path], {
    ...asUser,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(daemon.stdout)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'listens');
  const program = join(client?.folder ?? '', 'docker-credential-ecr-xacct');
  const env = { ...client?.env, ECR_XACCT_SOCKET: path };
  const asking = spawn(program, ['get'], { ...asUser, env, stdio: ['pipe', 'ignore', 'inherit'] });
  try {
    assert.equal((await lines.next()).value, 'connected');
    assert.ok(seenOf(daemon.pid ?? 0).includes('environ'), 'it does look into another one');
    assert.deepEqual(seenOf(asking.pid ?? 0), []);
  } finally {
    asking.kill('SIGKILL');
    daemon.kill('SIGKILL');
  }
});

test('Compiled with a relative path, it finds the program from its own folder, after a move and through a link.', {
  skip,
}, async () => {
  await using other = await makeNativeClient('ecr-xacct');
  const moved = join(other.folder, 'moved');
  await mkdir(moved);
  for (const name of ['ecr-xacct', 'docker-credential-ecr-xacct']) {
    await rename(join(other.folder, name), join(moved, name));
  }
  await symlink(
    join('moved', 'docker-credential-ecr-xacct'),
    join(other.folder, 'docker-credential-ecr-xacct'),
  );
  assert.deepEqual(await other.run(['version']), became(['version'], ''));
});

test('A program that is no longer there is said so on both streams.', { skip }, async () => {
  assert.ok(client !== undefined);
  await using other = await makeNativeClient();
  const program = join(other.folder, 'ecr-xacct');
  await rm(program);
  for (const run of [
    other.run(['version']),
    other.run(['get'], { input: HOST, env: { ECR_XACCT_SOCKET: '', XDG_RUNTIME_DIR: other.socketFolder } }),
  ]) {
    const { status, stdout, stderr } = await run;
    assert.deepEqual([status, stderr], [1, stdout]);
    assert.match(
      stdout,
      /^ecr-xacct: cannot start \/.*\/ecr-xacct: No such file or directory; install it again\n$/,
    );
  }
});
