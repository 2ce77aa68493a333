// Moving registries to a helper and back: with others' entries, old logins, and edits in between.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { handBack, type TakeOver, takeOver } from '../../../../src/setup/docker-files/take-over.ts';

const HOST = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const OTHER = '444455556666.dkr.ecr.eu-west-1.amazonaws.com';
const FILE = 'config.json';

function taken(value: object | string, more: Partial<TakeOver> = {}) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, '\t');
  const done = takeOver(text, { hosts: [HOST], helper: 'ecr-xacct', by: 'credHelpers', ...more }, FILE);
  return { ...done, before: text, value: JSON.parse(done.text || '{}') };
}

describe('a registry is handed over', () => {
  test('by an entry with its bare hostname.', () => {
    const { value, edits, replaced } = taken({ auths: {}, credHelpers: { 'gcr.io': 'gcloud' } });
    assert.deepEqual(value, { auths: {}, credHelpers: { 'gcr.io': 'gcloud', [HOST]: 'ecr-xacct' } });
    assert.deepEqual(edits, [{ path: ['credHelpers', HOST], now: 'ecr-xacct', was: null }]);
    assert.equal(replaced.size, 0);
  });

  test('from another helper, and it is said from which.', () => {
    const { value, edits, replaced } = taken({ credHelpers: { [HOST]: 'ecr-login' } });
    assert.equal(value.credHelpers[HOST], 'ecr-xacct');
    assert.equal(edits[0]?.was, 'ecr-login');
    assert.deepEqual([...replaced], [[HOST, 'ecr-login']]);
  });

  test('once: a second time changes no byte.', () => {
    for (const by of ['credHelpers', 'credsStore', 'removal'] as const) {
      const first = taken({ auths: { [HOST]: { auth: 'x' } }, credsStore: 'pass' }, { by });
      const second = taken(first.text, { by });
      assert.equal(second.text, first.text);
      assert.deepEqual(second.edits, []);
    }
  });

  test('with every other, where ours becomes the store; an entry would come before it, and is removed.', () => {
    const { value, edits } = taken(
      { credsStore: 'pass', credHelpers: { [HOST]: 'ecr-login' } },
      { by: 'credsStore', hosts: [HOST, OTHER] },
    );
    assert.deepEqual(value, { credsStore: 'ecr-xacct' });
    assert.deepEqual(edits, [
      { path: ['credsStore'], now: 'ecr-xacct', was: 'pass' },
      { path: ['credHelpers', HOST], now: null, was: 'ecr-login' },
    ]);
  });

  test('no longer, where it is dropped: its entry is gone, or is what it was before the first setup.', () => {
    const credHelpers = { [HOST]: 'ecr-xacct', [OTHER]: 'ecr-xacct', 'gcr.io': 'gcloud' };
    const earlier = [{ path: ['credHelpers', OTHER], now: 'ecr-xacct', was: 'ecr-login' }];
    const dropped = (url: string) => url !== 'x';
    const { value, edits } = taken({ credHelpers }, { hosts: [], dropped, earlier });
    assert.deepEqual(value, { credHelpers: { [OTHER]: 'ecr-login', 'gcr.io': 'gcloud' } });
    assert.deepEqual(edits, [
      { path: ['credHelpers', HOST], now: null, was: 'ecr-xacct' },
      { path: ['credHelpers', OTHER], now: 'ecr-login', was: 'ecr-xacct' },
    ]);
  });

  test('by nothing more, where ours is the store already.', () => {
    assert.deepEqual(taken({ credsStore: 'ecr-xacct' }).edits, []);
  });

  test('and its old logins are removed, in every spelling; those of others and empty entries stay.', () => {
    const spellings = [
      HOST,
      `https://${HOST}`,
      `https://${HOST}/`,
      `${HOST}/`,
      `${HOST}:443`,
      `https://${HOST}/v1/`,
      `http://${HOST}`,
      `${HOST}/team/app`,
      HOST.toUpperCase(),
    ];
    const kept = {
      'index.docker.io': { auth: 'x' },
      [OTHER]: { auth: 'x' },
      [`${HOST}.evil.example`]: { auth: 'x' },
      [`https://me@${HOST}`]: { auth: 'x' },
    };
    const logins = Object.fromEntries(spellings.map((url) => [url, { auth: 'x' }]));
    const { value, edits } = taken({ auths: { ...logins, ...kept } }, { by: 'removal' });
    assert.deepEqual(value, { auths: kept });
    assert.deepEqual(
      edits.map(({ path: [, url] }) => url),
      spellings,
    );
    assert.deepEqual(taken({ auths: { [HOST]: {} } }, { by: 'removal' }).value, { auths: { [HOST]: {} } });
  });

  test('and no secret is in what is remembered of it.', () => {
    const { edits } = taken({ auths: { [HOST]: { auth: 'canary' } } });
    assert.equal(edits.length, 2);
    assert.doesNotMatch(JSON.stringify(edits), /canary/);
  });
});

describe('a registry is handed back', () => {
  test('to who had it, with its logins, and what came meanwhile stays.', () => {
    const start = {
      auths: { [`https://${HOST}`]: { auth: 'old' }, 'index.docker.io': { auth: 'hub' } },
      credHelpers: { [HOST]: 'ecr-login' },
    };
    const { text, edits, before } = taken(start, { hosts: [HOST, OTHER] });
    const meanwhile = JSON.parse(text);
    meanwhile.auths['quay.io'] = { auth: 'new' };
    delete meanwhile.auths['index.docker.io'];
    meanwhile.detachKeys = 'ctrl-x';
    const back = handBack(JSON.stringify(meanwhile, undefined, '\t'), edits, before, FILE);
    assert.deepEqual(JSON.parse(back.text), {
      auths: { 'quay.io': { auth: 'new' }, [`https://${HOST}`]: { auth: 'old' } },
      credHelpers: { [HOST]: 'ecr-login' },
      detachKeys: 'ctrl-x',
    });
    assert.deepEqual(back.kept, []);
  });

  test('but not from: as for grant the user gave it to since: that stays, and is said.', () => {
    const { edits, before } = taken({ credHelpers: { [HOST]: 'ecr-login' } });
    const changed = JSON.stringify({ credHelpers: { [HOST]: 'mine' } });
    assert.deepEqual(handBack(changed, edits, before, FILE), {
      text: changed,
      kept: [`credHelpers.${HOST}`],
    });
  });

  test('without the logins, where no copy of the file is left.', () => {
    const { text, edits } = taken({ auths: { [HOST]: { auth: 'old' } } });
    assert.deepEqual(JSON.parse(handBack(text, edits, undefined, FILE).text), {});
  });

  test('where it is back already, and nothing is said.', () => {
    const { edits, before } = taken({ credHelpers: { [HOST]: 'ecr-login' }, credsStore: 'pass' });
    assert.deepEqual(handBack(before, edits, before, FILE), { text: before, kept: [] });
  });
});

test('Whatever the file contains, what is handed over and back is the same JSON as before.', () => {
  const hosts = [HOST, OTHER];
  const url = fc.oneof(
    fc.string(),
    fc.constantFrom(...hosts.flatMap((host) => [host, `https://${host}`, `${host}/`])),
  );
  const config = fc
    .record(
      {
        auths: fc.dictionary(url, fc.record({ auth: fc.string() }), { noNullPrototype: true }),
        credHelpers: fc.dictionary(url, fc.string(), { noNullPrototype: true }),
        credsStore: fc.constantFrom('pass', 'desktop'),
        other: fc.jsonValue(),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map((value) => JSON.parse(JSON.stringify(value)));
  const by = fc.constantFrom('credHelpers', 'credsStore', 'removal') satisfies fc.Arbitrary<TakeOver['by']>;
  fc.assert(
    fc.property(config, by, fc.constantFrom('', '\t', '  '), (value, kind, indent) => {
      const before = JSON.stringify(value, undefined, indent);
      const { text, edits } = takeOver(before, { hosts, helper: 'ecr-xacct', by: kind }, FILE);
      const { other } = JSON.parse(text);
      assert.deepEqual(other, value.other);
      const back = handBack(text, edits, before, FILE);
      assert.deepEqual(JSON.parse(back.text), value);
      assert.deepEqual(back.kept, []);
    }),
  );
});
