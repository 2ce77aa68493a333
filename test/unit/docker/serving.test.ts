// Which program answers Docker for a host, by its config.json, and the notes on entries that have no effect.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDockerConfig } from '../../../src/docker/docker-config.ts';
import { type Elsewhere, type Serving, servingOf } from '../../../src/docker/serving.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const OTHER = '444455556666.dkr.ecr.us-east-1.amazonaws.com';
const LOGIN = { auth: 'QVdTOnNlY3JldA==' };

function serving(config: object, elsewhere: Elsewhere = {}): Serving {
  return servingOf(parseDockerConfig(JSON.stringify(config), 'config.json'), HOST, elsewhere);
}

describe('Docker is answered', () => {
  const ours = { by: 'credHelpers', helper: 'ecr-xacct' };
  const rows: [string, object, Elsewhere, object][] = [
    ['by the helper of the host', { credHelpers: { [HOST]: 'ecr-xacct' }, credsStore: 'desktop' }, {}, ours],
    ['by the store', { credsStore: 'ecr-xacct' }, {}, { by: 'credsStore', helper: 'ecr-xacct' }],
    [
      'by the store, where the helper is that of another host',
      { credHelpers: { [OTHER]: 'ecr-xacct' }, credsStore: 'desktop' },
      {},
      { by: 'credsStore', helper: 'desktop' },
    ],
    ['by the store of its own choice', {}, { detectedStore: 'pass' }, { by: 'credsStore', helper: 'pass' }],
    [
      'not by the store, where the name of the helper is empty',
      { credHelpers: { [HOST]: '' }, credsStore: 'desktop' },
      {},
      { by: 'none' },
    ],
    ['by no one', {}, {}, { by: 'none' }],
    ['by no one, where a login is that of another host', { auths: { [OTHER]: LOGIN } }, {}, { by: 'none' }],
    ['by no one, where the login is empty', { auths: { [HOST]: {} } }, {}, { by: 'none' }],
    [
      'by no one, where the port is another',
      { auths: { [`https://${HOST}:8443`]: LOGIN } },
      {},
      { by: 'none' },
    ],
    [
      'by no one, where an empty login hides one of another spelling',
      { auths: { [HOST]: {}, [`https://${HOST}`]: LOGIN } },
      {},
      { by: 'none' },
    ],
  ];
  for (const [how, config, elsewhere, expected] of rows) {
    test(`${how}.`, () => {
      const { faults: _, ...server } = serving(config, elsewhere);
      assert.deepEqual(server, expected);
    });
  }

  for (const key of [HOST, `https://${HOST}`, `http://${HOST}/`, `https://${HOST}/v1/`, `${HOST}/v1/`]) {
    test(`by the login ${key} where there is no helper.`, () => {
      const { faults, ...server } = serving({ auths: { [key]: LOGIN } });
      assert.deepEqual(server, { by: 'auths', key });
      const [fault, ...others] = faults;
      assert.deepEqual(others, []);
      assert.deepEqual([fault?.kind, fault?.key, fault?.isFatal], ['plain-login', key, true]);
      assert.match(fault?.message ?? '', /expire after 12 hours$/);
      assert.equal(fault?.command, 'ecr-xacct setup');
    });
  }

  test('by DOCKER_AUTH_CONFIG before every helper, where it names the host in just this way.', () => {
    const config = { credHelpers: { [HOST]: 'ecr-xacct' } };
    const { faults, ...server } = serving(config, { environmentAuths: new Map([[HOST, true]]) });
    assert.deepEqual(server, { by: 'DOCKER_AUTH_CONFIG', key: HOST });
    assert.deepEqual(
      faults.map(({ kind, isFatal, command }) => [kind, isFatal, command]),
      [['plain-login', true, 'unset DOCKER_AUTH_CONFIG']],
    );
    const { by } = serving(config, { environmentAuths: new Map([[`https://${HOST}`, true]]) });
    assert.equal(by, 'credHelpers');
  });
});

describe('no fault is found', () => {
  const rows: [string, object][] = [
    ['where our helper is named as Docker wants it', { credHelpers: { [HOST]: 'ecr-xacct' } }],
    ['where our helper is the store', { credsStore: 'ecr-xacct', auths: { [HOST]: {} } }],
    [
      'in a key that is not found, beside one that is',
      { credHelpers: { [HOST]: 'ecr-xacct', [`https://${HOST}`]: 'ecr-xacct', '*': 'ecr-xacct' } },
    ],
    [
      'in what is there for other hosts',
      {
        credHelpers: {
          [`https://${OTHER}`]: 'ecr-xacct',
          '444455556666.dkr.ecr.*.amazonaws.com': 'ecr-login',
        },
        auths: { [OTHER]: LOGIN, [`https://${HOST}.evil.example`]: LOGIN },
      },
    ],
  ];
  for (const [what, config] of rows) {
    test(`${what}.`, () => {
      assert.deepEqual(serving(config).faults, []);
    });
  }
});

describe('a fault is found', () => {
  for (const key of [
    `https://${HOST}`,
    `http://${HOST}`,
    `${HOST}/`,
    `${HOST}:443`,
    `${HOST}/team/app`,
    HOST.toUpperCase(),
  ]) {
    test(`in the key ${key}, which Docker never looks up.`, () => {
      const { by, faults } = serving({ credHelpers: { [key]: 'ecr-xacct' } });
      assert.equal(by, 'none');
      assert.deepEqual(faults, [
        {
          kind: 'unmatched-key',
          key,
          message: `credHelpers has "${key}", which Docker never looks up: it asks for "${HOST}"`,
          command: 'ecr-xacct setup',
          isFatal: true,
        },
      ]);
    });
  }

  for (const key of [
    '*.dkr.ecr.us-east-1.amazonaws.com',
    '111122223333.dkr.ecr.*.amazonaws.com',
    'https://*.amazonaws.com/',
    '*',
  ]) {
    test(`in the key ${key}, which is a wildcard.`, () => {
      const { faults } = serving({ credHelpers: { [key]: 'ecr-xacct' }, credsStore: 'desktop' });
      assert.deepEqual(
        faults.map(({ kind, isFatal }) => [kind, key, isFatal]),
        [['wildcard-key', key, true]],
      );
    });
  }

  for (const helper of ['docker-credential-ecr-xacct', '/usr/local/bin/docker-credential-ecr-xacct']) {
    test(`in the name ${helper}, which Docker puts its prefix before.`, () => {
      const [entry] = serving({ credHelpers: { [HOST]: helper } }).faults;
      assert.deepEqual([entry?.kind, entry?.key, entry?.isFatal], ['prefixed-name', HOST, true]);
      assert.ok(entry?.message.includes(`docker-credential-${helper}`));
      const [store] = serving({ credsStore: helper }).faults;
      assert.deepEqual([store?.kind, store?.key], ['prefixed-name', 'credsStore']);
    });
  }

  test("in Amazon's helper, which answers in our place.", () => {
    const [fault] = serving({ credHelpers: { [HOST]: 'ecr-login' } }).faults;
    assert.deepEqual([fault?.kind, fault?.key, fault?.isFatal], ['other-helper', HOST, true]);
  });

  test('in old logins, which are harmless beside a helper and which docker logout takes out.', () => {
    const auths = { [HOST]: LOGIN, [`https://${HOST}`]: LOGIN, [`https://${HOST}/v1/`]: LOGIN };
    const { faults } = serving({ credHelpers: { [HOST]: 'ecr-xacct' }, auths });
    assert.deepEqual(
      faults.map(({ kind, key, command, isFatal }) => [kind, key, command, isFatal]),
      [
        ['plain-login', HOST, `docker logout ${HOST}`, false],
        ['plain-login', `https://${HOST}`, `docker logout ${HOST}`, false],
        ['plain-login', `https://${HOST}/v1/`, `docker logout https://${HOST}/v1/`, false],
      ],
    );
    assert.ok(!JSON.stringify(faults).includes(LOGIN.auth));
  });

  test('in old logins that docker logout leaves, as the store that it asks for them may not have them.', () => {
    const auths = { [HOST]: LOGIN, [`https://${HOST}`]: LOGIN };
    const commands = (config: object) => serving({ ...config, auths }).faults.map(({ command }) => command);
    const setup = 'ecr-xacct setup';
    assert.deepEqual(commands({ credsStore: 'desktop' }), [setup, setup]);
    assert.deepEqual(commands({ credHelpers: { [HOST]: 'ecr-xacct' }, credsStore: 'desktop' }), [
      `docker logout ${HOST}`,
      setup,
    ]);
    assert.deepEqual(commands({ credsStore: 'ecr-xacct' }), [
      `docker logout ${HOST}`,
      `docker logout ${HOST}`,
    ]);
  });
});
