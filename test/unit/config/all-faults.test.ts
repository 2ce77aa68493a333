// Tests that a check of a config reports all its mistakes, first the one that a `get` reports.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectConfig, parseConfig } from '../../../src/config/load.ts';
import { FILE } from '../../support/unit/user-files.ts';

const A = '111122223333.dkr.ecr.us-east-1.amazonaws.com';

const rows: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'of the schema': [
    `registries:\n  ${A}: { profile: dev, regio: x }\n  docker.io/x: { profile: dev }\nrefresh_margin: 15\nnonsense: 1\n`,
    [
      '2:65: unknown key "regio"',
      '3:3: "docker.io/x" is neither',
      '4:1: "refresh_margin" must',
      '5:1: unknown key "nonsense"',
    ],
  ],
  'of rules beside each other': [
    `registries:\n  docker.io: { profile: dev }\n  ${A}: { profile: dev }\n  ${A.toUpperCase()}: { profile: dev }\n`,
    ['2:3: "docker.io" is not an ECR hostname', `4:3: "${A.toUpperCase()}" is there twice`],
  ],
  'of YAML': ['a: 1\na: 2\nb: 1\nb: 2\n', ['2:1: this key is there twice', '4:1: this key is there twice']],
  'of keys': ['[1]: a\n[2]: b\n', ['1:1: a key must be plain text', '2:1: a key must be plain text']],
};
for (const [what, [text, expected]] of Object.entries(rows)) {
  test(`Every mistake ${what} is told, with its place.`, () => {
    const { faults = [] } = inspectConfig(text, FILE);
    const messages = faults.map(({ message }) => message);
    for (const begin of expected) {
      assert.ok(
        messages.some((message) => message.startsWith(`${FILE}:${begin}`)),
        `${begin} in\n${messages.join('\n')}`,
      );
    }
    assert.equal(messages.length, expected.length, messages.join('\n'));
    assert.throws(() => parseConfig(text, FILE), { message: messages[0] });
  });
}

test('A config without mistakes is the one that a get works with, and each rule knows its place.', () => {
  const text = `registries:\n  ${A}: { profile: dev }\n`;
  const { config } = inspectConfig(text, FILE);
  assert.deepEqual(config, parseConfig(text, FILE));
  assert.deepEqual(
    config?.rules.map(({ line, column }) => [line, column]),
    [[2, 3]],
  );
});

test('What the rules name is known beside every mistake but one of YAML itself, with its place.', () => {
  const rule = `  ${A}: { profile: dev }\n`;
  for (const [text, profiles] of [
    [`registries:\n${rule}${rule}`, [['dev', '3:3'], false]],
    [`registries:\n${rule}nonsense: 1\n`, [['dev', '2:3'], false]],
    [`registries:\n  ${A}: { role_arn: x, source_profile: dev }\n`, [['dev', '2:3'], true]],
    [`registries:\n${rule}`, [['dev', '2:3'], false]],
  ] as const) {
    const [[name, place], isSource] = profiles;
    const [first] = inspectConfig(text, FILE).names?.().profiles ?? [];
    assert.deepEqual(first, { name, key: A, place: `${FILE}:${place}`, isSource }, text);
  }
  assert.equal(inspectConfig('registries: [', FILE).names, undefined);
});

test('A key that is written otherwise, cut short or mistyped is told with the one that was meant.', () => {
  for (const [typed, meant] of [
    ['webIdentityTokenFile', 'web_identity_token_file'],
    ['source', 'source_profile'],
    ['profil', 'profile'],
    ['rol', undefined],
    ['nonsense', undefined],
  ] as const) {
    const { faults: [fault] = [] } = inspectConfig(
      `registries:\n  ${A}: { profile: dev, ${typed}: x }\n`,
      FILE,
    );
    const [, said] = /unknown key "\w+"; did you mean (\w+)\?/.exec(fault?.message ?? '') ?? [];
    assert.equal(said, meant, fault?.message ?? '');
  }
});
