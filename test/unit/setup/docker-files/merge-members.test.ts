// Merging two programs' changes of one config.json.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeMembers } from '../../../../src/setup/docker-files/merge-members.ts';

const merge = (base: string, wanted: string, current: string) =>
  mergeMembers(base, wanted, current, 'config.json');

test('Logins, helpers and settings of both are there, and what one took out is gone.', () => {
  const base = '{"auths":{"a":{"auth":"1"},"b":{"auth":"2"}},"credsStore":"pass","HttpHeaders":{"X":"1"}}';
  const wanted =
    '{"auths":{"a":{"auth":"1"},"c":{"auth":"3"}},"credsStore":"osxkeychain","HttpHeaders":{"X":"1"}}';
  const current =
    '{"auths":{"a":{"auth":"9"},"b":{"auth":"2"}},"credsStore":"pass","credHelpers":{"h":"ecr-xacct"}}';
  assert.deepEqual(JSON.parse(merge(base, wanted, current)), {
    auths: { a: { auth: '9' }, c: { auth: '3' } },
    credsStore: 'osxkeychain',
    credHelpers: { h: 'ecr-xacct' },
  });
});

test('What one has changed comes into the member of the other, in whatever case that is written.', () => {
  const base = '{"CredHelpers":{"a":"x"}}';
  const wanted = '{"CredHelpers":{"a":"x","h":"ecr-xacct"}}';
  // In Docker's format.
  const current = '{"auths":{},"credHelpers":{"a":"x"}}';
  assert.equal(merge(base, wanted, current), '{"auths":{},"credHelpers":{"a":"x","h":"ecr-xacct"}}');
  assert.equal(merge(wanted, base, '{"credHelpers":{"a":"x","h":"ecr-xacct"}}'), '{"credHelpers":{"a":"x"}}');
});

test('A file that was not there is one without members.', () => {
  assert.deepEqual(JSON.parse(merge('', '{"auths":{"a":{}}}', '{"auths":{"b":{}}}')), {
    auths: { b: {}, a: {} },
  });
  assert.equal(merge('{"auths":{"a":{}}}', '', '{"auths":{"a":{}}}'), '{"auths":{}}');
});

test('What none but one has changed is as that one has it, in any texts.', () => {
  const members = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.record({ auth: fc.string() }));
  const config = fc.record({
    auths: members,
    credHelpers: fc.dictionary(fc.constantFrom('x', 'y'), fc.string()),
  });
  fc.assert(
    fc.property(config, config, (base, wanted) => {
      const texts = [base, wanted].map((value) => JSON.stringify(value, undefined, '\t'));
      const [before = '', after = ''] = texts;
      assert.deepEqual(JSON.parse(merge(before, after, before)), JSON.parse(after));
      assert.equal(merge(before, before, after), after);
    }),
  );
});

test('A text that is no config.json is refused, so that nothing is written of it.', () => {
  assert.throws(() => merge('{}', '{"auths":{"a":{}}}', '{"auths":'), { code: 'docker-config' });
});
