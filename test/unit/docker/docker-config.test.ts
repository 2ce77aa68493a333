// Docker's config.json: its path, what is read from it, and what is rejected.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dockerConfigPath, parseDockerConfig } from '../../../src/docker/docker-config.ts';
import { XacctError } from '../../../src/errors.ts';
import { hintText } from '../../../src/hint.ts';

const FILE = '/home/dev/.docker/config.json';

describe('the path', () => {
  const rows: [Record<string, string | undefined>, string][] = [
    [{}, FILE],
    [{ DOCKER_CONFIG: '' }, FILE],
    [{ DOCKER_CONFIG: '/elsewhere' }, '/elsewhere/config.json'],
  ];
  for (const [env, path] of rows) {
    test(`is ${path} where DOCKER_CONFIG is ${env.DOCKER_CONFIG ?? 'not set'}.`, () => {
      assert.equal(dockerConfigPath(env, '/home/dev'), path);
    });
  }
});

describe('what is read', () => {
  test('are the helpers, the store, and which entries of auths hold a credential.', () => {
    const text = JSON.stringify({
      auths: { 'index.docker.io': { auth: 'c2VjcmV0' }, 'kept.example': {}, 'null.example': null },
      credHelpers: { 'gcr.io': 'gcloud' },
      credsStore: 'desktop',
      unknown: [1],
    });
    const { credHelpers, credsStore, auths } = parseDockerConfig(text, FILE);
    assert.deepEqual([...credHelpers], [['gcr.io', 'gcloud']]);
    assert.equal(credsStore, 'desktop');
    assert.deepEqual(
      [...auths],
      [
        ['index.docker.io', true],
        ['kept.example', false],
        ['null.example', false],
      ],
    );
  });

  for (const text of [
    '',
    ' \n',
    '{}',
    '{"auths":null,"credHelpers":null,"credsStore":null}',
    '{"credsStore":""}',
  ]) {
    test(`is nothing in ${JSON.stringify(text)}.`, () => {
      const { credHelpers, credsStore, auths } = parseDockerConfig(text, FILE);
      assert.deepEqual([credHelpers.size, credsStore, auths.size], [0, undefined, 0]);
    });
  }
});

describe("a name of Docker's is read in any case, and of several the last one counts", () => {
  const rows: [string, Partial<Record<'helpers' | 'store' | 'logins', unknown>>][] = [
    ['{"CredsStore":"a"}', { store: 'a' }],
    ['{"CredsStore":"a","credsStore":"b"}', { store: 'b' }],
    ['{"credsStore":"b","CREDSSTORE":"a"}', { store: 'a' }],
    ['{"credsStore":"b","CredsStore":null}', { store: 'b' }],
    ['{"credsStore":"b","CredsStore":""}', {}],
    // Go folds U+017F and U+212A, too.
    ['{"cred\u017fStore":"a"}', { store: 'a' }],
    ['{"credsStores":"a","creds-store":"b"}', {}],
    [
      '{"credHelpers":{"h":"a","k":"a"},"CredHelpers":{"h":"b"}}',
      {
        helpers: [
          ['h', 'b'],
          ['k', 'a'],
        ],
      },
    ],
    ['{"credHelpers":{"h":"a"},"CREDHELPERS":null}', {}],
    ['{"credHelpers":{"h":"a"},"CREDHELPERS":null,"CredHelpers":{"k":"b"}}', { helpers: [['k', 'b']] }],
    // The keys of the maps are hostnames, byte for byte.
    [
      '{"Auths":{"h":{"auth":"x"},"H":{}}}',
      {
        logins: [
          ['h', true],
          ['H', false],
        ],
      },
    ],
    ['{"auths":{"h":{"auth":"x"}},"AUTHS":{"h":{}}}', { logins: [['h', false]] }],
  ];
  for (const [text, { helpers = [], store, logins = [] }] of rows) {
    test(`as in ${text}.`, () => {
      const { credHelpers, credsStore, auths } = parseDockerConfig(text, FILE);
      assert.deepEqual([[...credHelpers], credsStore, [...auths]], [helpers, store, logins]);
    });
  }
});

describe('what Docker cannot read, or reads otherwise than it looks, is refused with its place', () => {
  const rows: [string, string][] = [
    ['{"auths":{}', ':1:12: not valid JSON (CloseBraceExpected)'],
    ['{\n\t"auths": {},\n}', ':3:1: not valid JSON (PropertyNameExpected)'],
    ['{\n// why\n}', ':2:1: not valid JSON (InvalidCommentToken)'],
    ['[]', ':1:1: not a JSON object'],
    ['{"auths":[]}', ':1:10: "auths" must be an object'],
    ['{"credHelpers":"ecr-xacct"}', ':1:16: "credHelpers" must be an object'],
    ['{"credHelpers":{"gcr.io":1}}', ':1:26: "gcr.io" in credHelpers must be text'],
    ['{"credsStore":{}}', ':1:15: "credsStore" must be text'],
    ['{"CredsStore":1,"credsStore":"a"}', ':1:15: "CredsStore" must be text'],
    ['{"AUTHS":[]}', ':1:10: "AUTHS" must be an object'],
    ['{"CredHelpers":{"a":"b","a":"c"}}', ':1:25: "a" is there twice; keep one of them'],
    ['{"auths":{},"auths":{}}', ':1:13: "auths" is there twice; keep one of them'],
    ['{"credHelpers":{"a":"b","a":"c"}}', ':1:25: "a" is there twice; keep one of them'],
    ['\uFEFF{}', ' begins with a byte order mark, which Docker cannot read'],
  ];
  for (const [text, message] of rows) {
    test(`as in ${JSON.stringify(text)}.`, () => {
      assert.throws(
        () => parseDockerConfig(text, FILE),
        (error: unknown) => {
          assert.ok(error instanceof XacctError);
          assert.deepEqual([error.code, error.message], ['docker-config', `${FILE}${message}`]);
          assert.match(hintText(error.hint ?? {}), /^run: /);
          return true;
        },
      );
    });
  }

  test('and nothing of the file is quoted where a secret may be.', () => {
    assert.throws(
      () => parseDockerConfig('{"auths":{"a":{"auth":"c2VjcmV0" x}}}', FILE),
      ({ message }: Error) => !message.includes('c2VjcmV0'),
    );
  });
});
