// `ecr-xacct setup` on a terminal a second time, dry, into a pipe, and in colours.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bin } from '../../support/product/product.ts';
import { openSetup, QUESTIONS, SETUP_AWS } from '../../support/product/setup-terminal.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';
import { CONFIG, DOCKER, makeSetupHome } from '../../support/unit/setup-home.ts';

describe('on a terminal', { skip: skipWithoutTerminal }, () => {
  test('a second time, what is there is chosen already; what is chosen otherwise is changed, or taken out.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS, [DOCKER]: '{"CredsStore":"pass"}' });
    const before = user.files();
    await user.succeed('--yes', '--region', 'us-east-1');
    using terminal = openSetup(user);
    await terminal.shows(
      /◼ 444455556666 {2}readonly and 1 more {2}SSO, not signed in[\s\S]*◼ 111122223333 {2}images {15}SSO, not signed in[\s\S]*confirm/,
    );
    // The second one is removed.
    terminal.type(KEYS.down + KEYS.space + KEYS.enter);
    await terminal.shows(/Which profile[\s\S]*● readonly {2}SSO, not signed in[\s\S]*confirm/);
    terminal.type(KEYS.down + KEYS.enter);
    await terminal.shows(/No longer: 111122223333 \(images\)[\s\S]*Change these files\?[\s\S]*No/);
    terminal.type(KEYS.enter);
    const { status, text } = await terminal.end();
    assert.equal(status, 0);
    assert.match(text, /-.*"444455556666\S+: \{ profile: readonly \}\r\n/);
    assert.match(text, /\+.*"444455556666\S+: \{ profile: admin \}\r\n/);
    assert.match(text, /-.*"111122223333\S+: \{ profile: images \}\r\n/);
    assert.equal(
      user.read(CONFIG),
      'registries:\n  "444455556666.dkr.ecr.*.amazonaws.com": { profile: admin }\n',
    );
    const docker = JSON.parse(user.read(DOCKER) ?? '');
    assert.deepEqual(docker, {
      CredsStore: 'pass',
      credHelpers: { '444455556666.dkr.ecr.us-east-1.amazonaws.com': 'ecr-xacct' },
    });

    // What was deselected stays deselected.
    assert.match(await user.succeed('--yes', '--region', 'us-east-1'), /\nNothing to change\.\n$/);
    using again = openSetup(user, '--region us-east-1');
    await again.shows(
      /◼ 444455556666 {2}admin and 1 more {2}SSO, not signed in[\s\S]*◻ 111122223333 {2}images {12}SSO, not signed in[\s\S]*confirm/,
    );
    again.type(KEYS.enter);
    await again.shows(/○ readonly {2}SSO[\s\S]*● admin {5}SSO[\s\S]*confirm/);
    again.type(KEYS.enter);
    const ended = await again.end();
    assert.deepEqual([ended.status, ended.text.endsWith('Nothing to change.\r\n')], [0, true]);

    await user.succeed('--undo', '--yes');
    assert.deepEqual(user.files(), before);
  });

  test('a dry run asks, shows, and changes nothing.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS });
    const before = user.files();
    using terminal = openSetup(user, '--dry-run --region us-east-1');
    await terminal.shows(QUESTIONS.accounts);
    terminal.type(KEYS.enter);
    await terminal.shows(QUESTIONS.profile);
    terminal.type(KEYS.enter);
    const { status, text } = await terminal.end();
    assert.equal(status, 0);
    assert.match(text, /Nothing was changed: this was a dry run\.\r\n$/);
    assert.deepEqual(user.files(), before);
  });

  for (const [args, status, end] of [
    ['--dry-run --profile readonly', 0, 'Nothing was changed: this was a dry run.\r\n'],
    [
      '--profile readonly',
      2,
      '  ecr-xacct setup --profile readonly --yes\r\nSee: ecr-xacct setup --help\r\n',
    ],
  ] as const) {
    test(`into a pipe, ${args} ends with ${status} and asks nothing.`, async () => {
      using user = makeSetupHome({ '.aws/config': SETUP_AWS });
      const before = user.files();
      using terminal = openTerminal(`bash -o pipefail -c "ecr-xacct setup ${args} | cat"`, {
        HOME: user.home,
        PATH: `${bin}:/usr/bin:/bin`,
      });
      const ended = await terminal.end();
      assert.equal(ended.status, status);
      assert.ok(ended.text.endsWith(end), ended.text);
      assert.deepEqual(user.files(), before);
    });
  }

  test('NO_COLOR takes the colours out of the diff, and --yes asks nothing.', async () => {
    using user = makeSetupHome({ '.aws/config': SETUP_AWS });
    using terminal = openSetup(user, '--yes --region us-east-1', { NO_COLOR: '1' });
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
      using user = makeSetupHome({ '.aws/config': SETUP_AWS });
      using terminal = openSetup(user, `--yes --region us-east-1 --dry-run${args}`, env);
      const { status, raw, text } = await terminal.end();
      assert.equal(status, 0);
      assert.ok(text.includes('\n+registries:'));
      assert.equal(raw.includes('\u001b[32m+registries:'), isColoured);
      assert.equal(raw.includes('\u001b'), isColoured);
    });
  }
});
