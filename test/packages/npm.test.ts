// The npm package: installed globally without network, it works without Node on PATH, and is removed without a trace.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { nativeFolder } from '../../scripts/launcher.ts';
import { VERSION } from '../../scripts/project.ts';
import { listen } from '../fake-aws/listen.ts';
import { credentialOf, requestOf } from '../support/product/cluster.ts';
import { passwordOf } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The command with which release.yml publishes. */
function publishCommand(): string {
  const { jobs } = parse(readFileSync(join(root, '.github', 'workflows', 'release.yml'), 'utf8'));
  const commands: (string | undefined)[] = jobs.npm.steps.map(({ run }: { run?: string }) => run);
  return commands.find((run) => run?.startsWith('npm publish ')) ?? assert.fail();
}

const PACKED = ['packaging', 'scripts', 'src', 'package.json', 'package-lock.json', 'README.md', 'LICENSE'];

describe('the npm package', { timeout: 300_000 }, () => {
  let folder: string;
  let tarball: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'npm-'));
    // `npm pack` builds, and other tests use this checkout's build at the same time.
    const checkout = join(folder, 'checkout');
    for (const path of PACKED) cpSync(join(root, path), join(checkout, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    npm(['pack', '--pack-destination', folder], checkout);
    tarball = globSync(join(folder, '*.tgz'))[0] ?? assert.fail();
  });
  after(() => rmSync(folder, { recursive: true }));

  function npm(args: readonly string[], cwd = folder): void {
    execFileSync('npm', [...args, '--silent', '--offline'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  function install(name: string): string {
    const prefix = join(folder, name);
    npm(['install', '--global', '--prefix', prefix, '--ignore-scripts', tarball]);
    return prefix;
  }

  const stageAt = (prefix: string) => startProductStage({ env: { PATH: join(prefix, 'bin') } });

  test('works offline, with no script run and no Node on PATH, by the native client where it has one.', async () => {
    const prefix = install('global');
    await using stage = await stageAt(prefix);
    const { product } = stage;
    const secret = passwordOf(await product.get(HOST), HOST);
    assert.equal(passwordOf(await product.get(HOST), HOST), secret);
    // Docker is not configured for the registry here, so status reports a step that is left.
    const { status, stdout } = await product.run(['ecr-xacct', 'status']);
    assert.deepEqual([status, /^daemon {2}\d/.test(stdout)], [1, true], stdout);

    const plugin = async () => {
      const input = requestOf({ image: `${HOST}/team/app:1` });
      const env = { ECR_XACCT_SOCKET: product.socket };
      const ran = await product.run(['ecr-xacct-credential-provider'], { input, env, showsSecret: true });
      return credentialOf(ran, HOST).password;
    };
    assert.equal(await plugin(), secret);

    // As on another system, for which the package has no native client.
    const own = join(prefix, 'lib', 'node_modules', 'docker-credential-ecr-xacct');
    rmSync(join(own, 'dist', 'native'), { recursive: true });
    assert.equal(passwordOf(await product.get(HOST), HOST), secret);
    assert.equal(await plugin(), secret);
    assert.equal((await product.run(['ecr-xacct', 'daemon', 'stop'])).status, 0);

    npm(['uninstall', '--global', '--prefix', prefix, 'docker-credential-ecr-xacct']);
    assert.deepEqual(globSync('{bin,lib/node_modules}/*', { cwd: prefix }), []);
  });

  test('works after its folder was moved, and says what to do where its Node is missing.', async () => {
    const prefix = install('first');
    const moved = join(folder, 'moved');
    cpSync(prefix, moved, { recursive: true, verbatimSymlinks: true });
    rmSync(prefix, { recursive: true });
    await using stage = await stageAt(moved);
    passwordOf(await stage.product.get(HOST), HOST);
    assert.equal((await stage.product.run(['ecr-xacct', 'daemon', 'stop'])).status, 0);

    rmSync(join(moved, 'lib', 'node_modules', 'docker-credential-ecr-xacct', 'node_modules'), {
      recursive: true,
    });
    const { status, stdout, stderr } = await stage.product.run(['ecr-xacct', 'status']);
    assert.deepEqual([status, stdout], [1, stderr]);
    assert.match(
      stderr,
      /^ecr-xacct: its files are not where they belong, .*; .*npm install -g docker-credential-ecr-xacct\n$/,
    );
  });

  test('would be published as it is: npm says so of this very file, and sends nothing.', async (t) => {
    const asked: string[] = [];
    const registry = createServer(({ method = '', url = '' }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(404).end('{}');
    });
    const { port, close } = await listen(registry, '127.0.0.1', 0);
    t.after(close);
    // Provenance needs the workflow's token.
    const command = publishCommand().replace(' --provenance', '');
    const options = `--dry-run --json --registry http://127.0.0.1:${port}`;
    mkdirSync(join(folder, 'release'));
    copyFileSync(tarball, join(folder, 'release', basename(tarball)));
    const { stdout } = await promisify(execFile)('sh', ['-ec', `${command} ${options}`], { cwd: folder });
    const { version, files } = JSON.parse(stdout)['docker-credential-ecr-xacct'];
    assert.equal(version, VERSION);
    const paths = files.map(({ path }: { path: string }) => path);
    assert.ok(paths.includes('dist/bin/docker-credential-ecr-xacct'), paths.join());
    assert.deepEqual(
      asked.filter((one) => !one.startsWith('GET ')),
      [],
    );
  });

  test('has what it runs and the licences of it, and nothing else.', () => {
    const prefix = install('listed');
    const own = join(prefix, 'lib', 'node_modules', 'docker-credential-ecr-xacct');
    assert.deepEqual(readdirSync(own).toSorted(), [
      'LICENSE',
      'README.md',
      'dist',
      'node_modules',
      'package.json',
    ]);
    assert.deepEqual(readdirSync(join(own, 'dist')).toSorted(), [
      'THIRD-PARTY-LICENSES',
      'bin',
      'lib',
      'native',
    ]);
    assert.ok(existsSync(join(own, 'dist', 'native', nativeFolder(), 'docker-credential-ecr-xacct')));
    const { dependencies, scripts } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
    assert.equal(dependencies, undefined);
    assert.deepEqual(
      Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name)),
      [],
    );
  });
});
