// Tests the socket's path, and that a folder or socket of another user is rejected.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempDisposableSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { command } from '../../../src/hint.ts';
import { isSafeSocket, makeSocketFolder, socketPath } from '../../../src/wire/socket-path.ts';

const uid = process.getuid?.() ?? 0;
const OTHER = 65_534;
const asRoot = { skip: uid === 0 ? false : 'only root can give a file to another user' };
const asLinux = { skip: process.platform === 'linux' ? false : 'the folders and lengths are those of Linux' };

/** A folder for the test, with the folder of a socket in it, which is closed to others. */
function createPlace() {
  const temporary = mkdtempDisposableSync(join(tmpdir(), 'socket-'));
  const folder = join(temporary.path, 'ecr-xacct');
  mkdirSync(folder, { mode: 0o700 });
  return {
    root: temporary.path,
    folder,
    path: join(folder, 'daemon.sock'),
    [Symbol.dispose]: () => temporary.remove(),
  };
}

/** A socket that listens at the path during the test. */
async function listen(path: string): Promise<AsyncDisposable> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  return server;
}

describe('the path of the socket', asLinux, () => {
  test('is what ECR_XACCT_SOCKET says', () => {
    assert.equal(
      socketPath({ ECR_XACCT_SOCKET: '/srv/x.sock', XDG_RUNTIME_DIR: tmpdir() }, uid),
      '/srv/x.sock',
    );
  });

  test('is in the runtime folder, where that is the caller’s', () => {
    using place = createPlace();
    assert.equal(socketPath({ XDG_RUNTIME_DIR: place.root }, uid), place.path);
    assert.equal(socketPath({ XDG_RUNTIME_DIR: place.root, ECR_XACCT_SOCKET: '' }, uid), place.path);
  });

  for (const [what, runtime] of [
    ['not set', undefined],
    ['empty', ''],
    ['relative', 'run'],
    ['not there', '/nowhere/run'],
    ['a file', '/etc/passwd'],
  ] as const) {
    test(`is in /tmp where the runtime folder is ${what}`, () => {
      assert.equal(socketPath({ XDG_RUNTIME_DIR: runtime }, uid), `/tmp/ecr-xacct-${uid}/daemon.sock`);
    });
  }

  test('is in /tmp where the runtime folder is another user’s (sudo -E)', () => {
    using place = createPlace();
    assert.equal(
      socketPath({ XDG_RUNTIME_DIR: place.root }, uid + 1),
      `/tmp/ecr-xacct-${uid + 1}/daemon.sock`,
    );
  });

  test('is refused where it is relative', () => {
    assert.throws(() => socketPath({ ECR_XACCT_SOCKET: 'x.sock' }, uid), {
      code: 'socket-unsafe',
      message: 'ECR_XACCT_SOCKET=x.sock is a relative path',
      hint: { run: command`unset ECR_XACCT_SOCKET` },
    });
  });

  test('may have the 107 bytes that a socket may have, counted in bytes, and is none where it has more', () => {
    const longest = `/${'x'.repeat(106)}`;
    assert.equal(socketPath({ ECR_XACCT_SOCKET: longest }, uid), longest);
    for (const path of [`${longest}x`, `/${'é'.repeat(54)}`]) {
      assert.equal(socketPath({ ECR_XACCT_SOCKET: path }, uid), undefined);
    }
  });

  test('is none where the runtime folder makes it too long', () => {
    using place = createPlace();
    const runtime = join(place.root, 'x'.repeat(100));
    mkdirSync(runtime);
    assert.equal(socketPath({ XDG_RUNTIME_DIR: runtime }, uid), undefined);
  });
});

describe('a socket', () => {
  test('is safe in a folder that is closed to others', async () => {
    using place = createPlace();
    await using _server = await listen(place.path);
    assert.equal(isSafeSocket(place.path, uid), true);
  });

  test('that is not there, or whose folder is not, is none', () => {
    using place = createPlace();
    assert.equal(isSafeSocket(place.path, uid), false);
    assert.equal(isSafeSocket(join(place.root, 'gone', 'daemon.sock'), uid), false);
    assert.equal(isSafeSocket('/etc/passwd/below/daemon.sock', uid), false);
  });

  for (const mode of [0o701, 0o710, 0o750, 0o770, 0o707, 0o777, 0o1777]) {
    test(`is refused in a folder of mode ${mode.toString(8)}`, async () => {
      using place = createPlace();
      await using _server = await listen(place.path);
      chmodSync(place.folder, mode);
      assert.throws(() => isSafeSocket(place.path, uid), {
        code: 'socket-unsafe',
        message: `${place.folder}, the folder of the daemon's socket, is open to other users`,
        hint: { run: command`chmod 700 ${place.folder}` },
      });
    });
  }

  test('is refused in an open folder that is not ours alone, without advice to close it', () => {
    using place = createPlace();
    chmodSync(place.root, 0o755);
    assert.throws(() => isSafeSocket(join(place.root, 'x.sock'), uid), {
      code: 'socket-unsafe',
      hint: { run: command`unset ECR_XACCT_SOCKET` },
    });
  });

  test('is refused behind a link to a folder, even to one of ours', () => {
    using place = createPlace();
    const link = join(place.root, 'link');
    symlinkSync(place.folder, link);
    assert.throws(() => isSafeSocket(join(link, 'daemon.sock'), uid), {
      code: 'socket-unsafe',
      message: `${link} is not a folder`,
    });
  });

  test('is refused where it is a file, or a link to a socket', async () => {
    using place = createPlace();
    writeFileSync(place.path, '');
    const refused = { code: 'socket-unsafe', message: `${place.path} is not a socket` };
    assert.throws(() => isSafeSocket(place.path, uid), refused);
    using other = createPlace();
    await using _server = await listen(other.path);
    const link = join(place.folder, 'link.sock');
    symlinkSync(other.path, link);
    assert.throws(() => isSafeSocket(link, uid), { ...refused, message: `${link} is not a socket` });
  });

  test('is refused in a folder of another user', asRoot, async () => {
    using place = createPlace();
    await using _server = await listen(place.path);
    chownSync(place.folder, OTHER, OTHER);
    assert.throws(() => isSafeSocket(place.path, uid), {
      code: 'socket-unsafe',
      message: `${place.folder} belongs to user ${OTHER}, not to user ${uid}`,
    });
  });

  test('is refused where another user listens', asRoot, async () => {
    using place = createPlace();
    await using _server = await listen(place.path);
    lchownSync(place.path, OTHER, OTHER);
    assert.throws(() => isSafeSocket(place.path, uid), {
      code: 'socket-unsafe',
      message: `${place.path} belongs to user ${OTHER}, not to user ${uid}`,
    });
  });
});

describe('the folder of the socket', () => {
  test('is made closed to others, with those above it', () => {
    using place = createPlace();
    const path = join(place.root, 'a', 'b', 'daemon.sock');
    makeSocketFolder(path, uid);
    for (const folder of ['a', 'a/b']) assert.equal(statSync(join(place.root, folder)).mode & 0o777, 0o700);
  });

  test('is left as it is where it is there, and refused where it is open', () => {
    using place = createPlace();
    makeSocketFolder(place.path, uid);
    chmodSync(place.folder, 0o755);
    assert.throws(() => makeSocketFolder(place.path, uid), { code: 'socket-unsafe' });
    assert.equal(statSync(place.folder).mode & 0o777, 0o755);
  });

  test('is refused if a link is in its place', () => {
    using place = createPlace();
    symlinkSync(place.folder, join(place.root, 'link'));
    assert.throws(() => makeSocketFolder(join(place.root, 'link', 'daemon.sock'), uid), {
      code: 'socket-unsafe',
    });
  });
});
