// One process for one mint: its input and output, and that nothing of it is left, whatever it does.
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
import type { SelfCommand } from '../../../src/invocation.ts';
import { createMinters } from '../../../src/minter/start-minter.ts';
import { answerOf } from '../../../src/questions.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { whenEnded, whenever } from '../../support/processes.ts';
import { self } from '../../support/product/product.ts';
import { HOST, keyVariables, type ProductStage, startProductStage } from '../../support/product/stage.ts';

const MINUTE = 60_000;

function resolutionFor(identity: Resolution['identity']): Resolution {
  const registry = parseRegistry(HOST);
  assert.ok(registry !== undefined);
  return { hostname: HOST, registry, identity, step: 'rule', reason: 'a test', stsRegion: 'us-east-1' };
}

/** Mints with the developer's keys; `minter` replaces the program. */
async function mint({ product, cast }: ProductStage, timeoutMs = MINUTE, minter: SelfCommand = self) {
  const env = { ...product.env, ...keyVariables(cast.dev) };
  return answerOf(
    await createMinters(minter, 0).mint(resolutionFor({ kind: 'environment' }), env, timeoutMs),
  );
}

/** A fake minter: a shell script whose only argument is `mint`. */
function script(source: string): SelfCommand {
  return ['/bin/sh', '-c', source, 'minter'];
}

test("A mint brings the token with its expiry and AWS's own time, in milliseconds, where this machine's clock is hours off.", async () => {
  const aws = Math.floor(Date.now() / 1_000) * 1_000 - 5 * 3_600_000;
  await using stage = await startProductStage({ aws: { now: () => aws } });
  const token = await mint(stage);
  const { password, expiresAt } = stage.aws.issuedTokens[0] ?? {};
  // A date has whole seconds, rounded down, so the next one is the latest possible.
  assert.deepEqual(token, { username: 'AWS', password, expiresAt, awsNow: aws + 1_000 });
});

test("A failure comes back as the minter's own error.", async () => {
  await using stage = await startProductStage({ env: { AWS_MAX_ATTEMPTS: '1' } });
  stage.aws.faults.next({ kind: 'throttle' });
  await assert.rejects(mint(stage), {
    name: 'XacctError',
    code: 'throttled',
    message: 'AWS limits the rate of requests (ThrottlingException)',
    hint: { say: 'wait a minute and run the same command again' },
  });
});

test('A minter says itself what it was waiting for, just before the deadline.', async () => {
  await using stage = await startProductStage();
  stage.aws.faults.next({ kind: 'hang' });
  // Long enough for a busy machine to load the SDK and to begin waiting.
  await assert.rejects(mint(stage, 5_000), {
    code: 'timeout',
    message: /^http:.* did not answer within 5 s$/,
  });
});

test('A minter that does nothing is killed at the deadline, with all that it started.', async () => {
  await using stage = await startProductStage();
  const pidFile = join(stage.product.folder, 'pid');
  const minter = script(`sleep 600 & echo $! >${pidFile}; wait`);
  await assert.rejects(mint(stage, 1_000, minter), {
    code: 'timeout',
    message: 'no answer from AWS within 1 s',
  });
  await whenEnded(Number(await readFile(pidFile, 'utf8')));
});

test('What a minter leaves running when it is done is ended too.', async () => {
  await using stage = await startProductStage();
  const pidFile = join(stage.product.folder, 'pid');
  const token = { username: 'AWS', password: 'p', expiresAt: 1, awsNow: 0 };
  const result = JSON.stringify({ answer: token });
  const minter = script(`sleep 600 3>&- & echo $! >${pidFile}; echo '${result}' >&3`);
  assert.deepEqual(await mint(stage, MINUTE, minter), token);
  await whenEnded(Number(await readFile(pidFile, 'utf8')));
});

test('A minter that cannot be started, crashes or babbles is an error of ours.', async (t) => {
  await using stage = await startProductStage();
  await t.test('There is no such program.', async () => {
    const failed = mint(stage, MINUTE, ['/nonexistent/node']);
    await assert.rejects(failed, {
      code: 'internal',
      message: /^could not start a minter: .*\/nonexistent\/node/,
    });
  });
  const minters = {
    'It ends without a word.': 'exit 3',
    'It is killed.': 'kill -9 $$',
    'It writes half a result.': `printf '{"answer":{"username":"AWS"' >&3`,
    'It writes more than a result can be.': 'head -c 1000000 /dev/zero >&3',
    'It writes to stdout and stderr only.': 'echo {}; echo {} >&2',
  };
  for (const [what, source] of Object.entries(minters)) {
    await t.test(what, async () => {
      const expected = { code: 'internal', message: 'the minter ended without a result' };
      await assert.rejects(mint(stage, MINUTE, script(source)), expected);
    });
  }
});

test('A result is as large as its question allows: policies may be large, a token may not.', async () => {
  await using stage = await startProductStage();
  const env = stage.product.env;
  const minter = script(
    `read -r job; printf '{"answer":"%s"}\\n' "$(head -c 300000 /dev/zero | tr '\\0' a)" >&3`,
  );
  const resolution = resolutionFor({ kind: 'environment' });
  const minters = createMinters(minter, 0);
  const asked = { question: 'policies', input: { repository: undefined } } as const;
  const { answer } = { answer: undefined, ...(await minters.ask(asked, resolution, env, MINUTE)) };
  assert.equal(String(answer).length, 300_000);
  for (const { error } of [
    await minters.mint(resolution, env, MINUTE),
    await minters.whoAmI(resolution, env, MINUTE),
  ]) {
    assert.equal(error?.message, 'the minter ended without a result');
  }
});

test("A minter's environment is the caller's and nothing of this process's, and /proc does not show it.", async () => {
  await using stage = await startProductStage();
  const { product, cast } = stage;
  const variables = product.holdsSecret(join(product.folder, 'variables'));
  const initial = join(product.folder, 'initial');
  // The JSON of static keys, after a check of what it was started with.
  const keys = JSON.stringify({ Version: 1, AccessKeyId: cast.dev.accessKeyId, SecretAccessKey: 'wrong' });
  const script = join(product.folder, 'process.sh');
  await writeFile(
    script,
    `#!/bin/sh\nenv >${variables}\ntr '\\0' '\\n' </proc/$PPID/environ >${initial}\necho '${keys}'\n`,
    { mode: 0o700 },
  );
  await product.configure({ config: { 'profile looks': { credential_process: script } } });
  const env = {
    ...product.env,
    ...keyVariables(cast.dev),
    AWS_MAX_ATTEMPTS: '1',
    NODE_OPTIONS: '--no-warnings',
  };
  const resolution = resolutionFor({ kind: 'profile', profile: 'looks' });
  const { error } = await createMinters(self, 0).mint(resolution, wholeEnvironment(env), MINUTE);
  assert.equal(error?.code, 'credentials-invalid');
  const lines = (await readFile(variables, 'utf8')).trimEnd().split('\n');
  // Variables of the shell itself.
  const seen = lines.filter((line) => !/^(?:PWD|_|SHLVL|OLDPWD)=/.test(line)).sort();
  assert.deepEqual(
    seen,
    Object.entries(env)
      .map((entry) => entry.join('='))
      .sort(),
  );
  assert.equal((await readFile(initial, 'utf8')).trim(), '');
});

test('A minter before which the clock is set, by 13 hours either way, has the time that it was given.', async () => {
  await using stage = await startProductStage();
  for (const hours of [13, -13]) {
    const set = `const { now } = Date; Date.now = () => now() + ${hours} * 3_600_000;`;
    const [node, ...program] = self;
    const late: SelfCommand = [
      node,
      '--import',
      `data:text/javascript,${encodeURIComponent(set)}`,
      ...program,
    ];
    assert.equal((await mint(stage, MINUTE, late)).username, 'AWS');
    // Before it is killed, it says itself what it waited for.
    stage.aws.faults.next({ kind: 'hang' });
    await assert.rejects(mint(stage, 2_000, late), { code: 'timeout', message: /127\.0\.0\.1/ });
  }
});

test('A minter whose starter goes away ends, with its credential_process.', async () => {
  await using stage = await startProductStage();
  const { product } = stage;
  const pidFile = join(product.folder, 'pid');
  const credential_process = `sh -c "echo $$ >${pidFile}; exec sleep 600"`;
  await product.configure({ config: { 'profile hangs': { credential_process } } });

  const [executable, ...args] = self;
  const minter = spawn(executable, [...args, 'mint'], {
    env: product.env,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const result = text(minter.stdio[3] as Readable);
  const resolution = resolutionFor({ kind: 'profile', profile: 'hangs' });
  minter.stdin?.write(
    `${JSON.stringify({ question: 'token', resolution, env: wholeEnvironment(product.env), timeoutMs: MINUTE, givenAt: timerMs() })}\n`,
  );
  const pid = () => readFile(pidFile, 'utf8').catch(() => '');
  await whenever('the credential_process runs', async () => (await pid()).endsWith('\n'));
  minter.stdin?.end();
  assert.equal(await result, '');
  await whenEnded(Number(await pid()));
});
