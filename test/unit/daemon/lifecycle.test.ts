// When a daemon ends: if its socket was opened to others, or if it is no longer needed.
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import {
  becomeDaemon,
  exposure,
  faultOf,
  fileIdentity,
  watchUsefulness,
} from '../../../src/daemon/lifecycle.ts';

const uid = process.getuid?.() ?? 0;
const MINUTE = 60_000;

describe('Why others may come to the socket', () => {
  let root: string;
  let path: string;
  let server: Server;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'lifecycle-'));
    path = join(root, 'ecr-xacct', 'daemon.sock');
    server = createServer();
    assert.ok(await becomeDaemon(server, path, uid));
  });
  afterEach(() => {
    server.close();
    rmSync(root, { recursive: true });
  });

  test('is nothing while the folder is 0700 and the socket 0600.', () => {
    assert.equal(exposure({ path }, uid), undefined);
  });

  for (const mode of [0o777, 0o755, 0o711, 0o770, 0o701, 0o720]) {
    test(`is a folder of mode ${mode.toString(8)}.`, () => {
      chmodSync(dirname(path), mode);
      assert.match(exposure({ path }, uid) ?? '', /ecr-xacct, the folder of .* is open to other users/);
      assert.match(exposure({ path, inherited: 3 }, uid) ?? '', /is open to other users/, 'by systemd, too');
    });
  }

  test('is a socket of mode 0666; of a socket that systemd made, its unit says the mode.', () => {
    chmodSync(path, 0o666);
    assert.match(exposure({ path }, uid) ?? '', /daemon\.sock, the daemon's socket, is open to other users/);
    assert.equal(exposure({ path, inherited: 3 }, uid), undefined);
  });

  test('is a folder that became a link.', () => {
    renameSync(dirname(path), join(root, 'elsewhere'));
    symlinkSync('elsewhere', dirname(path));
    assert.match(exposure({ path }, uid) ?? '', /is not a folder/);
  });

  test('is an owner who is another user.', { skip: uid !== 0 }, () => {
    for (const given of [path, dirname(path)]) {
      chownSync(given, 65_534, 65_534);
      assert.match(exposure({ path }, uid) ?? '', /belongs to user 65534/, given);
      chownSync(given, 0, 0);
    }
    assert.equal(exposure({ path }, uid), undefined);
  });

  test('is nothing that a daemon serves on with, nor are a socket that is another one or a program that is gone.', async () => {
    const program = join(root, 'program');
    writeFileSync(program, '');
    const fault = () => faultOf({ bound: { path }, uid, socket, program });
    const socket = fileIdentity(path);
    assert.equal(fault(), undefined);
    chmodSync(path, 0o620);
    assert.match(fault() ?? '', /is open to other users/);
    chmodSync(path, 0o600);
    renameSync(program, `${program}.gone`);
    assert.equal(fault(), 'the program was removed');
    renameSync(`${program}.gone`, program);
    renameSync(path, `${path}.old`);
    const other = createServer();
    assert.ok(await becomeDaemon(other, path, uid));
    assert.equal(fault(), 'the socket was removed or replaced');
    other.close();
  });

  test('is nothing where the folder is gone: no one comes to the socket then.', () => {
    renameSync(dirname(path), join(root, 'elsewhere'));
    assert.equal(exposure({ path }, uid), undefined);
    mkdirSync(dirname(path), { mode: 0o700 });
    assert.equal(exposure({ path }, uid), undefined);
  });
});

test('A lock that a killed starter left before the clock was set back holds up no one.', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'ecr-xacct', 'daemon.sock');
  const stale = createServer();
  assert.ok(await becomeDaemon(stale, path, uid));
  renameSync(path, `${path}.stale`);
  await new Promise((resolve) => stale.close(resolve));
  renameSync(`${path}.stale`, path);
  mkdirSync(`${path}.lock`);
  const ahead = Date.now() / 1_000 + 13 * 3_600;
  utimesSync(`${path}.lock`, ahead, ahead);
  const server = createServer();
  t.after(() => server.close());
  assert.ok(await becomeDaemon(server, path, uid));
  assert.ok(!existsSync(`${path}.lock`));
});

describe('Each minute', () => {
  const watched = { fault: undefined as string | undefined, holds: true, now: 0, tidied: 0 };
  const ended: unknown[][] = [];
  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] });
    Object.assign(watched, { fault: undefined, holds: true, now: 0, tidied: 0 });
    ended.length = 0;
    watchUsefulness({
      fault: () => watched.fault,
      holdsAnything: () => watched.holds,
      lastRequest: () => 0,
      tidy: () => {
        watched.tidied += 1;
      },
      clock: () => watched.now,
      end: (...why) => ended.push(why),
    });
  });
  afterEach(() => mock.timers.reset());
  const minute = () => {
    watched.now += MINUTE;
    mock.timers.tick(MINUTE);
  };

  test('a daemon with a fault ends, says why, and renews nothing any more.', () => {
    minute();
    assert.deepEqual([ended, watched.tidied], [[], 1]);
    watched.fault = 'opened';
    minute();
    assert.deepEqual([ended, watched.tidied], [[['opened', 'warn']], 1]);
  });

  test('one that holds nothing ends after a quarter of an hour without a request, and one that holds something does not.', () => {
    for (let time = 0; time < 20; time += 1) minute();
    assert.deepEqual(ended, []);
    watched.holds = false;
    minute();
    assert.deepEqual(ended, [['nothing to keep, and no requests']]);
  });
});
