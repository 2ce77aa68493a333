// At a limit of descriptors or processes, the error names the limit, in each place that opens a file or starts a
// process.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { whenever } from '../support/processes.ts';
import { passwordOf, self } from '../support/product/product.ts';
import { HOST, startProductStage } from '../support/product/stage.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** How this process reaches its limit. Root has no limit of processes; another user has, and runs only this one. */
const REACH = {
  EMFILE: 'try { for (;;) openSync("/dev/null"); } catch {}',
  EAGAIN: `execFileSync('prlimit', ['--pid', String(process.pid), '--nproc=1:1']);
if (process.getuid() === 0) process.setuid(61234);`,
};
type Limit = keyof typeof REACH;

const SAYS: Readonly<Record<Limit, string>> = {
  EMFILE:
    'too many open files in this process (EMFILE); to raise the limit, run: ulimit -n 4096; then run: ecr-xacct daemon stop',
  EAGAIN:
    'too many processes of this user (EAGAIN); to see the limit (a container may have a lower one), run: ulimit -u',
};

/** What a script prints at the limit by `say`. It loads everything before. */
async function saidAt(limit: Limit, { load, run }: { load: Record<string, string>; run: string }) {
  const imports = Object.entries(load).map(
    ([names, path]) =>
      `import { ${names} } from ${JSON.stringify(pathToFileURL(join(ROOT, 'src', path)).href)};`,
  );
  const script = `${imports.join('\n')}
import { execFileSync } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import { errorLine, XacctError } from ${JSON.stringify(pathToFileURL(join(ROOT, 'src', 'errors.ts')).href)};
const say = (text) => writeSync(1, text + '\\n');
const line = async (act) => { try { return await act(); } catch (error) { return errorLine(error); } };
${REACH[limit]}
${run}
process.exit();`;
  const shell = 'ulimit -n 100; exec "$@"';
  const node = [process.execPath, '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)('sh', ['-c', shell, 'sh', ...node], { timeout: 30_000 });
  return stdout.trimEnd();
}

const RESOLUTION = `{ hostname: '${HOST}', registry: {}, identity: { kind: 'environment' }, step: 'rule', reason: '', stsRegion: 'us-east-1' }`;

for (const limit of ['EMFILE', 'EAGAIN'] as const) {
  describe(`at the limit that ends with ${limit}`, () => {
    test('a minter says so', async () => {
      const said = await saidAt(limit, {
        load: { createMinters: 'minter/start-minter.ts' },
        run: `const { error } = await createMinters(${JSON.stringify(self)}, 0).mint(${RESOLUTION}, {}, 10_000);
say(error.code); say(errorLine(error));`,
      });
      assert.equal(said, `limit\necr-xacct: could not start a minter: ${SAYS[limit]}`);
    });

    test('the start of a daemon says so', async () => {
      const said = await saidAt(limit, {
        load: { startDaemon: 'client/start-daemon.ts' },
        run: `say(errorLine(await startDaemon(${JSON.stringify(self)}, {})));`,
      });
      assert.equal(said, `ecr-xacct: the daemon cannot be started: ${SAYS[limit]}`);
    });

    test('a fallback helper says so', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'limits-'));
      // For the other user, too.
      await chmod(folder, 0o755);
      await writeFile(join(folder, 'docker-credential-other'), '#!/bin/sh\n', { mode: 0o755 });
      const said = await saidAt(limit, {
        load: { createFallbackHelper: 'docker/fallback/fallback-helper.ts' },
        run: `const request = { name: 'other', configFile: undefined, action: 'get', input: 'a', env: { PATH: '/usr/bin:${folder}' } };
say(await line(() => createFallbackHelper()(request, 10_000)));`,
      });
      await rm(folder, { recursive: true });
      assert.equal(said, `ecr-xacct: docker-credential-other cannot be started: ${SAYS[limit]}`);
    });

    test('a credential_process says so, and not that it is not found', async () => {
      const said = await saidAt(limit, {
        load: {
          processCredentials: 'aws/leaves/process.ts',
          processFailure: 'aws/failures/process-failure.ts',
        },
        run: `const context = { resolution: ${RESOLUTION}, env: {} };
const error = await processCredentials('/bin/true', {}).catch((cause) => cause);
say(errorLine(processFailure(error, { profile: 'dev' }, context)));`,
      });
      assert.match(said, /^ecr-xacct: .*credential_process cannot be started: /);
      assert.ok(said.endsWith(SAYS[limit]), said);
    });
  });
}

test('A file that cannot be read for want of a descriptor is said to be no broken one.', async () => {
  const said = await saidAt('EMFILE', {
    load: { createFileCache: 'os/file-cache.ts', readSnapshot: 'os/snapshot.ts' },
    run: `say(await line(() => createFileCache({ parse: (text) => text, maxBytes: 65536, irregular: 'refused' })('/etc/passwd')));
say(await line(() => readSnapshot('/etc/passwd')));`,
  });
  assert.equal(said, Array(2).fill(`ecr-xacct: cannot read /etc/passwd: ${SAYS.EMFILE}`).join('\n'));
});

test('A daemon with more clients than files turns some away, says so in its log, and serves afterwards.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const daemon = product.run(['sh', '-c', 'ulimit -n 100; exec ecr-xacct daemon run']);
  await whenever('the daemon listens', async () => (await product.daemon()) !== undefined);
  const clients = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const client = connect(product.socket);
      await once(client, 'connect');
      return client;
    }),
  );
  // A rejected client is one whose connection ends before it has asked.
  await Promise.any(clients.map((client) => once(client.resume(), 'end')));
  passwordOf(await product.get(HOST), HOST);
  for (const client of clients) client.destroy();
  passwordOf(await product.get(HOST), HOST);
  const log = await readFile(join(product.home, '.local/state/ecr-xacct/daemon.log'), 'utf8');
  assert.equal(log.split('too many connections at once').length, 2);
  assert.match(log, /"why":"this process may open 100 files \(ulimit -n\)"/);
  await product.run(['ecr-xacct', 'daemon', 'stop']);
  assert.equal((await daemon).status, 0);
});
