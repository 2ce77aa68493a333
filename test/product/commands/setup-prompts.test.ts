// `ecr-xacct setup` on a terminal: its questions, wrong answers to them, and whoever breaks off.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bin } from '../../support/product/product.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';
import { CONFIG, DOCKER, makeSetupHome, type SetupHome, ssoProfile } from '../../support/unit/setup-home.ts';

const AWS =
  ssoProfile('readonly', '444455556666', 'us-east-1') +
  ssoProfile('admin', '444455556666') +
  ssoProfile('images', '111122223333');

/** The built program. */
function open(user: SetupHome, args = '', env: Record<string, string> = {}) {
  return openTerminal(`ecr-xacct setup ${args}`, { HOME: user.home, PATH: `${bin}:/usr/bin:/bin`, ...env });
}

const ACCOUNTS = /Which accounts' registries[\s\S]*confirm/;
const PROFILE = /By which profile, for account 444455556666\?[\s\S]*confirm/;
const REGIONS = /In which regions are the registries of 111122223333\?[\s\S]*eu-central-1/;
const CONFIRM = /Change these files\?[\s\S]*No/;

describe('on a terminal', { skip: skipWithoutTerminal }, () => {
  test('it asks for accounts, profiles and regions, answers a wrong answer, shows, and asks again.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS });
    using terminal = open(user);
    await terminal.shows(ACCOUNTS);
    terminal.type(KEYS.space + KEYS.down + KEYS.space + KEYS.enter);
    await terminal.shows(/Please select at least one option/);
    terminal.type(KEYS.space + KEYS.up + KEYS.space + KEYS.enter);
    await terminal.shows(PROFILE);
    terminal.type(KEYS.down + KEYS.enter);
    await terminal.shows(REGIONS);
    terminal.type(KEYS.enter);
    await terminal.shows(/Name at least one region/);
    terminal.type(`eu-central-1, mars${KEYS.enter}`);
    await terminal.shows(/mars is no AWS region; write it like us-east-1\./);
    terminal.type(`${KEYS.clear}cn-north-1${KEYS.enter}`);
    await terminal.shows(/Account 111122223333 is in aws: name a region of that, too\./);
    terminal.type(`${KEYS.clear}eu-central-1${KEYS.enter}`);
    await terminal.shows(CONFIRM);
    assert.equal(user.read(CONFIG), undefined);
    terminal.type(KEYS.enter);
    const { status, raw } = await terminal.end();
    assert.equal(status, 0);
    assert.match(
      user.read(CONFIG) ?? '',
      /444455556666\S+: \{ profile: admin \}\n.*111122223333\S+: \{ profile: images \}/,
    );
    assert.match(user.read(DOCKER) ?? '', /111122223333\.dkr\.ecr\.eu-central-1/);
    assert.ok(raw.includes('\u001b[32m+registries:'), 'the diff has colours');
  });

  const questions: [string, RegExp, string][] = [
    ['the accounts', ACCOUNTS, ''],
    ['the profile', PROFILE, KEYS.enter],
    ['the regions', REGIONS, KEYS.enter],
  ];
  for (const [index, [what]] of questions.entries()) {
    test(`Ctrl-C at the question for ${what} leaves everything as it is, and says so.`, async () => {
      using user = makeSetupHome({ '.aws/config': AWS, [DOCKER]: '{}' });
      const before = user.files();
      using terminal = open(user);
      for (const [, question, key] of questions.slice(0, index + 1)) {
        terminal.type(key);
        await terminal.shows(question);
      }
      terminal.type(KEYS.ctrlC);
      const { status, text } = await terminal.end();
      assert.equal(status, 130);
      assert.match(text, /ecr-xacct: cancelled: nothing was changed\r\n$/);
      assert.deepEqual(user.files(), before);
    });
  }

  for (const [what, keys, expected] of [
    ['Ctrl-C', KEYS.ctrlC, 130],
    ['No', `${KEYS.right}${KEYS.enter}`, 1],
  ] as const) {
    test(`${what} at the last question, and that of undo, leaves everything as it is, and says so.`, async () => {
      using user = makeSetupHome({ '.aws/config': AWS, [DOCKER]: '{}' });
      for (const args of ['--profile readonly', '--undo']) {
        if (args === '--undo') await user.succeed('--yes', '--profile', 'readonly');
        const before = user.files();
        using terminal = open(user, args);
        await terminal.shows(CONFIRM);
        terminal.type(keys);
        const { status, text } = await terminal.end();
        assert.equal(status, expected);
        assert.match(text, /ecr-xacct: cancelled: nothing was changed\r\n$/);
        assert.deepEqual(user.files(), before);
      }
    });
  }

  test('a login that another program writes while it asks is shown, asked about again, and kept.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS, [DOCKER]: '{}' });
    using terminal = open(user, '--profile readonly');
    await terminal.shows(CONFIRM);
    user.write({ [DOCKER]: '{"auths":{"registry.example":{"auth":"bm8tc2VjcmV0"}}}' });
    terminal.type(KEYS.enter);
    await terminal.shows(
      /config\.json was changed by another program meanwhile[\s\S]*Change these files\?[\s\S]*No/,
    );
    assert.equal(user.read(CONFIG), undefined);
    terminal.type(KEYS.enter);
    assert.equal((await terminal.end()).status, 0);
    assert.match(user.read(DOCKER) ?? '', /registry\.example[\s\S]*444455556666/);
  });

  test('NO_COLOR takes the colours out of the diff, and --yes asks nothing.', async () => {
    using user = makeSetupHome({ '.aws/config': AWS });
    using terminal = open(user, '--yes --region us-east-1', { NO_COLOR: '1' });
    const { status, raw } = await terminal.end();
    assert.equal(status, 0);
    assert.ok(raw.includes('\n+registries:'));
    assert.ok(!raw.includes('\u001b'));
  });

  for (const [where, args, env, isColoured] of [
    ['on a dumb terminal', '', { TERM: 'dumb' }, false],
    ['in a pipe', ' | cat', {}, false],
    ['in a pipe with FORCE_COLOR', ' | cat', { FORCE_COLOR: '1' }, true],
  ] as const) {
    test(`The diff has ${isColoured ? 'colours' : 'no colours'} ${where}.`, async () => {
      using user = makeSetupHome({ '.aws/config': AWS });
      using terminal = open(user, `--yes --region us-east-1 --dry-run${args}`, env);
      const { status, raw, text } = await terminal.end();
      assert.equal(status, 0);
      assert.ok(text.includes('\n+registries:'));
      assert.equal(raw.includes('\u001b[32m+registries:'), isColoured);
      assert.equal(raw.includes('\u001b'), isColoured);
    });
  }
});
