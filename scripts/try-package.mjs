// Starts the programs in a tarball or a zip for this machine, and checks their version. It is plain JavaScript without
// dependencies: the system's own Node (20 or later) runs it on every system.
//
// usage: node scripts/try-package.mjs ARCHIVE VERSION
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [archive = '', version = ''] = process.argv.slice(2);
const isWindows = process.platform === 'win32';
const folder = mkdtempSync(join(tmpdir(), 'ecr-xacct-try-'));

/** @returns what the program prints. */
function run(program, args) {
  // Only a shell runs a .cmd.
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    shell: program.endsWith('.cmd'),
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`);
  return stdout.trim();
}

try {
  // Windows' own tar reads zip files; the one of Git does not.
  const tar = isWindows ? join(process.env.SystemRoot ?? '', 'System32', 'tar.exe') : 'tar';
  run(tar, ['-xf', resolve(archive), '-C', folder]);
  const [name = ''] = readdirSync(folder);
  const bin = isWindows ? folder : join(folder, name, 'bin');
  const own = run(join(bin, isWindows ? 'ecr-xacct.exe' : 'ecr-xacct'), ['--version']);
  const helper = `docker-credential-ecr-xacct${isWindows ? '.cmd' : ''}`;
  const said = run(join(bin, helper), ['version']);
  if (own !== version || !said.endsWith(version)) {
    throw new Error(`${archive} has ${own} (${said}), and not ${version}`);
  }
  console.log(`${archive}: ${said}`);
} catch (error) {
  console.error(`try-package: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
