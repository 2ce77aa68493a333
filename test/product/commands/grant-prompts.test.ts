// The questions of `ecr-xacct grant` and `revoke` on a terminal: their keys, cancelling, and a resized window.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REGION, SECONDARY_ACCOUNT } from '../../fake-aws/two-account-world.ts';
import { holderOf, on, type PolicyStage, startPolicyStage } from '../../support/product/policy-stage.ts';
import { devFiles, mfaRole } from '../../support/product/stage.ts';
import { KEYS, openTerminal, skipWithoutTerminal } from '../../support/product/terminal.ts';

const QUESTION = /Write this policy\?[\s\S]*Yes[\s\S]*No/;
const SCOPE_QUESTION = /scope is V1[\s\S]*every statement of it counts[\s\S]*Set the scope to V2\?[\s\S]*No/;

const open = ({ product }: PolicyStage, command: string, path = 'team/private') =>
  openTerminal(`ecr-xacct ${command} ${SECONDARY_ACCOUNT} --on '${on(path)}'`, product.env);

/** The calls that change a policy. */
const writes = ({ aws }: PolicyStage) =>
  aws.calls.filter(({ action }) => /^(?:Set|Put|Delete)/.test(action)).map(({ action }) => action);

/** For grant there is no policy; for revoke there is what grant gave. */
async function startFor(command: string): Promise<PolicyStage> {
  const stage = await startPolicyStage();
  if (command === 'revoke') {
    await stage.run('grant', SECONDARY_ACCOUNT, '--on', on('team/private'), '--yes');
  }
  return stage;
}

describe('on a terminal', { skip: skipWithoutTerminal }, () => {
  for (const command of ['grant', 'revoke']) {
    test(`${command} writes nothing for a No, Escape and Ctrl-C, and says so`, async () => {
      await using stage = await startFor(command);
      const before = [holderOf(stage.aws, 'team/private')?.policyText, writes(stage)];
      for (const [keys, expected] of [
        ['n', 1],
        [`${KEYS.right}${KEYS.enter}`, 1],
        [KEYS.escape, 130],
        [KEYS.ctrlC, 130],
      ] as const) {
        using terminal = open(stage, command);
        await terminal.shows(QUESTION);
        terminal.type(keys);
        const { status, text } = await terminal.end();
        assert.equal(status, expected, text);
        assert.match(text, /ecr-xacct: cancelled: nothing was changed\r\n$/);
        assert.deepEqual([holderOf(stage.aws, 'team/private')?.policyText, writes(stage)], before);
      }
    });

    test(`${command} asks anew where the window is resized, and takes the answer`, async () => {
      await using stage = await startFor(command);
      using terminal = open(stage, command);
      await terminal.shows(QUESTION);
      // It is drawn again only if its line breaks change.
      terminal.resize(16, 10);
      await terminal.shows(/Write this\s+│ {2}policy\?[\s\S]*No/);
      terminal.type(`${KEYS.right}${KEYS.right}${KEYS.enter}`);
      const { status, text } = await terminal.end();
      assert.equal(status, 0, text);
      assert.equal(stage.policyOf('team/private')?.Statement.length, command === 'grant' ? 1 : undefined);
    });
  }

  test('grant shows the change in colour, and writes it for a yes', async () => {
    await using stage = await startPolicyStage();
    using terminal = open(stage, 'grant');
    await terminal.shows(QUESTION);
    terminal.type('y');
    const { status, text, raw } = await terminal.end();
    assert.equal(status, 0, text);
    assert.ok(raw.includes('\u001b[32m+      "Sid": "EcrXacctPull"'), text);
    assert.equal(stage.policyOf('team/private')?.Statement.length, 1);
  });

  test('grant asks for an MFA code once, where its profile needs one, and goes on with that session', async () => {
    const name = 'Owner';
    await using stage = await startPolicyStage({
      files: (cast) => ({
        ...devFiles(cast),
        config: { 'profile dev': {}, 'profile owner': { ...mfaRole(cast, name), region: REGION } },
      }),
    });
    const { cast, aws } = stage;
    const Principal = { AWS: `arn:aws:iam::${SECONDARY_ACCOUNT}:root` };
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    cast.primary.role(name, {
      trust: { Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition } },
      policies: [{ Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' } }],
    });
    using terminal = open(stage, 'grant');
    await terminal.shows(/MFA code of arn:aws:iam::444455556666:mfa\/dev/);
    terminal.type(`${cast.mfa.code}${KEYS.enter}`);
    await terminal.shows(QUESTION);
    terminal.type('y');
    const { status, text } = await terminal.end();
    assert.equal(status, 0, text);
    assert.equal(aws.count('sts', 'GetSessionToken'), 1);
    assert.equal(stage.policyOf('team/private')?.Statement.length, 1);
  });

  test('grant offers scope V2 where the policy would have no effect, and changes neither before both are answered', async () => {
    await using stage = await startPolicyStage();
    const registry = stage.cast.primary.registry('us-east-1');
    registry.policyScope = 'V1';
    for (const [keys, expected] of [
      [[KEYS.ctrlC], 130],
      [['n'], 1],
      [['y', KEYS.ctrlC], 130],
      [['y', 'y'], 0],
    ] as const) {
      assert.deepEqual([registry.policyScope, stage.policyOf()], ['V1', undefined]);
      using terminal = open(stage, 'grant', 'team/*');
      for (const [index, key] of keys.entries()) {
        await terminal.shows(index === 0 ? SCOPE_QUESTION : QUESTION);
        terminal.type(key);
      }
      const { status, text } = await terminal.end();
      assert.equal(status, expected, text);
      assert.equal(text.includes('cancelled: nothing was changed'), expected !== 0, text);
    }
    assert.deepEqual([registry.policyScope, stage.policyOf()?.Statement.length], ['V2', 1]);
  });
});
