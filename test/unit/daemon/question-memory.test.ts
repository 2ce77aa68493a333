// Tests that a daemon with a memory of questions answers and counts like one without.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempDisposableSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createQuestionMemory } from '../../../src/daemon/question-memory.ts';
import { encodeRequest } from '../../../src/wire/codec.ts';
import { edit, type SharedWorld, startDaemon } from '../../support/unit/daemon-pair.ts';

const HOUR = 3_600_000;
const ecr = (account: string, region = 'us-east-1') => `${account}.dkr.ecr.${region}.amazonaws.com`;
const RULED = ecr('111122223333');
const HOSTS = [
  RULED,
  ecr('444455556666'),
  ecr('777788889999'),
  'images.example',
  'https://index.docker.io/v1/',
] as const;

const CONFIGS = [
  undefined,
  `registries:\n  ${RULED}: { profile: dev }\n`,
  `registries:\n  ${RULED}: { profile: other }\n  images.example: { profile: dev, registry: ${RULED} }\n`,
  `refresh_margin: 2h\nregistries:\n  ${RULED}: { profile: dev }\n`,
  'registries: [',
];
const keys = (id: string) => `aws_access_key_id = ${id}\naws_secret_access_key = secret\n`;
const sso = (name: string) =>
  `[profile ${name}]\nsso_start_url = https://${name}.example\nsso_region = us-east-1\nsso_account_id = 444455556666\nsso_role_name = R\n`;
const PROFILES = [
  `[profile dev]\n${keys('AKIADEV1')}[profile other]\n${keys('AKIAOTHER')}${sso('one')}${sso('two')}`,
  `[profile dev]\n${keys('AKIADEV2')}[profile other]\n${keys('AKIAOTHER')}${sso('two')}`,
  `[profile dev]\ncredential_process = /bin/keys\n[profile other]\n${keys('AKIAOTHER')}${sso('one')}`,
  '[profile dev\n',
];
const ENVIRONMENTS = [
  {},
  { AWS_PROFILE: 'dev' },
  { ECR_XACCT_PROFILE: 'other' },
  { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secret' },
  { '@all': '1', EDITOR: 'vi' },
  { XDG_CONFIG_HOME: '/nowhere' },
];
/** Device and inode, as a client sends them. */
function placeOf(folder: string): string {
  const { dev, ino } = statSync(folder);
  return `${dev}:${ino}`;
}

const IDENTITIES = ['profile dev', 'profile other', 'profile one', 'profile two'];

const index = (list: readonly unknown[]) => fc.nat(list.length - 1);
const host = index(HOSTS);
/** Asked again, as pulls do. */
const asked = fc.record({
  op: fc.constant('get' as const),
  host,
  env: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, index(ENVIRONMENTS)),
  times: fc.integer({ min: 1, max: 4 }),
});
const operation = fc.oneof(
  { weight: 12, arbitrary: asked },
  fc.record({ op: fc.constantFrom('store', 'erase', 'login'), host }),
  fc.record({ op: fc.constant('forget' as const) }),
  fc.record({ op: fc.constant('tidy' as const) }),
  fc.record({ op: fc.constant('config' as const), to: index(CONFIGS) }),
  fc.record({ op: fc.constant('profiles' as const), to: index(PROFILES) }),
  fc.record({ op: fc.constant('fail' as const), who: fc.constantFrom(...IDENTITIES) }),
  fc.record({ op: fc.constant('account' as const), profile: fc.constantFrom('dev', 'other'), of: host }),
  fc.record({
    op: fc.constant('pass' as const),
    ms: fc.constantFrom(1_000, 300_000, HOUR, 11.4 * HOUR, 13 * HOUR),
  }),
  fc.record({ op: fc.constant('set' as const), ms: fc.constantFrom(-13 * HOUR, -HOUR, 5 * HOUR) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Changes the world, or is a question for both. */
function change(
  home: string,
  world: SharedWorld,
  of: Operation,
): { action: string; input: string; env: object } | undefined {
  const hostname = 'host' in of ? (HOSTS[of.host] ?? '') : '';
  switch (of.op) {
    case 'get':
      return { action: 'get', input: hostname, env: ENVIRONMENTS[of.env] ?? {} };
    case 'store': {
      const login = { ServerURL: hostname, Username: 'AWS', Secret: 'from docker login' };
      return { action: 'store', input: JSON.stringify(login), env: {} };
    }
    case 'erase':
      return { action: 'erase', input: hostname, env: {} };
    case 'login':
      return { action: 'login', input: JSON.stringify({ hostname }), env: {} };
    case 'forget':
      return { action: 'forget', input: '', env: {} };
    case 'config': {
      const path = join(home, '.config', 'ecr-xacct', 'config.yaml');
      const text = CONFIGS[of.to];
      if (text === undefined) rmSync(path, { force: true });
      else edit(path, text);
      return undefined;
    }
    case 'profiles':
      edit(join(home, '.aws', 'config'), PROFILES[of.to] ?? '');
      return undefined;
    case 'fail':
      if (!world.failing.delete(of.who)) world.failing.add(of.who);
      return undefined;
    case 'account':
      world.accounts[of.profile] = /^\d+/.exec(HOSTS[of.of] ?? '')?.[0] ?? '999988887777';
      return undefined;
    case 'pass':
      world.now += of.ms;
      world.wall += of.ms;
      return undefined;
    case 'set':
      world.wall += of.ms;
      return undefined;
    case 'tidy':
      return undefined;
  }
}

test('Whatever happens, answers and counts are those of a daemon without it.', async () => {
  let spared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 40 }), async (operations) => {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'questions-'));
      const home = folder.path;
      mkdirSync(join(home, '.config', 'ecr-xacct'), { recursive: true });
      mkdirSync(join(home, '.aws'));
      edit(join(home, '.aws', 'config'), PROFILES[0] ?? '');
      const now = Date.UTC(2026, 0, 1);
      const world: SharedWorld = { folder: home, now, wall: now, failing: new Set(), accounts: {} };
      await using one = await startDaemon(world, true);
      await using other = await startDaemon(world, false);
      for (const [at, of] of operations.entries()) {
        const request = change(home, world, of);
        if (of.op === 'tidy') await Promise.all([one.tidy(), other.tidy()]);
        for (let time = 0; request !== undefined && time < ('times' in of ? of.times : 1); time += 1) {
          const env = { HOME: home, ...request.env };
          const [answer, expected] = await Promise.all(
            [one, other].map(({ ask }) => ask(request.action, request.input, env)),
          );
          assert.equal(answer, expected, `operation ${at}: ${JSON.stringify(of)}`);
        }
        assert.deepEqual(one.counts(), other.counts(), `operation ${at}: ${JSON.stringify(of)}`);
      }
      spared += one.spared();
    }),
    { numRuns: 60 },
  );
  assert.ok(spared > 30, `${spared}`);
});

describe('A question', () => {
  const LATER = () => Date.now() + 60_000;
  const answer = { outcome: 'success', text: 'a' } as const;
  const requestOf = (env: Record<string, string>, input: string = RULED) => {
    const request = { version: 2, action: 'get', env, input } as const;
    return { request, frame: encodeRequest(request) ?? Buffer.alloc(0) };
  };
  /** Whether the answer comes from memory. */
  const isKept = (env: Record<string, string>, now = LATER) => {
    const questions = createQuestionMemory(now);
    const { request, frame } = requestOf(env);
    questions.watch(frame, request)?.(() => answer);
    return questions.answer(frame) === answer;
  };

  test('is kept with harmless variables only, and with HOME.', () => {
    const env = { HOME: '/nowhere', PATH: '/bin', AWS_PROFILE: 'dev', HTTPS_PROXY: 'http://proxy:3128' };
    assert.ok(isKept(env));
    for (const other of [
      { AWS_SESSION_TOKEN: 'x' },
      { AWS_ACCESS_KEY_ID: 'x' },
      { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'x' },
      { HTTPS_PROXY: 'http://user:password@proxy:3128' },
      { AWS_ENDPOINT_URL: 'https://user:password@aws.example' },
      { '@all': '1' },
      { EDITOR: 'vi' },
      { HOME: '' },
    ]) {
      assert.ok(!isKept({ ...env, ...other }), Object.keys(other).join());
    }
  });

  test('is not kept where a file was written a moment ago, nor where one has changed since it was asked.', () => {
    using home = mkdtempDisposableSync(join(tmpdir(), 'questions-'));
    const config = join(home.path, 'config.yaml');
    const env = { HOME: home.path, ECR_XACCT_CONFIG: config };
    edit(config, '');
    assert.ok(!isKept(env, Date.now));
    assert.ok(isKept(env));
    const questions = createQuestionMemory(LATER);
    const { request, frame } = requestOf(env);
    const remember = questions.watch(frame, request);
    edit(config, 'discover: false');
    remember?.(() => answer);
    assert.equal(questions.answer(frame), undefined);
  });

  test("is forgotten where the machine's config is made, edited, or opened to others.", () => {
    using home = mkdtempDisposableSync(join(tmpdir(), 'questions-'));
    const system = join(home.path, 'system.yaml');
    const questions = createQuestionMemory(LATER);
    const { request, frame } = requestOf({ HOME: '/nowhere', ECR_XACCT_SYSTEM_CONFIG: system });
    for (const change of [
      () => edit(system, ''),
      () => edit(system, 'discover: false'),
      () => chmodSync(system, 0o666),
    ]) {
      questions.watch(frame, request)?.(() => answer);
      assert.equal(questions.answer(frame), answer);
      change();
      assert.equal(questions.answer(frame), undefined);
    }
  });

  test('is not kept where something else has changed since it was asked, and forgotten where it does later.', () => {
    const questions = createQuestionMemory(LATER);
    const { request, frame } = requestOf({ HOME: '/nowhere' });
    const remember = questions.watch(frame, request);
    questions.forget();
    remember?.(() => answer);
    assert.equal(questions.answer(frame), undefined);
    questions.watch(frame, request)?.(() => answer);
    assert.equal(questions.answer(frame), answer);
    questions.forget();
    assert.equal(questions.answer(frame), undefined);
  });

  test('is asked anew where the folder with the profiles is another one.', () => {
    using home = mkdtempDisposableSync(join(tmpdir(), 'questions-'));
    const aws = join(home.path, '.aws');
    mkdirSync(aws);
    const { request, frame } = requestOf({ HOME: home.path, '@place': placeOf(aws) });
    const questions = createQuestionMemory(LATER);
    questions.watch(frame, request)?.(() => answer);
    assert.equal(questions.answer(frame), answer);
    renameSync(aws, join(home.path, 'before'));
    mkdirSync(aws);
    assert.equal(questions.answer(frame), undefined);
  });

  test('makes room for others: the one that was asked longest ago goes first.', () => {
    const questions = createQuestionMemory(LATER);
    const all = Array.from({ length: 300 }, (_, i) => requestOf({ HOME: '/nowhere' }, `${i}.example`));
    for (const { request, frame } of all) {
      questions.watch(frame, request)?.(() => answer);
      assert.equal(questions.answer(all[0]?.frame ?? frame), answer);
    }
    assert.equal(questions.answer(all[1]?.frame ?? Buffer.alloc(0)), undefined);
    assert.equal(questions.answer(all[299]?.frame ?? Buffer.alloc(0)), answer);
  });

  test('of many bytes is not kept, nor many of them.', () => {
    const long = { HOME: '/nowhere', PATH: 'x'.repeat(7_000) };
    assert.ok(isKept(long));
    assert.ok(!isKept({ ...long, PATH: 'x'.repeat(9_000) }));
    const questions = createQuestionMemory(LATER);
    const all = Array.from({ length: 50 }, (_, i) => requestOf(long, `${i}.example`));
    for (const { request, frame } of all) questions.watch(frame, request)?.(() => answer);
    const kept = all.filter(({ frame }) => questions.answer(frame) !== undefined);
    assert.ok(kept.length > 30 && kept.length < 40, `${kept.length}`);
  });
});
