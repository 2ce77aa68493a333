// The tarball: installed below a prefix by its own script, used without Node, activated by systemd, and removed.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type BuiltPackages, builtPackages, versions } from '../support/packages/built-packages.ts';
import { skipWithout } from '../support/peers.ts';
import { isRunning, whenever } from '../support/processes.ts';
import { activate } from '../support/product/activated-daemon.ts';
import { credentialOf, requestOf } from '../support/product/cluster.ts';
import { passwordOf, type Ran } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';
import { findSecretsInFiles } from '../support/secret-scan.ts';

const skip = skipWithout('musl-gcc', 'rpmbuild', 'buildah', 'systemd-socket-activate');
const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));

describe('the tarball', { skip, timeout: 600_000 }, () => {
  let built: BuiltPackages;
  let folder: string;
  before(async () => {
    built = await builtPackages();
    folder = await mkdtemp(join(tmpdir(), '100% a-prefix-'));
  });
  after(() => rm(folder, { recursive: true }));

  const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    new Promise<Ran>((resolve) => {
      const own = { PATH: '/usr/bin:/bin', HOME: folder };
      const child = execFile(file, args, { env: { ...own, ...env } }, (_error, stdout, stderr) => {
        resolve({ status: child.exitCode, stdout, stderr });
      });
    });
  const succeed = async (file: string, args: readonly string[], env?: Readonly<Record<string, string>>) => {
    const ran = await run(file, args, env);
    assert.equal(ran.status, 0, ran.stderr);
    return ran;
  };
  /** A stage whose PATH has the installed programs, and no Node. */
  const stageAt = (prefix: string) =>
    startProductStage({ env: { PATH: `${join(prefix, 'bin')}:/usr/bin:/bin` } });

  test('installs itself where it is told, serves there, and leaves config.yaml alone behind.', async () => {
    const prefix = join(folder, "it's a prefix");
    const { stdout } = await succeed(join(built.tree, 'install'), ['--prefix', prefix]);
    assert.ok(stdout.startsWith(`Installed version ${versions.current} below ${prefix}.\n`), stdout);

    await using stage = await stageAt(prefix);
    const { product } = stage;
    // The command in the message, as a shell reads it.
    const next = /^Next: (.*) setup$/m.exec(stdout)?.[1] ?? assert.fail(stdout);
    assert.equal((await product.run(['sh', '-c', `${next} --version`])).stdout, `${versions.current}\n`);

    const secret = passwordOf(await product.get(HOST), HOST);
    assert.equal(passwordOf(await product.get(HOST), HOST), secret);
    assert.equal(stage.aws.count(), 1);
    assert.deepEqual(await findSecretsInFiles([product.folder, prefix], [secret]), []);
    const { pid = 0 } = (await product.daemon()) ?? {};
    assert.ok(pid > 0);

    const docker = join(product.home, '.docker', 'config.json');
    await succeed(
      join(prefix, 'bin', 'ecr-xacct'),
      ['setup', '--yes', '--profile', 'dev', '--region', 'eu-west-1'],
      product.env,
    );
    assert.match(await readFile(docker, 'utf8'), /"ecr-xacct"/);
    const config = join(product.home, '.config', 'ecr-xacct');
    const rules = await readFile(join(config, 'config.yaml'), 'utf8');
    const uninstall = join(prefix, 'lib', 'docker-credential-ecr-xacct', 'uninstall');
    await succeed(uninstall, [], product.env);

    await whenever('the daemon ends', async () => !(await isRunning(pid)));
    assert.deepEqual(await readdir(prefix), []);
    await assert.rejects(stat(docker), { code: 'ENOENT' });
    assert.deepEqual(await readdir(config), ['config.yaml']);
    assert.equal(await readFile(join(config, 'config.yaml'), 'utf8'), rules);
  });

  test('An installation over another keeps a daemon running until the next pull, and removes what is no longer in it.', async () => {
    const prefix = join(folder, 'over');
    const old = join(folder, 'old-tree');
    await cp(built.tree, old, { recursive: true, preserveTimestamps: true });
    await writeFile(join(old, 'share', 'doc', 'docker-credential-ecr-xacct', 'OLD'), '');
    await succeed(join(old, 'install'), ['--prefix', prefix]);
    await using stage = await stageAt(prefix);
    const { product } = stage;
    passwordOf(await product.get(HOST), HOST);
    const before = await product.daemon();

    await succeed(join(scripts, 'install'), ['--prefix', prefix, built.tarball]);
    assert.equal((await product.daemon())?.pid, before?.pid);
    passwordOf(await product.get(HOST), HOST);
    assert.notEqual((await product.daemon())?.pid, before?.pid);
    assert.deepEqual(
      (await readdir(join(prefix, 'share', 'doc', 'docker-credential-ecr-xacct'))).includes('OLD'),
      false,
    );
    await succeed(join(scripts, 'uninstall'), ['--prefix', prefix], product.env);
    assert.deepEqual(await readdir(prefix), []);
  });

  test('Its units start it for the socket that they name, and systemd has nothing to say against them.', async () => {
    const prefix = join(folder, 'units');
    await succeed(join(built.tree, 'install'), ['--prefix', prefix]);
    const units = join(prefix, 'share', 'systemd', 'user');
    const files = ['ecr-xacct.socket', 'ecr-xacct.service'].map((name) => join(units, name));
    const verified = await run(
      'systemd-analyze',
      ['verify', '--user', '--man=no', '--recursive-errors=no', ...files],
      {
        XDG_RUNTIME_DIR: folder,
        SYSTEMD_UNIT_PATH: `${units}:/usr/lib/systemd/user`,
      },
    );
    assert.deepEqual([verified.status, verified.stdout, verified.stderr], [0, '', '']);

    await using stage = await stageAt(prefix);
    const { product } = stage;
    const [socketUnit = '', serviceUnit = ''] = await Promise.all(
      files.map((file) => readFile(file, 'utf8')),
    );
    // %t is the runtime folder, and %% a percent sign.
    const socket = /^ListenStream=%t(.*)$/m.exec(socketUnit)?.[1] ?? assert.fail();
    assert.equal(product.runtime + socket, product.socket);
    const [, program = '', words = ''] = /^ExecStart="(.*)" (.*)$/m.exec(serviceUnit) ?? [];
    assert.equal(program.replaceAll('%%', '%'), join(prefix, 'bin', 'ecr-xacct'));

    const daemon = await activate(product, [program.replaceAll('%%', '%'), ...words.split(' ')]);
    passwordOf(await product.get(HOST), HOST);
    assert.equal((await product.daemon())?.pid, daemon.pid);
    assert.equal((await product.run(['ecr-xacct', 'daemon', 'stop'])).status, 0);
    assert.deepEqual(await daemon.ended, [0, null]);
  });

  test("Its units of a node have the socket that the kubelet's config names, and systemd has nothing against them.", async () => {
    const prefix = join(folder, 'node');
    await succeed(join(built.tree, 'install'), ['--prefix', prefix]);
    const units = join(prefix, 'share', 'systemd', 'system');
    const files = ['ecr-xacct.socket', 'ecr-xacct.service'].map((name) => join(units, name));
    const verified = await run(
      'systemd-analyze',
      ['verify', '--system', '--man=no', '--recursive-errors=no', ...files],
      { SYSTEMD_UNIT_PATH: `${units}:/usr/lib/systemd/system` },
    );
    assert.deepEqual([verified.status, verified.stdout, verified.stderr], [0, '', '']);
    const { stdout: config } = await succeed(join(prefix, 'bin', 'ecr-xacct'), ['kubelet', 'config'], {
      HOME: folder,
    });
    const [, socket] = /^ListenStream=%t(.*)$/m.exec(await readFile(files[0] ?? '', 'utf8')) ?? [];
    assert.ok(config.includes(`value: "/run${socket}"\n`), config);
  });

  test('The plugin for the kubelet answers where it is linked to, by any name that begins with its own.', async () => {
    const prefix = join(folder, 'plugin');
    await succeed(join(built.tree, 'install'), ['--prefix', prefix]);
    await using stage = await stageAt(prefix);
    const link = join(folder, 'ecr-xacct-credential-provider-pods');
    await symlink(join(prefix, 'bin', 'ecr-xacct-credential-provider'), link);
    const ran = await stage.product.run([link], {
      input: requestOf({ image: `${HOST}/team/app:1` }),
      env: { ECR_XACCT_SOCKET: stage.product.socket },
      showsSecret: true,
    });
    credentialOf(ran, HOST);
    assert.equal((await stage.product.run(['ecr-xacct', 'daemon', 'stop'])).status, 0);
  });

  test('What it starts may not dump core, which would write tokens to the disk.', async () => {
    const prefix = join(folder, 'limits');
    await succeed(join(built.tree, 'install'), ['--prefix', prefix]);
    await using stage = await stageAt(prefix);
    const { product } = stage;
    const daemon = spawn('sh', ['-c', 'ulimit -c unlimited; exec ecr-xacct daemon run'], {
      env: product.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(daemon.stdout, 'data');
    assert.equal((await product.daemon())?.pid, daemon.pid);
    assert.match(await readFile(`/proc/${daemon.pid}/limits`, 'utf8'), /^Max core file size +0 +0 +bytes/m);
  });

  describe('is refused, and nothing is installed', () => {
    const refused = async (args: (prefix: string) => readonly string[], message: RegExp, status = 1) => {
      const prefix = join(folder, 'refused');
      const ran = await run(join(scripts, 'install'), args(prefix));
      assert.equal(ran.status, status, ran.stdout);
      assert.match(ran.stderr, message);
      await assert.rejects(stat(prefix), { code: 'ENOENT' });
    };

    test('where it is not whole', async () => {
      const half = join(folder, 'half.tar.gz');
      await cp(built.tarball, half);
      await truncate(half, 1_000_000);
      await refused(
        (prefix) => ['--prefix', prefix, half],
        /half\.tar\.gz is no whole package \(.*unexpected end.*\); download it again\n$/,
      );
    });

    test('where its program does not run here', async () => {
      const other = join(folder, 'other');
      await cp(built.tree, other, { recursive: true });
      const program = join(other, 'lib', 'docker-credential-ecr-xacct', 'ecr-xacct');
      await truncate(program, 0);
      await appendFile(program, '\x7fELF of another processor');
      await mkdir(join(folder, 'packed'));
      const tarball = join(folder, 'packed', 'other.tar.gz');
      await succeed('tar', ['-czf', tarball, '-C', folder, 'other']);
      await refused((prefix) => ['--prefix', prefix, tarball], /the program does not run on this machine/);
    });

    test('where there is no such file, and where the command line is wrong', async () => {
      await refused(
        (prefix) => ['--prefix', prefix, '/nowhere.tar.gz'],
        /^install: \/nowhere\.tar\.gz cannot be read\n$/,
      );
      await refused(
        (prefix) => ['--prefix', prefix, '--force'],
        /^install: unknown option --force; see: .*--help\n$/,
        2,
      );
      await refused(
        (prefix) => ['--prefix', prefix, 'a', 'b'],
        /^install: one package at a time, not a and b; see/,
        2,
      );
      await refused(() => ['--prefix'], /^install: --prefix needs a folder; see/, 2);
    });

    test('where nothing is installed, uninstall says so', async () => {
      const { status, stderr } = await run(join(scripts, 'uninstall'), ['--prefix', join(folder, 'nowhere')]);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^uninstall: nothing is installed below .*nowhere; name the folder: .* --prefix FOLDER\n$/,
      );
    });
  });

  test('starts where a release tries it, and is refused there for another version.', async () => {
    const tryPackage = join(scripts, 'try-package.mjs');
    const { stdout } = await succeed(process.execPath, [tryPackage, built.tarball, versions.current]);
    assert.match(
      stdout,
      /docker-credential-ecr-xacct-.*-linux-x64\.tar\.gz: docker-credential-ecr-xacct .*1\.2\.3\n$/,
    );
    const other = await run(process.execPath, [tryPackage, built.tarball, '1.2.4']);
    assert.equal(other.status, 1);
    assert.match(other.stderr, /^try-package: .* has 1\.2\.3 \(.*\), and not 1\.2\.4\n$/);
  });
});
