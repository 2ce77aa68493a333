// Root with another user's HOME (`sudo -E`, `docker run -u 0` with a mounted home) makes and owns nothing there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  globSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bin, type Product, passwordOf } from '../support/product/product.ts';
import { devFiles, HOST, type ProductStage, startProductStage } from '../support/product/stage.ts';

const OWNER = 4_711;
const asRoot = { skip: process.getuid?.() !== 0 && 'needs root' };

function everything(folder: string): string[] {
  const all = globSync(['**/*', '**/.*', '**/.*/**'], { cwd: folder }).filter((path) => path !== '.');
  return ['.', ...new Set(all)].toSorted();
}

/** The owner, mode and content of each file and folder. */
function treeOf(folder: string): string[] {
  return everything(folder).map((path) => {
    const stat = lstatSync(join(folder, path));
    const content = stat.isFile() ? readFileSync(join(folder, path), 'utf8') : '';
    return `${path} ${stat.uid}:${stat.gid} ${stat.mode.toString(8)} ${content}`;
  });
}

/** A stage whose HOME is another user's, with that user's files. */
async function startForeignStage(files: Readonly<Record<string, string>> = {}): Promise<ProductStage> {
  const sso = { sso_session: 'corp', sso_account_id: '444455556666', sso_role_name: 'Developer' };
  const stage = await startProductStage({
    files: (cast) => ({
      ...devFiles(cast),
      config: {
        'profile dev': { region: 'us-east-1', aws_account_id: '444455556666' },
        'profile sso': { ...sso, region: 'us-east-1' },
        'sso-session corp': { sso_start_url: 'https://corp.example/start', sso_region: 'us-east-1' },
      },
    }),
  });
  const { home } = stage.product;
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), content);
  }
  for (const path of everything(home)) lchownSync(join(home, path), OWNER, OWNER);
  return stage;
}

async function unchanged(product: Product, work: () => Promise<void>): Promise<void> {
  const before = treeOf(product.home);
  await work();
  assert.deepEqual(treeOf(product.home), before);
}

describe("root, with another user's HOME", asRoot, () => {
  test("runs no program of that user's profiles for a setup.", async (t) => {
    const dev = '[profile dev]\nregion = us-east-1\naws_account_id = 444455556666\n';
    const mine = '[profile mine]\ncredential_process = sh -c "touch $HOME/ran"\n';
    const stage = await startForeignStage({ '.aws/config': dev + mine });
    t.after(() => stage[Symbol.asyncDispose]());
    await unchanged(stage.product, async () => {
      const { stdout } = await stage.product.run(['ecr-xacct', 'setup', '--dry-run']);
      assert.match(
        stdout.replaceAll(/\s+/g, ' '),
        /nor does AWS: root asks nothing as another user's profile/,
      );
    });
  });

  for (const [what, files] of [
    ['where nothing is set up', {}],
    [
      'where that user has set it up',
      {
        '.local/state/ecr-xacct/daemon.log': 'theirs\n',
        '.docker/config.json': '{}',
        '.aws/sso/cache/x.json': '{}',
      },
    ],
  ] as const) {
    test(`gets tokens, and asks everything that only reads, ${what}.`, async () => {
      await using stage = await startForeignStage(files);
      const { product } = stage;
      await unchanged(product, async () => {
        passwordOf(await product.get(HOST), HOST);
        assert.ok(await product.daemon(), 'no daemon runs');
        for (const args of [
          ['login', HOST],
          ['status'],
          ['explain', HOST],
          ['get-login-password', HOST],
          ['config', 'check'],
          ['setup', '--yes', '--dry-run'],
          ['logout', HOST],
          ['daemon', 'stop'],
        ]) {
          const { status, stderr } = await product.run(['ecr-xacct', ...args]);
          // Docker does not ask for the registry that has a rule.
          assert.equal(status, args[0] === 'status' ? 1 : 0, `${args.join(' ')}: ${stderr}`);
        }
        await product.run(['ecr-xacct', 'doctor', `${HOST}/app:1`]);
        await product.run(['docker-credential-ecr-xacct', 'list']);
      });
    });
  }

  test('is refused a setup and a login that would write there, with the command as that user.', async () => {
    await using stage = await startForeignStage();
    const { product } = stage;
    await unchanged(product, async () => {
      for (const args of [
        ['setup', '--profile', 'dev', '--region', 'eu-west-1', '--yes'],
        ['setup', '--podman', '--creds-store', '--yes'],
        ['login', '--profile', 'sso', '--sso'],
        ['login', HOST, '--profile', 'sso', '--sso'],
      ]) {
        const { status, stderr } = await product.run(['ecr-xacct', ...args]);
        assert.equal(status, 1, args.join(' '));
        const hint = /is in a folder of user 4711, .*\nAs that user, run:\n {2}(.*)\n$/.exec(stderr)?.[1];
        const words = hint?.replace("sudo -u '#4711' -- ecr-xacct ", '').split(' ');
        assert.deepEqual(words?.toSorted(), args.toSorted(), stderr);
      }
    });
  });

  test("is refused the undo of that user's setup, and told where nothing is set up, as an uninstall asks.", async () => {
    await using stage = await startForeignStage();
    const { product } = stage;
    const undo = ['ecr-xacct', 'setup', '--undo', '--keep-config', '--yes'];
    await unchanged(product, async () => assert.equal((await product.run(undo)).status, 0));
    chmodSync(product.folder, 0o755);
    const asOwner = ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups'];
    const set = await product.run([...asOwner, 'ecr-xacct', 'setup', '--profile', 'dev', '--yes']);
    assert.equal(set.status, 0, set.stderr);
    await unchanged(product, async () => {
      const { status, stderr } = await product.run(undo);
      assert.equal(status, 1);
      assert.match(stderr, /sudo -u '#4711' -- ecr-xacct setup --undo --keep-config --yes\n$/);
    });
  });

  test('runs a daemon in the foreground that says that it has no log.', async () => {
    await using stage = await startForeignStage();
    const { product } = stage;
    await unchanged(product, async () => {
      const daemon = spawn(join(bin, 'ecr-xacct'), ['daemon', 'run'], { env: product.env });
      const [line] = await once(daemon.stdout.setEncoding('utf8'), 'data');
      const ended = once(daemon, 'exit');
      daemon.kill();
      await ended;
      assert.match(line, /listens on .* \(log: none\)\n/);
    });
  });

  for (const name of [
    'XDG_CONFIG_HOME',
    'XDG_STATE_HOME',
    'DOCKER_CONFIG',
    'ECR_XACCT_CONFIG',
    'ECR_XACCT_SOCKET',
  ]) {
    test(`makes nothing where ${name} leads there from a HOME of its own.`, async () => {
      await using stage = await startForeignStage();
      const { product } = stage;
      const own = join(product.folder, 'own');
      mkdirSync(own);
      const leaf = { ECR_XACCT_CONFIG: 'a/b.yaml', ECR_XACCT_SOCKET: 'a/daemon.sock' }[name] ?? 'a/b';
      const env = {
        ...{ HOME: own, AWS_CONFIG_FILE: join(product.home, '.aws/config') },
        ...{ AWS_SHARED_CREDENTIALS_FILE: join(product.home, '.aws/credentials'), AWS_PROFILE: 'dev' },
        [name]: join(product.home, leaf),
      };
      await unchanged(product, async () => {
        // A config that is named but missing has another error.
        if (name !== 'ECR_XACCT_CONFIG') passwordOf(await product.get(HOST, { env }), HOST);
        const { status, stderr } = await product.run(['ecr-xacct', 'setup', '--profile', 'dev', '--yes'], {
          env,
        });
        const isRefused = /CONFIG/.test(name);
        assert.equal(status, isRefused ? 1 : 0, stderr);
        if (isRefused) assert.match(stderr, /sudo -u '#4711' -- ecr-xacct setup --profile dev --yes\n$/);
      });
    });
  }

  test('is told of a folder for its socket where it may make one.', async () => {
    await using stage = await startForeignStage();
    const { product } = stage;
    const env = { ECR_XACCT_SOCKET: join(product.home, 'a/daemon.sock') };
    const { status, stderr } = await product.run(['ecr-xacct', 'daemon', 'run'], { env });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /belongs to user 4711, not to user 0; .*run: export ECR_XACCT_SOCKET=\/var\/run\/\S+\n$/,
    );
  });
});

test(
  'A container with an arbitrary ID makes its files in the home of its group, as before.',
  asRoot,
  async () => {
    await using stage = await startForeignStage();
    const { product } = stage;
    // As on OpenShift: an unknown ID, group 0, and a home that is open to that group.
    for (const path of everything(product.folder)) {
      const stat = lstatSync(join(product.folder, path));
      if (!stat.isSocket()) chownSync(join(product.folder, path), path.startsWith('run') ? 1000650000 : 0, 0);
    }
    const open = ['chmod', '-R', 'g=u', product.folder];
    assert.equal((await product.run(open)).status, 0);
    const drop = ['setpriv', '--reuid=1000650000', '--regid=0', '--clear-groups'];
    const run = (...words: string[]) =>
      product.run([...drop, ...words], { input: HOST, env: { ECR_XACCT_DAEMON: 'off' } });
    passwordOf(await run('docker-credential-ecr-xacct', 'get'), HOST);
    const { status, stderr } = await run('ecr-xacct', 'setup', '--profile', 'dev', '--yes');
    assert.equal(status, 0, stderr);
    assert.equal(lstatSync(join(product.home, '.docker/config.json')).uid, 1000650000);
  },
);
