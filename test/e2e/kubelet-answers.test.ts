// Tests how the kubelet's own code treats any plugin's answers. Our plugin relies on this.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNode, pluginThatWrites, response } from '../support/e2e/kubelet.ts';
import { auth, credentials, firsts, host, inTurn, provider } from '../support/e2e/kubelet-scenarios.ts';
import { skipWithout } from '../support/peers.ts';

const skip = skipWithout('kubelet');

const durations = [
  {
    what: 'no cacheDuration, no default',
    cacheDuration: undefined,
    defaultCacheDuration: '0s',
    starts: 'twice',
  },
  {
    what: 'no cacheDuration, a default',
    cacheDuration: undefined,
    defaultCacheDuration: '10m',
    starts: 'once',
  },
  { what: 'a cacheDuration of 0', cacheDuration: '0s', defaultCacheDuration: '10m', starts: 'twice' },
  { what: 'a cacheDuration that is over', cacheDuration: '4m', defaultCacheDuration: '10m', starts: 'twice' },
  { what: 'a cacheDuration that ends now', cacheDuration: '5m', defaultCacheDuration: '0s', starts: 'once' },
  { what: 'a cacheDuration below 0', cacheDuration: '-1m', defaultCacheDuration: '10m', starts: 'twice' },
];
for (const { what, cacheDuration, defaultCacheDuration, starts } of durations)
  test(`The kubelet starts a plugin ${starts} in 5 minutes for ${what}.`, { skip }, async () => {
    const plugin = pluginThatWrites({ stdout: response({ auth, cacheDuration }) });
    await using node = await makeNode(plugin, { ...provider, defaultCacheDuration });
    const rounds = [...inTurn([`${host}/a`]), ...inTurn([`${host}/a`], { after: '5m' })];
    assert.deepEqual(firsts(await node.play({ rounds })), [credentials, credentials]);
    assert.equal((await node.started()).length, starts === 'once' ? 1 : 2);
  });

const refusals = [
  {
    what: 'a field that is not of it',
    stdout: response({ auth, expires: 1 }),
    log: /error decoding credential provider/,
  },
  {
    what: 'a field twice',
    stdout: response({ auth }).replace('{', '{"kind":"CredentialProviderResponse",'),
    log: /error decoding/,
  },
  {
    what: 'another version',
    stdout: response({ auth, apiVersion: 'credentialprovider.kubelet.k8s.io/v1beta1' }),
    log: /did not match expected/,
  },
  {
    what: 'another kind',
    stdout: response({ auth, kind: 'CredentialProviderRequest' }),
    log: /error decoding/,
  },
  { what: 'no cacheKeyType', stdout: response({ auth, cacheKeyType: undefined }), log: /valid cacheKeyType/ },
  { what: 'a duration in seconds', stdout: response({ auth, cacheDuration: 3600 }), log: /error decoding/ },
  { what: 'text after it', stdout: `${response({ auth })} done`, log: /error (decoding|reading GVK)/ },
  { what: 'nothing', stdout: '', log: /error reading GVK/ },
];
for (const { what, stdout, log } of refusals)
  test(`The kubelet refuses a response with ${what}.`, { skip }, async () => {
    await using node = await makeNode(pluginThatWrites({ stdout }), provider);
    const answer = await node.play({ rounds: inTurn([`${host}/a`]) });
    assert.deepEqual(firsts(answer), [[]]);
    assert.match(answer.rounds[0]?.log.join('\n') ?? '', log);
    assert.doesNotMatch(answer.rounds[0]?.log.join('\n') ?? '', /a-token/);
  });

test('The kubelet takes a response that says nothing of a registry, and remembers it.', {
  skip,
}, async () => {
  const stdout = response({ auth: {}, cacheDuration: '1h' });
  await using node = await makeNode(pluginThatWrites({ stdout }), provider);
  assert.deepEqual(firsts(await node.play({ rounds: inTurn([`${host}/a`, `${host}/b`]) })), [[], []]);
  assert.equal((await node.started()).length, 1);
});

const matches = [
  { matchImages: '*.dkr.ecr.*.amazonaws.com', image: host, matched: true },
  { matchImages: '*.dkr.ecr.us-*.amazonaws.com', image: host, matched: true },
  { matchImages: '*.amazonaws.com', image: host, matched: false },
  { matchImages: '*', image: host, matched: false },
  { matchImages: `${host}/team`, image: `${host}/team/a`, matched: true },
  { matchImages: `${host}/team`, image: `${host}/teams`, matched: true },
  { matchImages: `${host}/*/a`, image: `${host}/team/a`, matched: false },
  { matchImages: '*.example', image: 'one.example:5000', matched: false },
  { matchImages: '*.example:5000', image: 'one.example:5000', matched: true },
  { matchImages: '*.dkr.ecr.us-east-1.amazonaws.com', image: host.toUpperCase(), matched: false },
];
for (const { matchImages, image, matched } of matches)
  test(`matchImages ${matchImages} ${matched ? 'covers' : 'leaves out'} an image of ${image}.`, {
    skip,
  }, async () => {
    await using node = await makeNode(pluginThatWrites({ stdout: response({ auth: {} }) }), {
      matchImages: [matchImages],
    });
    await node.play({ rounds: inTurn([`${image}/a`]) });
    assert.equal((await node.started()).length, matched ? 1 : 0);
  });

test('The kubelet starts a plugin once for one image, however many pods pull it at once.', {
  skip,
}, async () => {
  const plugin = pluginThatWrites({ stdout: response({ auth, cacheDuration: '1h' }) });
  await using node = await makeNode(plugin, provider);
  const pulls = Array.from({ length: 50 }, () => ({ image: `${host}/a` }));
  const { rounds } = await node.play({ rounds: [{ pulls }] });
  assert.ok(rounds[0]?.pulls.every((pull) => pull.credentials.length === 1));
  // A pull that misses the cache just before the answer is stored may start another plugin.
  assert.ok((await node.started()).length < 5);
});

test("A plugin has the kubelet's environment, and over it its provider's.", { skip }, async () => {
  const env = { HOME: '/root', AWS_REGION: 'eu-west-1' };
  await using node = await makeNode({ ...pluginThatWrites({ stdout: response({ auth }) }), env }, provider);
  await node.play({ rounds: inTurn([`${host}/a`]) });
  const [start] = await node.started();
  const names = start?.environment.filter((line) => /^(?:HOME|AWS_REGION|PATH)=/.test(line)).toSorted();
  assert.deepEqual(names, ['AWS_REGION=eu-west-1', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']);
});

test('A line break at the end of stderr makes three lines of the log of a failure.', { skip }, async () => {
  await using node = await makeNode(pluginThatWrites({ stderr: 'no identity\n', status: 1 }), provider);
  const { rounds } = await node.play({ rounds: inTurn([`${host}/a`]) });
  const lines = rounds[0]?.log.filter((line) => !line.startsWith('I'));
  assert.equal(lines?.length, 3);
  assert.match(lines?.[1] ?? '', /exit status 1: no identity$/);
});

test('What a plugin that succeeds writes to stderr is in no log.', { skip }, async () => {
  const plugin = pluginThatWrites({ stdout: response({ auth }), stderr: 'a warning' });
  await using node = await makeNode(plugin, provider);
  const { rounds } = await node.play({ verbosity: 10, rounds: inTurn([`${host}/a`]) });
  assert.deepEqual(rounds[0]?.pulls[0]?.credentials, credentials);
  assert.doesNotMatch(rounds[0]?.log.join('\n') ?? '', /a warning|a-token/);
});
