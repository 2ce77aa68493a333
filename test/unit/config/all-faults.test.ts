// Owns the proof that whoever asks for every mistake of a config gets them all, and the first is the one that a `get` tells.
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
    ['2:3: "docker.io" is not an ECR hostname', `4:3: "${A.toUpperCase()}" is there a second time`],
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
