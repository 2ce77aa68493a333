// scripts/install with a fake uname that says macOS: it signs the program, and fills in the launchd agent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { signForMacos } from '../../scripts/package/sign.ts';
import { peer, skipWithout } from '../support/peers.ts';

const root = join(import.meta.dirname, '..', '..');

/**
 * Installs a package whose program is a script, with fake macOS tools on PATH. `verifies`: whether codesign says that
 * the program is already signed.
 */
function makeMac(verifies: boolean) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'mac-'));
  const at = (path: string) => join(folder.path, path);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
    chmodSync(at(path), 0o755);
  };
  write('package/lib/docker-credential-ecr-xacct/ecr-xacct', '#!/bin/sh\necho 1.2.3\n');
  write('package/bin/ecr-xacct', '#!/bin/sh\n');
  write('package/share/docker-credential-ecr-xacct/config.schema.json', '{}\n');
  const agent = 'share/docker-credential-ecr-xacct/ecr-xacct.daemon.plist';
  copyFileSync(join(root, 'packaging/launchd/ecr-xacct.daemon.plist'), at(`package/${agent}`));
  for (const script of ['install', 'uninstall'])
    copyFileSync(join(root, 'scripts', script), at(`package/${script}`));
  write('programs/uname', '#!/bin/sh\necho Darwin\n');
  write(
    'programs/codesign',
    `#!/bin/sh\necho "$*" >>"${at('signed')}"\n[ "$1" != --verify ] || ${verifies}\n`,
  );
  const prefix = at('a "prefix" & <more>');
  execFileSync(at('package/install'), ['--prefix', prefix], {
    env: { HOME: folder.path, PATH: `${at('programs')}:/usr/bin:/bin` },
    stdio: 'pipe',
  });
  return {
    prefix,
    agent: join(prefix, agent),
    program: at('package/lib/docker-credential-ecr-xacct/ecr-xacct'),
    codesign: readFileSync(at('signed'), 'utf8').trimEnd().split('\n'),
    [Symbol.dispose]: () => folder.remove(),
  };
}

test('The program is signed before it is installed, where the build could not.', () => {
  using mac = makeMac(false);
  assert.deepEqual(mac.codesign, [`--verify ${mac.program}`, `--sign - --force ${mac.program}`]);
});

test('A signature that is there stays.', () => {
  using mac = makeMac(true);
  assert.deepEqual(mac.codesign, [`--verify ${mac.program}`]);
});

test("launchd's agent names the program, whatever the prefix is called.", {
  skip: skipWithout('python3'),
}, () => {
  using mac = makeMac(true);
  const script =
    'import plistlib, sys; print(plistlib.load(open(sys.argv[1], "rb"))["ProgramArguments"][0], end="")';
  const program = execFileSync(peer('python3'), ['-c', script, mac.agent], { encoding: 'utf8' });
  assert.equal(program, join(mac.prefix, 'bin', 'ecr-xacct'));
});

test('A build signs for others where there is an identity, with what V8 needs; else for Apple silicon alone.', {
  skip: skipWithout('python3'),
}, (t) => {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'codesign-'));
  t.after(() => folder.remove());
  writeFileSync(join(folder.path, 'codesign'), `#!/bin/sh\necho "$*" >>${folder.path}/signed\n`, {
    mode: 0o755,
  });
  const { PATH, APPLE_IDENTITY } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
    if (APPLE_IDENTITY === undefined) delete process.env.APPLE_IDENTITY;
    else process.env.APPLE_IDENTITY = APPLE_IDENTITY;
  });
  process.env.PATH = `${folder.path}:/usr/bin:/bin`;
  const entitlements = join(root, 'packaging/macos/entitlements.plist');
  for (const identity of ['', 'Developer ID Application: Some (1234)']) {
    process.env.APPLE_IDENTITY = identity;
    assert.equal(signForMacos('program'), true);
  }
  assert.deepEqual(readFileSync(join(folder.path, 'signed'), 'utf8').trimEnd().split('\n'), [
    '--force --sign - program',
    `--force --sign Developer ID Application: Some (1234) --options runtime --timestamp --entitlements ${entitlements} program`,
  ]);
  const script = 'import plistlib, sys; print(sorted(plistlib.load(open(sys.argv[1], "rb"))))';
  assert.equal(
    execFileSync(peer('python3'), ['-c', script, entitlements], { encoding: 'utf8' }),
    "['com.apple.security.cs.allow-jit', 'com.apple.security.cs.allow-unsigned-executable-memory']\n",
  );
});

test('A release without a certificate or a key for Apple signs ad hoc, asks Apple nothing, and says so.', () => {
  const run = (script: string, ...args: readonly string[]) =>
    execFileSync(join(root, 'scripts', script), args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
  assert.equal(
    run('apple-keychain'),
    'apple-keychain: there is no APPLE_CERTIFICATE; programs are signed ad hoc.\n',
  );
  assert.equal(
    run('notarize', 'some.tar.gz'),
    'notarize: there is no APPLE_API_KEY or no APPLE_IDENTITY; the programs are not notarized.\n',
  );
});
