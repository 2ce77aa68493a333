// `ecr-xacct setup` on a terminal: its questions, keys, wrong answers, a resized window, and cancelling.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSetup, QUESTIONS, SETUP_AWS } from '../../support/product/setup-terminal.ts';
import { KEYS, skipWithoutTerminal } from '../../support/product/terminal.ts';
import { CONFIG, DOCKER, makeSetupHome } from '../../support/unit/setup-home.ts';

describe('on a terminal', { skip: skipWithoutTerminal }, () => {
  test('it asks for accounts, profiles and regions, answers a wrong answer, shows, and asks again.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS });
    using terminal = openSetup(user);
    await terminal.shows(QUESTIONS.accounts);
    terminal.type(KEYS.space + KEYS.down + KEYS.space + KEYS.enter);
    await terminal.shows(/Please select at least one option/);
    terminal.type(KEYS.space + KEYS.up + KEYS.space + KEYS.enter);
    await terminal.shows(QUESTIONS.profile);
    terminal.type(KEYS.down + KEYS.enter);
    await terminal.shows(QUESTIONS.regions);
    terminal.type(`eu-central-1, mars${KEYS.enter}`);
    await terminal.shows(/mars is not an AWS region; write it like us-east-1\./);
    terminal.type(`${KEYS.clear}eu-central1${KEYS.enter}`);
    await terminal.shows(/eu-central1 is not an AWS region; write it like eu-central-1\./);
    terminal.type(`${KEYS.clear}eu-central-1 cn-north-1${KEYS.enter}`);
    await terminal.shows(/Account 111122223333 is in aws, and cn-north-1 is not\./);
    terminal.type(`${KEYS.clear}eu-central-1${KEYS.enter}`);
    await terminal.shows(QUESTIONS.confirm);
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

  test('the letter a takes all accounts or none, and an account without a region is left out by an empty answer.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS });
    using terminal = openSetup(user);
    await terminal.shows(QUESTIONS.accounts);
    terminal.type(`a${KEYS.enter}`);
    await terminal.shows(/Please select at least one option/);
    terminal.type(`a${KEYS.enter}`);
    await terminal.shows(QUESTIONS.profile);
    terminal.type(KEYS.enter);
    await terminal.shows(QUESTIONS.regions);
    terminal.type(KEYS.enter);
    await terminal.shows(QUESTIONS.confirm);
    terminal.type(KEYS.enter);
    const { status, text } = await terminal.end();
    assert.equal(status, 0);
    assert.match(
      text,
      /no region is known for 111122223333 \(images\)\r\n[\s\S]*\n {6}ecr-xacct setup --region 111122223333=us-east-1\r\n/,
    );
    assert.doesNotMatch(user.read(CONFIG) ?? '', /111122223333/);
  });

  test('each question is drawn anew where the window is resized, and takes its answer.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS });
    using terminal = openSetup(user);
    // It is drawn again only if its line breaks change.
    const steps: [RegExp, size: [number, number], drawn: RegExp, string][] = [
      [QUESTIONS.accounts, [40, 12], /ecr-xacct\s+│ {2}serve\?[\s\S]*Enter:/, KEYS.enter],
      [
        /Which profile, for[\s\S]*○ admin[\s\S]*confirm/,
        [25, 10],
        /for\s+│ {2}account 444455556666\?[\s\S]*Enter:/,
        KEYS.down + KEYS.enter,
      ],
      [/In which[\s\S]*eu-central-1/, [70, 24], QUESTIONS.regions, `eu-west-1${KEYS.enter}`],
    ];
    for (const [question, size, drawn, answer] of steps) {
      await terminal.shows(question);
      terminal.resize(...size);
      await terminal.shows(drawn);
      terminal.type(answer);
    }
    await terminal.shows(QUESTIONS.confirm);
    terminal.resize(30, 10);
    terminal.type(KEYS.enter);
    assert.equal((await terminal.end()).status, 0);
    assert.match(user.read(CONFIG) ?? '', /profile: admin \}\n.*profile: images \}/);
    assert.match(user.read(DOCKER) ?? '', /111122223333\.dkr\.ecr\.eu-west-1/);
  });

  const questions: [string, RegExp, string][] = [
    ['the accounts', QUESTIONS.accounts, ''],
    ['the profile', QUESTIONS.profile, KEYS.enter],
    ['the regions', QUESTIONS.regions, KEYS.enter],
  ];
  for (const [index, [what]] of questions.entries()) {
    test(`Ctrl-C at the question for ${what} leaves everything as it is, and says so.`, async () => {
      using user = makeSetupHome({ '.aws/config': SETUP_AWS, [DOCKER]: '{}' });
      const before = user.files();
      using terminal = openSetup(user);
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
    ['Escape', KEYS.escape, 130],
    ['No', `${KEYS.right}${KEYS.enter}`, 1],
  ] as const) {
    test(`${what} at the last question, and that of undo, leaves everything as it is, and says so.`, async () => {
      using user = makeSetupHome({ '.aws/config': SETUP_AWS, [DOCKER]: '{}' });
      for (const args of ['--profile readonly', '--undo']) {
        if (args === '--undo') await user.succeed('--yes', '--profile', 'readonly');
        const before = user.files();
        using terminal = openSetup(user, args);
        await terminal.shows(QUESTIONS.confirm);
        terminal.type(keys);
        const { status, text } = await terminal.end();
        assert.equal(status, expected);
        assert.match(text, /ecr-xacct: cancelled: nothing was changed\r\n$/);
        assert.deepEqual(user.files(), before);
      }
    });
  }

  test('a login that another program writes while it asks is shown, asked about again, and kept.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS, [DOCKER]: '{}' });
    using terminal = openSetup(user, '--profile readonly');
    await terminal.shows(QUESTIONS.confirm);
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
});
