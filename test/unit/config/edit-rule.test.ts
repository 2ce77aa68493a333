// Tests that adding, changing and removing a rule leaves the rest of the text as it is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { putRule, ruleIn, takeRule, type WrittenRule } from '../../../src/config/edit-rule.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { FILE } from '../../support/unit/user-files.ts';

const KEY = '444455556666.dkr.ecr.*.amazonaws.com';
const OTHER = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const ROLE = {
  role_arn: 'arn:aws:iam::444455556666:role/EcrPull',
  source_profile: 'dev',
  external_id: '7f3c',
  duration_seconds: 900,
};

const put = (text: string, rule: WrittenRule = { profile: 'dev' }) => putRule(text, KEY, rule, FILE);
const take = (text: string) => takeRule(text, KEY, FILE);

const WORDS = ['one', 'two', 'three', 'four', 'five'];

const USERS = `# mine
registries:   # all of them
    "${OTHER}":     # the images
        profile:   images
    # the platform's
    "${KEY}":   { profile: old }   # for now
    public.ecr.aws: { profile: dev }

refresh_margin:   20m   # two spaces too many
`;

describe('a rule', () => {
  test('of a profile is one line behind the last, and one of a role has a line for each setting', () => {
    const text = `registries:\n  "${OTHER}": { profile: images }\ndiscover: false\n`;
    assert.equal(put(text), text.replace('discover', `  "${KEY}": { profile: dev }\ndiscover`));
    assert.equal(
      put(text, ROLE),
      text.replace(
        'discover',
        `  "${KEY}":\n    role_arn: ${ROLE.role_arn}\n    source_profile: dev\n    external_id: "7f3c"\n    duration_seconds: 900\ndiscover`,
      ),
    );
  });

  test('that is there is changed in its place', () => {
    assert.equal(put(USERS), USERS.replace('{ profile: old }', '{ profile: dev }'));
    const changed = put(USERS, ROLE);
    assert.deepEqual(ruleIn(changed, KEY, FILE)?.rule, ROLE);
    assert.deepEqual(Object.keys(parseConfig(changed, FILE).rules), ['0', '1', '2']);
    assert.equal(parseConfig(changed, FILE).rules[1]?.key, KEY);
    assert.match(changed, /\n {4}# the platform's\n {4}"444455556666\.\S+": {3}# for now\n {6}role_arn: /);
    assert.equal(put(changed), USERS.replace('   { profile: old }', ' { profile: dev }'));
  });

  const commented = `registries:
  # SEV-1
  "${KEY}": # ask bob before
    # the account's own
    role_arn: arn:aws:iam::444455556666:role/Old # until May
    source_profile:   'dev # old'   # in quotes, "#" is no comment
    # the vendor's
    external_id: "0000" # a secret, nearly
  # the images
  "${OTHER}": { profile: images }
`;

  test('gets its new values in their places, and its comments stay', () => {
    const { role_arn, source_profile } = ROLE;
    assert.equal(
      put(commented, { external_id: '7f3c', role_arn, source_profile }),
      commented.replace('role/Old', 'role/EcrPull').replace("'dev # old'", 'dev').replace('"0000"', '"7f3c"'),
    );
  });

  test('gets other settings, and its comments stay, beside or above what they were where that is left', () => {
    const { role_arn, source_profile } = ROLE;
    assert.equal(
      put(commented, { role_arn, source_profile, region: 'eu-west-1' }),
      commented
        .replace('role/Old', 'role/EcrPull')
        .replace("  'dev # old'", 'dev')
        .replace(
          `    # the vendor's\n    external_id: "0000" # a secret, nearly\n`,
          '    region: eu-west-1\n',
        )
        .replace(`bob before\n`, `bob before\n    # the vendor's\n    # a secret, nearly\n`),
    );
    assert.equal(
      put(commented),
      `registries:
  # SEV-1
  "${KEY}": # ask bob before
    # the account's own
    # until May
    # in quotes, "#" is no comment
    # the vendor's
    # a secret, nearly
    profile: dev
  # the images
  "${OTHER}": { profile: images }
`,
    );
  });

  test('keeps its comments in a map in braces, too, and where all rules are in braces', () => {
    const braces = `registries:\n  "${KEY}": { # one\n    profile: old, # two\n    # three\n    region: us-east-1 # four\n  } # five\n`;
    const all = `${braces.replace('registries:', 'registries: {').trimEnd()}\n  }\n`;
    for (const text of [braces, all]) {
      for (const rule of [{ profile: 'dev', region: 'eu-west-1' }, { profile: 'dev' }]) {
        const changed = put(text, rule);
        assert.deepEqual(ruleIn(changed, KEY, FILE)?.rule, rule);
        // If the YAML library writes the file, the rest of a removed setting's line is removed, too.
        const words = text === all && !('region' in rule) ? ['one', 'two', 'five'] : WORDS;
        for (const word of words) assert.ok(changed.includes(`# ${word}`), changed);
      }
    }
  });

  test('that is an alias gets its own settings, and what it refers to stays', () => {
    const text = `registries:\n  "${OTHER}": &a { profile: images }\n  "${KEY}": *a # the same\n`;
    assert.equal(put(text), text.replace('*a', '{ profile: dev }'));
  });

  test('is put where registries, or all of the file, is null in so many words', () => {
    for (const nothing of ['~', 'null', 'Null', '!!null ~', '&none ~']) {
      for (const text of [
        `registries: ${nothing} # none\n`,
        `${nothing} # none\n`,
        `{ registries: ${nothing} }`,
      ]) {
        const changed = put(text, ROLE);
        assert.deepEqual(ruleIn(changed, KEY, FILE)?.rule, ROLE);
        assert.equal(changed.includes('# none'), text.includes('# none'), changed);
        assert.equal(ruleIn(take(changed), KEY, FILE), undefined);
      }
    }
    const text = 'registries: ~ # none yet\ndiscover: false\n';
    assert.equal(put(text), `registries: # none yet\n  "${KEY}": { profile: dev }\ndiscover: false\n`);
  });

  test('that says the same stays as it is written, whatever the letters of its key', () => {
    const text = `registries: { "${KEY.toUpperCase()}": {profile:   'dev'} }`;
    assert.equal(put(text), text);
    assert.equal(ruleIn(text, KEY, FILE)?.key, KEY.toUpperCase());
    assert.equal(ruleIn(text, OTHER, FILE), undefined);
  });

  test('is removed with its line, and comments of others stay', () => {
    assert.equal(take(USERS), USERS.replace(`    "${KEY}":   { profile: old }   # for now\n`, ''));
    const role = put(`registries:\n  "${OTHER}": { profile: images }\n`, ROLE);
    assert.equal(take(role), `registries:\n  "${OTHER}": { profile: images }\n`);
    assert.equal(take(''), '');
    const flow = `registries: { "${KEY}": { profile: dev }, "${OTHER}": { profile: images } } # one line\n`;
    assert.deepEqual(ruleIn(take(flow), OTHER, FILE)?.rule, { profile: 'images' });
    assert.equal(ruleIn(take(flow), KEY, FILE), undefined);
  });

  test('is put as the lines of the file end', () => {
    const text = `registries:\r\n  "${OTHER}": { profile: images }\r\n`;
    assert.equal(put(text), `${text}  "${KEY}": { profile: dev }\r\n`);
    assert.equal(take(put(text)), text);
  });

  test('goes beside no rule that is as specific', () => {
    const text = 'registries:\n  "444455556666.*.*.*": { profile: dev }\n';
    assert.throws(() => put(text), { code: 'config-invalid', message: /is as specific as/ });
  });

  test('that another refers to is not taken out', () => {
    const text = `registries:\n  "${KEY}": &dev { profile: dev }\n  "${OTHER}": *dev\n`;
    assert.throws(() => take(text), {
      code: 'config-invalid',
      message: `${FILE}:3: *dev, an alias of YAML, refers to the rule for ${KEY}`,
    });
  });
});

test('Whatever a rule says, it is read as that, and taken out again leaves what was there.', () => {
  const words = fc.stringMatching(/^[\p{L}\p{N} :#'"{}&*!|>%@`-]{1,12}$/u);
  fc.assert(
    fc.property(
      words,
      fc.constantFrom('', 'discover: false\n', `registries:\n  "${OTHER}": { profile: images }\n`),
      (profile, text) => {
        const written = put(text, { profile });
        assert.deepEqual(ruleIn(written, KEY, FILE)?.rule, { profile });
        assert.deepEqual(
          parseConfig(take(written), FILE).rules.map(({ key }) => key),
          parseConfig(text, FILE).rules.map(({ key }) => key),
        );
      },
    ),
  );
});
