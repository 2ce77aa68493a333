// The executables for macOS and Windows have the right format, each target has its Node, and arm64 its native client.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bundle } from '../../scripts/bundle.ts';
import { crossCompileClient } from '../../scripts/compile-client.ts';
import { buildExecutable } from '../../scripts/package/executable.ts';
import { checkIntegrity, nodeBase, nodeHere, pinOf } from '../../scripts/package/node-base.ts';
import { TARGETS, type Target, type TargetName } from '../../scripts/package/targets.ts';
import { peer, skipWithout } from '../support/peers.ts';

const skip = skipWithout('musl-arm64', 'qemu-aarch64', 'node-bases');
/** Debian's libraries for arm64. */
const SYSROOT = '/usr/aarch64-linux-gnu';
/** The fuse that Node reads in an executable: `1` means that the executable contains a bundle. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1';

describe('executables for other systems', { skip, timeout: 300_000 }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'other-systems-'));
    await bundle(join(folder, 'bundle'), '1.2.3');
  });
  after(() => rm(folder, { recursive: true }));

  /** Without compiled code, which is for one system, the bundle is the same for all targets, so it is built once. */
  const copyBundle = async (_target: Target, files: string) => {
    await cp(join(folder, 'bundle'), files, { recursive: true });
    return [];
  };
  const built = async (name: TargetName) =>
    (await buildExecutable(TARGETS[name], join(folder, name), '1.2.3', copyBundle)).program;
  const emulate = (program: string, ...args: readonly string[]) =>
    spawnSync(peer('qemu-aarch64'), ['-L', SYSROOT, program, ...args], {
      encoding: 'utf8',
      env: { HOME: folder },
    });

  test("linux-arm64's native client starts the program that it belongs to, and is small.", () => {
    const client = join(folder, 'docker-credential-ecr-xacct');
    const { linux } = TARGETS['linux-arm64'];
    assert.ok(linux);
    crossCompileClient(linux, 'ecr-xacct', client);
    const header = execFileSync('readelf', ['--file-header', client], { encoding: 'utf8' });
    assert.match(header, /Machine:\s+AArch64/);
    // No loader of any libc: Alpine's differs from Debian's.
    const segments = execFileSync('readelf', ['--program-headers', client], { encoding: 'utf8' });
    assert.doesNotMatch(segments, /INTERP/);
    assert.ok(readFileSync(client).length <= 60e3);
    const { status, stdout } = emulate(client, 'version');
    assert.equal(status, 1);
    assert.equal(
      stdout,
      `ecr-xacct: cannot start ${folder}/ecr-xacct: No such file or directory; install it again\n`,
    );
  });

  // <mach-o/loader.h>: CPU_TYPE_ARM64, CPU_TYPE_X86_64.
  const macs = { 'darwin-arm64': 0x0100000c, 'darwin-x64': 0x01000007 } as const;
  for (const name of ['darwin-arm64', 'darwin-x64'] as const) {
    test(`${name} is a Mach-O executable for that processor, with the bundle in its segment.`, async () => {
      const bytes = readFileSync(await built(name));
      // MH_MAGIC_64, the processor, MH_EXECUTE.
      assert.deepEqual(
        [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(12)],
        [0xfeedfacf, macs[name], 2],
      );
      const commands = bytes.subarray(32, 32 + bytes.readUInt32LE(20)).toString('latin1');
      assert.ok(commands.includes('NODE_SEA'));
      assert.ok(bytes.includes(FUSE));
    });
  }

  // https://learn.microsoft.com/windows/win32/debug/pe-format: IMAGE_FILE_MACHINE_AMD64, …_ARM64.
  const machines = { 'win-x64': 0x8664, 'win-arm64': 0xaa64 } as const;
  for (const name of ['win-x64', 'win-arm64'] as const) {
    test(`${name} is a PE console program for that processor, with the bundle as a resource.`, async () => {
      const bytes = readFileSync(await built(name));
      assert.equal(bytes.toString('latin1', 0, 2), 'MZ');
      // Signature, machine, optional header with its subsystem.
      const header = bytes.readUInt32LE(0x3c);
      assert.equal(bytes.toString('latin1', header, header + 4), 'PE\0\0');
      assert.deepEqual(
        [
          bytes.readUInt16LE(header + 4),
          bytes.readUInt16LE(header + 24),
          bytes.readUInt16LE(header + 24 + 68),
        ],
        [machines[name], 0x20b, 3],
      );
      assert.ok(bytes.includes(Buffer.from('NODE_SEA_BLOB', 'utf16le')));
      assert.ok(bytes.includes(FUSE));
    });
  }

  test('Each uses a Node that is checked by its hash, and is laid out by one of the same version.', () => {
    for (const target of Object.values(TARGETS)) {
      const { file, version } = nodeBase(target);
      const said = execFileSync(nodeHere(version), ['--version'], { encoding: 'utf8' });
      assert.equal(said, `v${version}\n`);
      assert.ok(existsSync(file));
      assert.match(pinOf(target).integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  });

  test('A Node whose archive is not the one that package-lock.json pins is refused.', () => {
    const file = join(folder, 'some');
    const { integrity } = pinOf(TARGETS['linux-x64']);
    execFileSync('sh', ['-c', 'echo something else >"$0"', file]);
    assert.throws(() => checkIntegrity(file, integrity), /is not what package-lock\.json pins: sha512 /);
    const empty =
      'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==';
    checkIntegrity('/dev/null', empty);
  });
});
