// Adding rules to a config.yaml and removing them: comments, formatting and the user's own rules stay.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addToConfig, changeProfiles, removeFromConfig } from '../../../src/config/edit.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { XacctError } from '../../../src/errors.ts';
import { FILE } from '../../support/unit/user-files.ts';

const KEY = '444455556666.dkr.ecr.*.amazonaws.com';
const OTHER = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const LINE = `  "${KEY}": { profile: dev }\n`;

const addition = (profile = 'dev', fallbackHelper?: string) => ({
  rules: new Map([[KEY, profile]]),
  fallbackHelper,
});
const add = (text: string, profile?: string, helper?: string) =>
  addToConfig(text, addition(profile, helper), FILE);
const remove = (text: string, profile?: string, helper?: string) =>
  removeFromConfig(text, addition(profile, helper), FILE);

const USERS = `# mine
registries:
    "${OTHER}":     # the images
        role_arn:   arn:aws:iam::111122223333:role/EcrPull
        source_profile: 'dev'


refresh_margin:   20m   # two spaces too many
`;

describe('a rule is put', () => {
  const rows: { where: string; text: string; expected: string }[] = [
    { where: 'into an empty file', text: '', expected: `registries:\n${LINE}` },
    {
      where: 'below comments, the last of them without a line break',
      text: '# nothing yet',
      expected: `# nothing yet\nregistries:\n${LINE}`,
    },
    {
      where: 'behind the last rule, indented as that',
      text: USERS,
      expected: USERS.replace("'dev'\n", `'dev'\n    "${KEY}": { profile: dev }\n`),
    },
    {
      where: 'below a key that has none yet',
      text: 'registries: # to come\ndiscover: false\n',
      expected: `registries: # to come\n${LINE}discover: false\n`,
    },
    {
      where: 'in the place of an empty map',
      text: 'registries: {}\ndiscover: false\n',
      expected: `registries:\n${LINE}discover: false\n`,
    },
    {
      where: 'in the place of a null in so many words',
      text: 'registries: null # none\ndiscover: false\n',
      expected: `registries: # none\n${LINE}discover: false\n`,
    },
    {
      where: 'below other settings',
      text: 'discover: false\n',
      expected: `discover: false\nregistries:\n${LINE}`,
    },
    {
      where: 'with the line breaks of the file',
      text: `registries:\r\n  ${OTHER}: { profile: dev }\r\n`,
      expected: `registries:\r\n  ${OTHER}: { profile: dev }\r\n${LINE.replace('\n', '\r\n')}`,
    },
    {
      where: 'behind a byte order mark',
      text: `\uFEFFregistries:\n  ${OTHER}: { profile: dev }\n`,
      expected: `\uFEFFregistries:\n  ${OTHER}: { profile: dev }\n${LINE}`,
    },
    {
      where: 'behind the last line, though that has no line break',
      text: `registries:\n  ${OTHER}: { profile: dev }`,
      expected: `registries:\n  ${OTHER}: { profile: dev }\n${LINE}`,
    },
  ];
  for (const { where, text, expected } of rows) {
    test(`${where}.`, () => assert.equal(add(text), expected));
  }

  test('into JSON, and into a map on one line, too.', () => {
    for (const text of ['{"registries": {}}', `registries: { ${OTHER}: { profile: dev } } # all\n`, '{}']) {
      const { rules } = parseConfig(add(text), FILE);
      assert.deepEqual(rules.at(-1)?.rule, { profile: 'dev' });
      assert.equal(rules.length, text.includes(OTHER) ? 2 : 1);
    }
    assert.match(add(`registries: { ${OTHER}: { profile: dev } } # all\n`), /# all/);
  });

  test('with fallback_helper on a line of its own.', () => {
    assert.equal(add('', 'dev', 'pass'), `registries:\n${LINE}fallback_helper: pass\n`);
    const only = addToConfig(USERS, { rules: new Map(), fallbackHelper: 'pass' }, FILE);
    assert.equal(only, `${USERS}fallback_helper: pass\n`);
  });

  test('only into a valid config, and only where it stays one.', () => {
    for (const text of [
      'registries: [\n',
      'nonsense: 1\n',
      `registries:\n  "444455556666.*.*.*": { profile: x }\n`,
    ]) {
      assert.throws(
        () => add(text),
        (error: unknown) => error instanceof XacctError && error.code === 'config-invalid',
      );
    }
  });
});

describe('the profile of a rule is changed', () => {
  const change = (text: string, key = KEY) => changeProfiles(text, new Map([[key, 'new one']]), FILE);
  for (const [how, text, expected] of [
    ['on one line', `registries:\n${LINE}`, `registries:\n  "${KEY}": { profile: "new one" }\n`],
    [
      'in a block, with comments, and nothing else changes',
      `# mine\nregistries:\n    ${KEY}:   # the account\n        profile:  'dev'  # for now\n        region: us-east-1\n`,
      `# mine\nregistries:\n    ${KEY}:   # the account\n        profile:  "new one"  # for now\n        region: us-east-1\n`,
    ],
    [
      'in JSON',
      `{"registries":{"${KEY}":{"profile":"dev"}}}`,
      `{"registries":{"${KEY}":{"profile":"new one"}}}`,
    ],
  ] as const) {
    test(`${how}.`, () => assert.equal(change(text), expected));
  }

  test('in each of two rules that are one by an alias.', () => {
    const text = `registries:\n  "${KEY}": &a { profile: dev } # one\n  ${OTHER}: *a # two\n`;
    const both = new Map([KEY, OTHER].map((key) => [key, 'ops']));
    assert.equal(
      changeProfiles(text, both, FILE),
      text.replace('profile: dev', 'profile: ops').replace('*a', '{ profile: ops }'),
    );
  });

  test('never where that would change another one, too: the line of that is named.', () => {
    for (const first of ['', `  public.ecr.aws: &a { profile: first }\n`]) {
      const text = `registries:\n${first}  "${KEY}": &a { profile: dev }\n  ${OTHER}: *a\n`;
      const place = first === '' ? `${FILE}:3: *a, an alias` : `${FILE}: an alias`;
      assert.throws(
        () => change(text),
        (error: unknown) =>
          error instanceof XacctError && error.code === 'config-invalid' && error.message.startsWith(place),
      );
      assert.throws(
        () => remove(text),
        (error: unknown) =>
          error instanceof XacctError && error.code === 'config-invalid' && error.message.startsWith(place),
      );
    }
  });

  test('alone where another rule has the same one by an anchor.', () => {
    const text = `registries:\n  ${OTHER}: { profile: &dev dev }\n  "${KEY}": { profile: *dev }\n`;
    const changed = parseConfig(change(text), FILE);
    assert.deepEqual(
      changed.rules.map(({ rule }) => rule.profile),
      ['dev', 'new one'],
    );
  });
});

describe('a rule is removed', () => {
  test('in the lines that it has, whatever the form of the others.', () => {
    const text = `registries:\n  # one\n  ${OTHER}:   {profile:   dev} # kept\n  "${KEY}":\n    profile: dev # for now\n\ndiscover:   false\n`;
    assert.equal(
      remove(text),
      `registries:\n  # one\n  ${OTHER}:   {profile:   dev} # kept\n\ndiscover:   false\n`,
    );
  });

  for (const text of [USERS, '', '# nothing yet\n', 'discover: false\n']) {
    test(`and ${JSON.stringify(text.slice(0, 20))} is as it was.`, () => {
      assert.equal(remove(add(text, 'dev', 'pass'), 'dev', 'pass'), text);
    });
  }

  test('but not one that says something else by now.', () => {
    const changed = add(USERS).replace('{ profile: dev }', '{ profile: other }');
    assert.equal(remove(changed), changed);
  });

  test('also where the user has written it otherwise.', () => {
    const rewritten = `registries:\n  # kept\n  ${KEY}:\n    profile: "dev"\n  ${OTHER}: { profile: dev }\n`;
    const left = remove(rewritten);
    assert.deepEqual(
      parseConfig(left, FILE).rules.map(({ key }) => key),
      [OTHER],
    );
  });
});

test('Whatever a profile is called, its rule is read as written, and all else keeps its bytes.', () => {
  const odd = fc.constantFrom(
    'null',
    'true',
    'no',
    '1',
    '1e3',
    '~',
    'a: b',
    'a, b',
    '#x',
    "it's",
    '"',
    '{x}',
    ' x ',
  );
  const name = fc.oneof(odd, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }));
  fc.assert(
    fc.property(
      name.filter((text) => /^[^\p{Cc}[\]]{1,256}$/u.test(text)),
      (profile) => {
        const after = add(USERS, profile);
        assert.deepEqual(parseConfig(after, FILE).rules.at(-1)?.rule, { profile });
        const lines = after.split('\n');
        assert.equal(lines.toSpliced(5, 1).join('\n'), USERS);
        assert.equal(remove(after, profile), USERS);
      },
    ),
  );
});
