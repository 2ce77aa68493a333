// Runs a TypeScript script with the Node of this project's packages. If the dependencies are missing or older than the
// lockfile, it first installs them and prints one line. It is plain JavaScript, because the machine's own Node (20 or
// later) starts it.
//
// usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT…]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where npm installs the Node for this machine: see optionalDependencies in package.json. */
const pinnedNodes = ['node', 'node-bin'].map((name) =>
  join(root, 'node_modules', `${name}-${process.platform}-${process.arch}`, 'bin', 'node'),
);
const findPinnedNode = () => pinnedNodes.find(existsSync);
const stamp = join(root, 'node_modules', '.installed-lockfile');

const lockfileDigest = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfileDigest;

if (!installed || findPinnedNode() === undefined) {
  console.error('Installing the dependencies of package-lock.json (npm ci) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (npm.error !== undefined || npm.status !== 0) {
    console.error(
      `npm ci failed${npm.error ? `: ${npm.error.message}` : ''}; the text above says why. Run it again: npm ci`,
    );
    process.exit(1);
  }
  if (findPinnedNode() === undefined) {
    console.error(
      `npm ci did not install the pinned Node for ${process.platform}-${process.arch}, which is an optional dependency. Run: npm ci --include=optional`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, lockfileDigest);
}

const [script, ...rest] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT…]');
  process.exit(2);
}
const run = spawnSync(findPinnedNode(), [join(root, script), ...rest], { stdio: 'inherit' });
if (run.error !== undefined) console.error(run.error.message);
process.exit(run.status ?? 1);
