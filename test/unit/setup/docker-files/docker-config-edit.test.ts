// Edits of a config.json: afterwards the value is there, and every other byte is unchanged.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  deleteFromDockerConfig,
  setInDockerConfig,
  valueInDockerConfig,
} from '../../../../src/setup/docker-files/docker-config-edit.ts';

const FILE = 'config.json';
const set = (text: string, path: readonly string[], value: unknown) =>
  setInDockerConfig(text, path, value, FILE);
const remove = (text: string, path: readonly string[]) => deleteFromDockerConfig(text, path, FILE);

describe('a value is set', () => {
  const rows: { what: string; text: string; path?: string[]; expected: string }[] = [
    { what: 'in an empty file', text: '', expected: '{\n\t"credHelpers": {\n\t\t"h": "x"\n\t}\n}\n' },
    { what: 'in an empty object', text: '{}', expected: '{\n\t"credHelpers": {\n\t\t"h": "x"\n\t}\n}' },
    {
      what: 'as Docker writes, without a final line break',
      text: '{\n\t"auths": {}\n}',
      expected: '{\n\t"auths": {},\n\t"credHelpers": {\n\t\t"h": "x"\n\t}\n}',
    },
    {
      what: 'with two spaces and CRLF',
      text: '{\r\n  "credHelpers": {\r\n    "a": "b"\r\n  }\r\n}\r\n',
      expected: '{\r\n  "credHelpers": {\r\n    "a": "b",\r\n    "h": "x"\r\n  }\r\n}\r\n',
    },
    {
      what: 'on one line, without spaces',
      text: '{"z":[1, 2],"credHelpers":{"a":"b"}}',
      expected: '{"z":[1, 2],"credHelpers":{"a":"b","h":"x"}}',
    },
    {
      what: 'on one line, with spaces',
      text: '{ "auths": {} }\n',
      expected: '{ "auths": {}, "credHelpers": {"h":"x"} }\n',
    },
    {
      what: 'beside members that are formatted oddly',
      text: '{\n    "z" : {"k":1 , "l":[ 2]},\n    "credHelpers": {}}',
      expected: '{\n    "z" : {"k":1 , "l":[ 2]},\n    "credHelpers": {\n        "h": "x"\n    }}',
    },
    {
      what: 'in the place of null',
      text: '{\n\t"credHelpers": null\n}',
      expected: '{\n\t"credHelpers": {\n\t\t"h": "x"\n\t}\n}',
    },
    {
      what: 'in the place of null, with the objects on the way',
      text: '{\n\t"one": {\n\t\t"two": null\n\t}\n}',
      path: ['one', 'two', 'three', 'h'],
      expected: '{\n\t"one": {\n\t\t"two": {\n\t\t\t"three": {\n\t\t\t\t"h": "x"\n\t\t\t}\n\t\t}\n\t}\n}',
    },
    {
      what: 'in a member whose name is written in another case, which it keeps',
      text: '{"CredHelpers":{"a":"b"}}',
      expected: '{"CredHelpers":{"a":"b","h":"x"}}',
    },
    {
      what: 'where Docker reads it last',
      text: '{"credHelpers":{"h":"y"},"CREDHELPERS":{"a":"b"}}',
      expected: '{"credHelpers":{"h":"x"},"CREDHELPERS":{"a":"b"}}',
    },
    {
      what: 'in the last of several members',
      text: '{"credHelpers":{"a":"b"},"CREDHELPERS":{"c":"d"}}',
      expected: '{"credHelpers":{"a":"b"},"CREDHELPERS":{"c":"d","h":"x"}}',
    },
    {
      what: 'in the member that counts',
      text: '{"CredsStore":"y","credsStore":"z"}',
      path: ['credsStore'],
      expected: '{"CredsStore":"y","credsStore":"x"}',
    },
    {
      what: 'in the place of another',
      text: '{"credHelpers":{"h":"y"}}',
      expected: '{"credHelpers":{"h":"x"}}',
    },
  ];
  for (const { what, text, path = ['credHelpers', 'h'], expected } of rows) {
    test(`${what}.`, () => assert.equal(set(text, path, 'x'), expected));
  }
});

describe('a member is removed', () => {
  const rows: [string, string, string][] = [
    ['the only one', '{\n\t"auths": {\n\t\t"h": {\n\t\t\t"auth": "x"\n\t\t}\n\t}\n}', '{\n\t"auths": {}\n}'],
    ['the first', '{"auths":{"h":{}, "b":{}}}', '{"auths":{"b":{}}}'],
    [
      'the last',
      '{\n\t"auths": {\n\t\t"a": {},\n\t\t"h": {}\n\t}\n}',
      '{\n\t"auths": {\n\t\t"a": {}\n\t}\n}',
    ],
    [
      'one that is there in every case',
      '{"auths":{"h":{}},"Auths":{"a":{},"h":{}}}',
      '{"auths":{},"Auths":{"a":{}}}',
    ],
    ['one that is not there', '{"auths":{"a":{}}}', '{"auths":{"a":{}}}'],
    ['one of an empty file', '', ''],
  ];
  for (const [what, text, expected] of rows) {
    test(`${what}.`, () => assert.equal(remove(text, ['auths', 'h']), expected));
  }
});

describe('for every JSON object, however it is indented,', () => {
  const json = fc
    .tuple(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true }),
      fc.constantFrom('', '\t', ' ', '  ', '    '),
      fc.constantFrom('\n', '\r\n'),
    )
    // The tests put these two there themselves.
    .map(([{ auths: _, credHelpers: __, ...rest }, indent, eol]) => ({
      text: JSON.stringify({ first: 1, ...rest }, undefined, indent).replaceAll('\n', eol),
    }));
  const host = fc.string({ minLength: 1 });

  test('what is set can be read, all else is as it was, and taking it out again leaves the same bytes.', () => {
    fc.assert(
      fc.property(json, host, host, ({ text }, name, helper) => {
        const edited = set(text, ['credHelpers', name], helper);
        assert.deepEqual(JSON.parse(edited), { ...JSON.parse(text), credHelpers: { [name]: helper } });
        assert.equal(valueInDockerConfig(edited, ['credHelpers', name], FILE), helper);
        assert.equal(remove(edited, ['credHelpers']), text);
      }),
    );
  });

  test('a member that is put into a member and taken out again leaves the same bytes.', () => {
    fc.assert(
      fc.property(json, host, host, fc.jsonValue(), ({ text }, one, other, value) => {
        fc.pre(one !== other);
        const before = set(text, ['auths', one], { auth: 'x' });
        const after = set(before, ['auths', other], value);
        assert.deepEqual(
          valueInDockerConfig(after, ['auths', other], FILE),
          JSON.parse(JSON.stringify(value)),
        );
        assert.equal(remove(after, ['auths', other]), before);
      }),
    );
  });
});
