// Tests what the kubelet's own code tells a credential-provider plugin about a pod's service account, and how it caches
// answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNode, pluginThatWrites, response } from '../support/e2e/kubelet.ts';
import { auth, firsts, host, inTurn, podsOf, withTokens } from '../support/e2e/kubelet-scenarios.ts';
import { skipWithout } from '../support/peers.ts';

const skip = skipWithout('kubelet');

const granted = pluginThatWrites({ stdout: response({ auth, cacheDuration: '1h' }) });

const answers = [
  { cacheType: 'ServiceAccount', pods: ['one', 'two'], starts: 'once' },
  { cacheType: 'Token', pods: ['one', 'two'], starts: 'twice' },
  { cacheType: 'Token', pods: ['one', 'one'], starts: 'once' },
];
for (const { cacheType, pods, starts } of answers)
  test(`With cacheType ${cacheType}, pulls of pods ${pods.join(' and ')} start a plugin ${starts}.`, {
    skip,
  }, async () => {
    await using node = await makeNode(granted, withTokens({ cacheType }));
    const rounds = pods.map((pod) => ({ pulls: [{ image: `${host}/a`, pod: `shop/${pod}` }] }));
    assert.ok(firsts(await node.play({ ...podsOf(...pods), rounds })).every(({ length }) => length === 1));
    assert.equal((await node.started()).length, starts === 'once' ? 1 : 2);
  });

test('One image of several pods at once starts a plugin more than once, where it gets their tokens.', {
  skip,
}, async () => {
  await using node = await makeNode(granted, withTokens());
  const names = Array.from({ length: 20 }, (_, index) => `pod-${index}`);
  const pulls = names.map((name) => ({ image: `${host}/a`, pod: `shop/${name}` }));
  await node.play({ ...podsOf(...names), rounds: [{ pulls }] });
  assert.ok((await node.started()).length > 1);
});

test("A pod's own token is a password with cacheType Token only.", { skip }, async () => {
  const stdout = response({ auth: { [host]: { username: 'AWS', password: 'token-of-one' } } });
  const rounds = [{ pulls: [{ image: `${host}/a`, pod: 'shop/one' }] }];
  const found = async (cacheType: string) => {
    await using node = await makeNode(pluginThatWrites({ stdout }), withTokens({ cacheType }));
    return firsts(await node.play({ ...podsOf('one'), rounds }))[0]?.length;
  };
  assert.equal(await found('Token'), 1);
  assert.equal(await found('ServiceAccount'), 0);
});

const unstarted = [
  { what: 'a pull without a pod', pod: '', settings: {}, log: undefined },
  {
    what: 'a service account without the annotation',
    pod: 'shop/one',
    settings: { requiredServiceAccountAnnotationKeys: ['example.com/role'] },
    log: undefined,
  },
  {
    what: 'a service account that is gone',
    pod: 'shop/orphan',
    settings: {},
    log: /failed to get service account: serviceaccounts .*not found/,
  },
  {
    what: 'a pod that gets no token',
    pod: 'shop/denied',
    settings: {},
    log: /failed to get service account token: .*forbidden/,
  },
];
for (const { what, pod, settings, log } of unstarted)
  test(`The kubelet does not start a plugin for ${what}, and says ${log === undefined ? 'nothing' : 'why'}.`, {
    skip,
  }, async () => {
    await using node = await makeNode(granted, withTokens(settings));
    const { serviceAccounts, pods } = podsOf('one');
    const others = [
      { namespace: 'shop', name: 'orphan', uid: 'o', serviceAccount: 'gone', token: 't' },
      { namespace: 'shop', name: 'denied', uid: 'd', serviceAccount: 'puller' },
    ];
    const rounds = [{ pulls: [{ image: `${host}/a`, pod }] }];
    const answer = await node.play({ serviceAccounts, pods: [...pods, ...others], rounds });
    assert.deepEqual([firsts(answer), await node.started()], [[[]], []]);
    const lines = answer.rounds[0]?.log.filter((line) => !line.startsWith('I')) ?? [];
    assert.equal(lines.length, log === undefined ? 0 : 1);
    if (log !== undefined) assert.match(lines[0] ?? '', log);
  });

test('A plugin that needs no service account is started without a token for a pull without a pod.', {
  skip,
}, async () => {
  await using node = await makeNode(granted, withTokens({ requireServiceAccount: false }));
  assert.equal(firsts(await node.play({ rounds: inTurn([`${host}/a`]) }))[0]?.length, 1);
  const [start] = await node.started();
  assert.deepEqual(Object.keys(start?.request ?? {}).toSorted(), ['apiVersion', 'image', 'kind']);
});
