// `ecr-xacct status`: its output with and without a daemon, as text and JSON, and repeated.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { DaemonStatus } from '../../../src/helper/daemon-answers.ts';
import type { Overview } from '../../../src/inspect/overview.ts';
import { skipWithout } from '../../support/peers.ts';
import { type Product, passwordOf } from '../../support/product/product.ts';
import { HOST, keysOf, startProductStage, tokensOf } from '../../support/product/stage.ts';

const OTHER = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';

const LOGIN = '333333333333.dkr.ecr.us-west-2.amazonaws.com';

const status = (product: Product, ...options: string[]) => product.run(['ecr-xacct', 'status', ...options]);

type Shown = Omit<Overview, 'daemon'> & { daemon: DaemonStatus | null };

const overview = async (product: Product) => JSON.parse((await status(product, '--json')).stdout) as Shown;

test('Without a daemon it shows what is configured, and that the next pull starts one.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await mkdir(`${product.home}/.docker`);
  await writeFile(`${product.home}/.docker/config.json`, `{"credHelpers":{"${HOST}":"ecr-xacct"}}`);
  assert.deepEqual(await status(product), {
    status: 0,
    stdout: `No daemon is running: the next pull starts one.
socket  ${product.socket}
rules   1 in ~/.config/ecr-xacct/config.yaml
docker  asks ecr-xacct for 1 registry (~/.docker/config.json)

REGISTRY                                        TOKEN
profile dev (access key)
  ${HOST}  none yet
`,
    stderr: '',
  });
  const { daemon, noDaemon, isReady, identities } = await overview(product);
  assert.deepEqual([daemon, noDaemon, isReady], [null, { why: 'the next pull starts one' }, true]);
  const [identity, ...others] = identities;
  assert.deepEqual(
    [identity?.identity, identity?.chain, others],
    ['profile dev', ['profile dev (access key)'], []],
  );
  assert.equal(await product.daemon(), undefined);
});

test('With a daemon it shows tokens, failures and logins by identity, without a secret, in 80 columns.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  passwordOf(await product.get(HOST), HOST);
  await product.get(HOST, { env: { ECR_XACCT_PROFILE: 'gone' } });
  stage.aws.faults.next({ kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' });
  await product.get(OTHER, { env: { AWS_PROFILE: 'dev' } });
  const login = { ServerURL: LOGIN, Username: 'AWS', Secret: 'secret-of-a-login' };
  await product.run(['docker-credential-ecr-xacct', 'store'], { input: JSON.stringify(login) });

  const json = await overview(product);
  const [dev] = json.identities;
  assert.equal(dev?.identity, 'profile dev');
  assert.deepEqual(
    dev?.registries.map(({ name, namedBy, token, lastError }) => [
      name,
      namedBy,
      token?.served,
      lastError?.text.length !== undefined,
    ]),
    [
      [HOST, ['config.yaml', 'daemon'], 2, false],
      [OTHER, ['daemon'], undefined, true],
    ],
  );
  const { stdout, stderr, status: code } = await status(product);
  assert.deepEqual([code, stderr, json.isReady], [1, '', false]);
  const { version, pid } = json.daemon ?? {};
  assert.match(stdout, new RegExp(`^daemon  ${version}, pid ${pid}, up \\d+ s, \\d+ MB\nsocket  /`));
  assert.match(stdout, /\nREGISTRY +TOKEN\nprofile dev \(access key\)\n/);
  assert.match(stdout, new RegExp(`\n  ${HOST}  #{10} 11 h 59 min\n`));
  assert.match(stdout, new RegExp(`\n  ${OTHER}  failed\n    failed \\d+ s ago: `));
  assert.match(stdout, new RegExp(`\ndocker login\n  ${LOGIN} +a credential\n`));
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  for (const secret of ['secret-of-a-login', ...tokensOf(stage)]) {
    assert.ok(!(JSON.stringify(json) + stdout).includes(secret));
  }
});

test('Bars are blocks where the locale has UTF-8, and ASCII on a dumb terminal and elsewhere.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  passwordOf(await product.get(HOST), HOST);
  for (const [env, bar] of [
    [{ LANG: 'en_US.UTF-8' }, '█'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, '#'],
    [{ LC_ALL: 'C.utf8', TERM: 'dumb' }, '#'],
    [{}, '#'],
  ] as const) {
    const { stdout } = await product.run(['ecr-xacct', 'status'], { env });
    assert.ok(stdout.includes(`${HOST}  ${bar.repeat(10)} 11 h 59 min\n`), stdout);
  }
});

test('An SSO session is shown by what its file says: until when, that it ended, or that you have not signed in.', async () => {
  const sso = { sso_session: 'corp', sso_account_id: '111122223333', sso_role_name: 'ReadOnly' };
  await using stage = await startProductStage({
    files: () => ({
      config: {
        'profile sso': sso,
        'sso-session corp': { sso_start_url: 'https://corp.awsapps.com/start', sso_region: 'us-east-1' },
      },
      registries: { [HOST]: { profile: 'sso' } },
    }),
  });
  const { product } = stage;
  await mkdir(`${product.home}/.docker`);
  await writeFile(`${product.home}/.docker/config.json`, `{"credHelpers":{"${HOST}":"ecr-xacct"}}`);
  const line = async () => {
    const { status: code, stdout } = await status(product);
    const [shown, fix] = stdout
      .split('\n')
      .slice(stdout.split('\n').findIndex((text) => text.includes('SSO session corp')));
    return [code, shown?.replace(/ +/g, ' '), fix];
  };
  const fix = '    run: aws sso login --profile sso';
  assert.deepEqual(await line(), [1, ' SSO session corp not signed in', fix]);
  const folder = `${product.home}/.aws/sso/cache`;
  await mkdir(folder, { recursive: true });
  const file = `${folder}/${createHash('sha1').update('corp').digest('hex')}.json`;
  const session = (ms: number) => ({ accessToken: 'a', expiresAt: new Date(Date.now() + ms).toISOString() });
  const HOUR = 3_600_000;
  await writeFile(file, JSON.stringify(session(-HOUR)));
  assert.deepEqual(await line(), [1, ' SSO session corp expired', fix]);
  await writeFile(file, JSON.stringify({ accessToken: 'a' }));
  const [code, shown, problem] = await line();
  assert.deepEqual([code, shown], [1, ' SSO session corp unreadable']);
  assert.match(String(problem), /^ {4}~\/\.aws\/sso\/cache\/.*/);
  await writeFile(file, JSON.stringify(session(2 * HOUR + 30_000)));
  // It began eight hours before its end.
  const begun = new Date(Date.now() - 6 * HOUR);
  await utimes(file, begun, begun);
  assert.deepEqual((await line()).slice(0, 2), [0, ' SSO session corp ###------- 2 h 0 min']);
  const renewed = {
    refreshToken: 'r',
    clientId: 'i',
    clientSecret: 's',
    registrationExpiresAt: session(HOUR).expiresAt,
  };
  await writeFile(file, JSON.stringify({ ...session(-HOUR), ...renewed }));
  assert.deepEqual((await line()).slice(0, 2), [0, ' SSO session corp renewed when needed']);
});

test('What is broken is shown with its fix, beside what is not, and it exits with 1.', async () => {
  await using stage = await startProductStage({
    files: ({ dev }) => ({
      credentials: { dev: keysOf(dev) },
      registries: { [HOST]: { profile: 'dev' }, [OTHER]: { profile: 'deb' } },
    }),
  });
  const { product } = stage;
  const broken = await status(product);
  assert.equal(broken.status, 1);
  assert.match(
    broken.stdout,
    /\nprofile deb\n {2}there is no profile deb in [\s\S]*\n {4}Did you mean dev\?\n/,
  );
  assert.match(broken.stdout, new RegExp(`\nprofile dev \\(access key\\)\n  ${HOST} +none yet\n`));
  const file = `${product.home}/.config/ecr-xacct/config.yaml`;
  await writeFile(file, 'registries: 1\n');
  const invalid = await status(product);
  assert.equal(invalid.status, 1);
  assert.match(invalid.stdout, /config\.yaml:1:1: "registries" must be/);
  assert.match(invalid.stdout, /\n {2}run: \$\{EDITOR:-vi\} \/\S+\/config\.yaml\n/);
});

test('Registries are shown that only Docker names, and those that it asks another for.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  await mkdir(`${product.home}/.docker`);
  const credHelpers = { [HOST]: 'ecr-xacct', [OTHER]: 'ecr-xacct', [LOGIN]: 'ecr-login' };
  await writeFile(`${product.home}/.docker/config.json`, JSON.stringify({ credHelpers }));
  const { stdout, status: code } = await status(product);
  assert.equal(code, 1);
  assert.match(stdout, /\ndocker {2}asks ecr-xacct for 2 registries \(~\/\.docker\/config\.json\)\n/);
  assert.match(stdout, new RegExp(`\nno identity\n  ${OTHER}\n    run: ecr-xacct explain ${OTHER}\n`));
  assert.match(stdout, new RegExp(`\n  ${LOGIN}: docker-credential-ecr-login\n`));
});

test('Watched through a pipe, it prints again, whether the daemon goes or comes, until a signal ends it.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const watching = spawn('ecr-xacct', ['status', '--watch', '--json'], {
    env: product.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(watching, 'exit');
  const seen: boolean[] = [];
  for await (const line of createInterface({ input: watching.stdout })) {
    assert.ok(!line.includes('\x1b'));
    if (!/^ {2}"daemon": /.test(line)) continue;
    const isRunning = line !== '  "daemon": null,';
    if (seen.at(-1) !== isRunning) seen.push(isRunning);
    if (seen.length === 1) await product.get(HOST);
    if (seen.length === 2) await product.run(['ecr-xacct', 'daemon', 'stop']);
    if (seen.length === 3) watching.kill('SIGINT');
  }
  assert.deepEqual(seen, [false, true, false]);
  assert.deepEqual(await ended, [0, null]);
});

const skip = skipWithout('script');
test('Watched on a terminal, it hides the cursor, and q and Ctrl-C bring both back.', { skip }, async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  for (const key of ['q', '\x03']) {
    // util-linux's: it runs the command on a new terminal, and passes keys on.
    const terminal = spawn('script', ['-qec', 'ecr-xacct status --watch; echo "left with $?"', '/dev/null'], {
      env: { ...product.env, TERM: 'xterm', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const before = output;
      output += chunk;
      const isShown = (seen: string) => seen.includes('No daemon is running');
      if (isShown(output) && !isShown(before)) terminal.stdin.write(key);
    });
    await once(terminal, 'close');
    assert.ok(output.startsWith('\x1b[?1049h\x1b[?25l'));
    assert.ok(output.endsWith('\x1b[?25h\x1b[?1049lleft with 0\r\n'), output);
  }
});

test('A reader who stops reading ends it.', async () => {
  await using stage = await startProductStage();
  const command = 'ecr-xacct status --watch | head -n 1';
  const shell = spawn('sh', ['-c', command], {
    env: stage.product.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([text(shell.stdout), once(shell, 'exit')]);
  assert.match(output, /^No daemon is running/);
});
