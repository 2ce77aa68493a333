// The packages for macOS and Windows, which cannot be run here: that what is in them is what those systems start.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { packageTree } from '../../scripts/package/package-target.ts';
import { TARGETS } from '../../scripts/package/targets.ts';
import { epoch, versions } from '../support/built-packages.ts';
import { skipWithout } from '../support/peers.ts';

const skip = skipWithout('node-bases');

/** Node looks for the bundle only where the build has set the last character, from 0: https://nodejs.org/api/single-executable-applications.html */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1';

/** Load commands are a number for the kind, one for the size, and what it is about. https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h */
function segmentsOf(program: Buffer): string[] {
  const LC_SEGMENT_64 = 0x19;
  const segments: string[] = [];
  let offset = 32;
  for (let left = program.readUInt32LE(16); left > 0; left -= 1) {
    if (program.readUInt32LE(offset) === LC_SEGMENT_64) {
      segments.push(program.toString('latin1', offset + 8, offset + 24).replace(/\0+$/, ''));
    }
    offset += program.readUInt32LE(offset + 4);
  }
  return segments;
}

describe('the package for darwin-arm64', { skip, timeout: 300_000 }, () => {
  let tree: string;
  before(async () => {
    tree = join(await mkdtemp(join(tmpdir(), 'darwin-')), 'tree');
    await packageTree(TARGETS['darwin-arm64'], tree, { version: versions.current, epoch });
  });
  after(() => rm(join(tree, '..'), { recursive: true }));

  test('has an executable of Apple silicon with the bundle inside.', () => {
    const program = readFileSync(join(tree, 'lib', 'docker-credential-ecr-xacct', 'ecr-xacct'));
    const [magic, processor, , kind] = [0, 4, 8, 12].map((offset) => program.readUInt32LE(offset));
    // MH_MAGIC_64, CPU_TYPE_ARM64, MH_EXECUTE
    assert.deepEqual([magic, processor, kind], [0xfeedfacf, 0x0100000c, 2]);
    assert.ok(segmentsOf(program).includes('NODE_SEA'), segmentsOf(program).join(' '));
    assert.ok(program.includes(FUSE));
    assert.ok(program.includes('answer-here.cjs'));
  });

  test('has an agent of launchd, no unit of systemd, and fronts that are executable.', () => {
    const shared = readdirSync(join(tree, 'share', 'docker-credential-ecr-xacct'));
    assert.deepEqual(shared, ['config.schema.json', 'ecr-xacct.daemon.plist']);
    assert.throws(() => statSync(join(tree, 'share', 'systemd')), { code: 'ENOENT' });
    for (const name of readdirSync(join(tree, 'bin'))) {
      assert.equal(statSync(join(tree, 'bin', name)).mode & 0o777, 0o755, name);
    }
  });
});

describe('the package for win-x64', { skip, timeout: 300_000 }, () => {
  let folder: string;
  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'win-')), 'folder');
    await packageTree(TARGETS['win-x64'], folder, { version: versions.current, epoch });
  });
  after(() => rm(join(folder, '..'), { recursive: true }));

  test('has a console program of x64 with the bundle inside.', () => {
    const program = readFileSync(join(folder, 'ecr-xacct.exe'));
    assert.equal(program.toString('latin1', 0, 2), 'MZ');
    const header = program.readUInt32LE(0x3c);
    assert.equal(program.toString('latin1', header, header + 4), 'PE\0\0');
    // IMAGE_FILE_MACHINE_AMD64, IMAGE_SUBSYSTEM_WINDOWS_CUI: https://learn.microsoft.com/windows/win32/debug/pe-format
    assert.deepEqual([program.readUInt16LE(header + 4), program.readUInt16LE(header + 24 + 68)], [0x8664, 3]);
    assert.ok(program.includes(Buffer.from('NODE_SEA_BLOB', 'utf16le')));
    assert.ok(program.includes(FUSE));
    assert.ok(program.includes('answer-here.cjs'));
  });

  test('has what Docker finds by PATHEXT, beside it.', () => {
    const front = readFileSync(join(folder, 'docker-credential-ecr-xacct.cmd'), 'utf8');
    assert.match(front, /^@"%~dp0ecr-xacct\.exe" helper %\*\r\n$/m);
    assert.deepEqual(readdirSync(folder).toSorted(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-LICENSES',
      'config.schema.json',
      'docker-credential-ecr-xacct.cmd',
      'ecr-xacct.exe',
      'sbom.cdx.json',
    ]);
  });
});
