// The callers of an account in ~/.aws/config: AWS is asked, with as many questions at a time as there may be minters.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCallersOf } from '../../../src/callers/callers-of.ts';
import { parseRegistry } from '../../../src/registry/ecr-hostname.ts';
import { whenever } from '../../support/processes.ts';
import { HOST } from '../../support/product/stage.ts';

const PROFILES = 24;
const MOST = 16;
/** A minter that reports their number before it answers, and waits until MOST have started. */
const MINTER = `
cd "$0" && : >running.$$ && ls running.* | wc -l >>counts
until [ -e go ]; do sleep 0.02; done
read -r job
rm running.$$
echo '{"answer":{"arn":"arn:aws:iam::444455556666:user/x","account":"444455556666"}}' >&3
`;

test('Of many profiles, no more are asked at once than there may be minters, and each once.', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'callers-'));
  t.after(() => rm(folder, { recursive: true }));
  const credentials = join(folder, 'credentials');
  const keys = 'aws_access_key_id = AKIAFAKE\naws_secret_access_key = fake\n';
  await writeFile(
    credentials,
    Array.from({ length: PROFILES }, (_, index) => `[p${index}]\n${keys}`).join(''),
  );
  const registry = parseRegistry(HOST);
  assert.ok(registry);
  const front = {
    env: { HOME: folder, AWS_SHARED_CREDENTIALS_FILE: credentials },
    uid: process.getuid?.(),
    self: ['/bin/sh', '-c', MINTER, folder] as const,
  };
  const callersOf = createCallersOf(registry, front);
  const count = async () => {
    let all = 0;
    for await (const { caller } of callersOf('444455556666')) {
      all += Number(caller.account === '444455556666');
    }
    return all;
  };
  const counted = count();
  const counts = async () =>
    (await readFile(join(folder, 'counts'), 'utf8').catch(() => '')).trim().split('\n').map(Number);
  await whenever('as many run as may', async () => (await counts()).length >= MOST);
  await writeFile(join(folder, 'go'), '');
  assert.equal(await counted, PROFILES);
  assert.equal(await count(), PROFILES);
  const seen = await counts();
  assert.equal(seen.length, PROFILES, 'each once, however often they are wanted');
  assert.ok(Math.max(...seen) <= MOST, String(seen));
});

/** A minter whose answer is the content of a file. */
const FAILING = 'read -r job; cat "$0/failure" >&3';

test('A failure names its profile once: by its own message where that is about profiles.', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'callers-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, '.aws'));
  await writeFile(
    join(folder, '.aws', 'config'),
    '[profile dev]\nrole_arn = arn:aws:iam::444455556666:role/x\nsource_profile = dev-base\n',
  );
  const registry = parseRegistry(HOST);
  assert.ok(registry);
  const invocation = {
    env: { HOME: folder },
    uid: process.getuid?.(),
    self: ['/bin/sh', '-c', FAILING, folder] as const,
  };
  const told = async (code: string, message: string) => {
    await writeFile(join(folder, 'failure'), `${JSON.stringify({ error: { code, message } })}\n`);
    const failures: string[] = [];
    const callersOf = createCallersOf(registry, invocation);
    for await (const _ of callersOf('444455556666', (failure) => failures.push(failure.message)));
    return failures;
  };
  const missing = 'there is no profile dev-base (the source_profile of profile dev) in FILE';
  assert.deepEqual(await told('profile-missing', missing), [missing]);
  // It names another one with the same prefix.
  assert.deepEqual(await told('sso-expired', "profile dev-base's SSO session has expired"), [
    "profile dev: profile dev-base's SSO session has expired",
  ]);
});
