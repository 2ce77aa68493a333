// Tests Kubernetes's requirements for a credential-provider plugin, with the kubelet's own code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNode, PLUGIN_API, type Plugin, pluginThatWrites, response } from '../support/e2e/kubelet.ts';
import {
  auth,
  firsts,
  host,
  inTurn,
  podsOf,
  provider,
  withTokens,
} from '../support/e2e/kubelet-scenarios.ts';
import { skipWithout } from '../support/peers.ts';

const skip = skipWithout('kubelet');

/** A plugin, with and without a token. */
interface PluginUnderTest {
  readonly name: string;
  /** Has a token for images of `host`, for less than 12 hours. */
  readonly granted: Plugin;
  /** Has no token, and prints one line with the hostname. */
  readonly refused: Plugin;
}

const plugins: PluginUnderTest[] = [
  {
    name: 'A plugin by the specification',
    granted: pluginThatWrites({ stdout: response({ auth, cacheDuration: '5h30m0s' }) }),
    refused: pluginThatWrites({ stderr: `no identity applies to ${host}`, status: 1 }),
  },
];

for (const { name, granted, refused } of plugins) {
  test(`${name} is started once for the images of a registry, until its answer is old.`, {
    skip,
  }, async () => {
    await using node = await makeNode(granted, provider);
    const images = inTurn([`${host}/a:1`, `${host}/deep/b`, `${host}/c@sha256:${'0'.repeat(64)}`]);
    const answer = await node.play({ rounds: images });
    const got = firsts(answer);
    assert.ok(got.every((found) => found?.length === 1 && found[0]?.username === 'AWS'));
    // The kubelet removes the tag.
    const expected = { apiVersion: PLUGIN_API, kind: 'CredentialProviderRequest', image: `${host}/a` };
    assert.deepEqual(
      (await node.started()).map(({ request }) => request),
      [expected],
    );
    await node.play({ rounds: [...images, ...inTurn([`${host}/a`], { after: '12h1s' })] });
    assert.equal((await node.started()).length, 3);
  });

  test(`${name} is not started for the images of other registries.`, { skip }, async () => {
    await using node = await makeNode(granted, provider);
    const answer = await node.play({ rounds: inTurn(['debian', 'ghcr.io/a/b:1']) });
    assert.deepEqual(firsts(answer), [[], []]);
    assert.deepEqual(await node.started(), []);
  });

  test(`${name} that has no token is one line of the log, and is asked at the next pull.`, {
    skip,
  }, async () => {
    await using node = await makeNode(refused, provider);
    const { rounds } = await node.play({ rounds: inTurn([`${host}/a`, `${host}/a`]) });
    assert.equal((await node.started()).length, 2);
    for (const { pulls, log } of rounds) {
      assert.deepEqual(pulls[0]?.credentials, []);
      const errors = log.filter((line) => !line.startsWith('I'));
      assert.equal(errors.length, 1, errors.join('\n'));
      const [, said] = /exit status \d+: ([^"]+)" provider=/.exec(errors[0] ?? '') ?? [];
      assert.ok(said?.includes(host), errors.join());
    }
  });

  test(`${name} has a token for 200 images at once, and is not started for the next.`, { skip }, async () => {
    await using node = await makeNode(granted, provider);
    const images = Array.from({ length: 200 }, (_, index) => ({ image: `${host}/image-${index}` }));
    const { rounds } = await node.play({ rounds: [{ pulls: images }] });
    assert.ok(rounds[0]?.pulls.every(({ credentials: found }) => found.length === 1));
    // The kubelet starts a plugin for each image until it has the first answer.
    const starts = (await node.started()).length;
    assert.ok(starts > 1 && starts <= 200, `${starts} starts`);
    const again = await node.play({ rounds: [...inTurn([`${host}/image-0`]), { pulls: images }] });
    assert.equal(again.error, undefined);
    assert.equal((await node.started()).length, starts + 1);
  });

  test(`${name} gets the token and the annotations of the pod's service account.`, { skip }, async () => {
    await using node = await makeNode(granted, withTokens());
    const answer = await node.play({
      ...podsOf('one'),
      rounds: [{ pulls: [{ image: `${host}/a`, pod: 'shop/one' }] }],
    });
    assert.equal(firsts(answer)[0]?.[0]?.serviceAccount, 'shop/puller');
    assert.deepEqual(
      (await node.started()).map(({ request }) => request),
      [
        {
          apiVersion: PLUGIN_API,
          kind: 'CredentialProviderRequest',
          image: `${host}/a`,
          serviceAccountToken: 'token-of-one',
          serviceAccountAnnotations: { 'eks.amazonaws.com/ecr-role-arn': 'arn' },
        },
      ],
    );
    assert.deepEqual(answer.tokenRequests, [
      {
        namespace: 'shop',
        serviceAccount: 'puller',
        serviceAccountUid: 'uid-of-puller',
        audiences: ['sts.amazonaws.com'],
        pod: 'one',
        podUid: 'uid-of-one',
      },
    ]);
  });
}
