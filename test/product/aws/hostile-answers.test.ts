// Servers that answer without end, too much or too slowly: each leads to one line in time, and uses no memory.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { wholeEnvironment } from '../../../src/caller-environment.ts';
import { timerMs } from '../../../src/clock.ts';
import type { Resolution } from '../../../src/identity/resolve.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { floods, type HostileAnswer, startHostileServer, trickles } from '../../fake-aws/hostile-server.ts';
import { failureOf, passwordOf, self } from '../../support/product/product.ts';
import { type ReachedService, reachedServices } from '../../support/product/reached-services.ts';
import {
  devFiles,
  HOST,
  keyVariables,
  type ProductStage,
  startProductStage,
} from '../../support/product/stage.ts';

/** A `get` whose service answers so. @returns its line, and the number of connections. */
async function provoke({ prepare, at }: ReachedService, answer: HostileAnswer) {
  // A million chunks take a busy machine some seconds.
  const ECR_XACCT_TIMEOUT = floods.some((flood) => flood === answer) ? '50' : '5';
  await using stage = await startProductStage({ env: { ECR_XACCT_DAEMON: 'off', ECR_XACCT_TIMEOUT } });
  await using server = await startHostileServer(answer);
  await prepare(stage);
  const line = failureOf(await stage.product.get(HOST, { env: at(server.url) }));
  return { line: line.replaceAll(server.url, 'URL'), connections: server.connections() };
}

test('Servers', { concurrency: 2 }, async (t) => {
  const rows = reachedServices.flatMap((reached) => [
    ...floods.map((answer) =>
      t.test(`${reached.service} with ${answer} is refused at once, and not asked again.`, async () => {
        const { line, connections } = await provoke(reached, answer);
        const isRefusal = reached.isMachines && answer.startsWith('an error');
        if (reached.isMachines && answer.endsWith('byte by byte')) {
          // In its second or two, a busy machine may not read a million chunks.
          assert.match(line, /URL answered with more than 1 MiB| did not answer| no answer/);
          return;
        }
        assert.match(line, isRefusal ? /refuses \(status 400\)/ : /URL answered with more than 1 MiB/);
        if (!isRefusal) assert.equal(connections, 1, line);
      }),
    ),
    ...trickles.map((answer) =>
      t.test(
        `${reached.service} with ${answer} is waited for as long as it may take, and named.`,
        async () => {
          const { line } = await provoke(reached, answer);
          if (!reached.isMachines) assert.match(line, /URL did not (?:end its )?answer within 5 s/);
          else assert.match(line, /URL(?:: no answer| did not answer| refuses| gave no credentials)/);
        },
      ),
    ),
    t.test(`${reached.service} with a packed body is not unpacked.`, async () => {
      const { line } = await provoke(reached, 'a packed body');
      assert.match(line, /is not AWS|gave no credentials|expired|no EC2 instance role|URL/);
    }),
  ]);
  await Promise.all(rows);
});

test('With a daemon, and in the commands for people, it is the same.', { concurrency: 2 }, async () => {
  await using stage = await startProductStage({ env: { ECR_XACCT_TIMEOUT: '5' } });
  await using flood = await startHostileServer('a body without end');
  await using trickle = await startHostileServer('a body that comes slowly');
  const { product } = stage;
  const dockerConfig = JSON.stringify({ credHelpers: { [HOST]: 'ecr-xacct' } });
  await product.run(['sh', '-c', 'mkdir .docker && cat >.docker/config.json'], { input: dockerConfig });
  const env = ({ url }: { url: string }) => ({ AWS_ENDPOINT_URL_ECR: url, AWS_ENDPOINT_URL_STS: url });
  assert.match(failureOf(await product.get(HOST, { env: env(flood) })), /answered with more than 1 MiB/);
  assert.match(
    failureOf(await product.get(HOST, { env: env(trickle) })),
    /did not end its answer within 5 s/,
  );
  for (const command of [
    ['login', HOST],
    ['access', HOST, '--profile', 'dev'],
    ['grant', '444455556666', '--on', `${HOST}/app`, '--profile', 'dev', '--dry-run'],
    ['doctor', `${HOST}/app:1`],
    ['explain', HOST, '--mint'],
  ]) {
    for (const [server, says] of [
      [flood, /answered\s+with\s+more\s+than\s+1\s+MiB/],
      [trickle, /did\s+not\s+end\s+its\s+answer\s+within\s+5\s+s/],
    ] as const) {
      const { stdout, stderr } = await product.run(['ecr-xacct', ...command], { env: env(server) });
      assert.match(`${stdout}${stderr}`, says, command.join(' '));
    }
  }
});

/** A minter that writes its peak memory at its end. @returns its result, and the memory in kilobytes. */
async function mintAlone({ product, cast }: ProductStage, endpoint: string) {
  const [hook, peak] = ['hook.cjs', 'peak'].map((name) => join(product.folder, name));
  await writeFile(
    hook ?? '',
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`,
  );
  const [executable, ...args] = self;
  const minter = spawn(executable, ['--require', hook ?? '', ...args, 'mint'], {
    env: product.env,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const result = text(minter.stdio[3] as Readable);
  const registry = parseRegistry(HOST);
  assert.ok(registry !== undefined);
  const resolution: Resolution = {
    ...{ hostname: HOST, registry, step: 'rule', reason: 'a test', stsRegion: 'us-east-1' },
    identity: { kind: 'environment' },
  };
  const env = wholeEnvironment({ ...product.env, ...keyVariables(cast.dev), AWS_ENDPOINT_URL_ECR: endpoint });
  const job = { question: 'token', resolution, env, timeoutMs: 10_000, givenAt: timerMs() };
  minter.stdin?.write(`${JSON.stringify(job)}\n`);
  const said = await result;
  if (minter.exitCode === null) await new Promise((resolve) => minter.once('exit', resolve));
  return { said, peak: Number(await readFile(peak ?? '', 'utf8')) };
}

test('No answer takes a minter much more memory than a token does.', async (t) => {
  await using stage = await startProductStage();
  const token = await mintAlone(stage, stage.aws.url);
  assert.match(token.said, /"password"/);
  for (const answer of [...floods, 'a packed body', 'hints without an answer'] as const) {
    await t.test(answer, async () => {
      await using server = await startHostileServer(answer);
      const { said, peak } = await mintAlone(stage, server.url);
      assert.match(said, /"error"/);
      assert.ok(peak < 1.5 * token.peak, `${peak} kB, and ${token.peak} kB for a token`);
    });
  }
});

test('A token or a session that none of AWS can be is refused where it comes from.', async () => {
  await using stage = await startProductStage({ env: { ECR_XACCT_DAEMON: 'off' } });
  const { product, aws, cast } = stage;
  await product.configure(devFiles(cast));
  const authorizationToken = Buffer.from(`AWS:${'a'.repeat(100_000)}`).toString('base64');
  aws.faults.next({
    kind: 'malformed',
    body: JSON.stringify({
      authorizationData: [{ authorizationToken, expiresAt: Date.now() / 1_000 + 3_600 }],
    }),
  });
  assert.match(failureOf(await product.get(HOST)), /ECR answered with a token of more than 64 KiB/);
  passwordOf(await product.get(HOST), HOST);
});
