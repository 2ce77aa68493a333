// The plugin's answer when AWS throttles, when a token may not be kept long, and when no time is left.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { answerKubelet, type KubeletDeps } from '../../../src/kubelet/answer.ts';
import { PLUGIN_DEADLINE } from '../../../src/kubelet/retry-delay.ts';
import { createHelperFixture } from '../../support/unit/helper.ts';

const ECR = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const CONFIG = `registries:\n  ${ECR}: { profile: dev }\n`;
const ASKED = JSON.stringify({
  apiVersion: 'credentialprovider.kubelet.k8s.io/v1',
  kind: 'CredentialProviderRequest',
  image: `${ECR}/team/app@sha256:${'0'.repeat(64)}`,
});
const THROTTLED = new XacctError('throttled', 'AWS throttles');

/** `failing`: the number of consecutive mints that fail so; each takes `mintMs`. Every random number is 1/2. */
function kubelet(failing = 0, { config = CONFIG, failures = [THROTTLED], mintMs = 100, env = {} } = {}) {
  const { deps } = createHelperFixture(config);
  const seen = { waits: [] as number[], envs: [] as (readonly [string | undefined, string | undefined])[] };
  let now = 0;
  const mint: KubeletDeps['mint'] = async (resolution, mintEnv, mfa) => {
    seen.envs.push([mintEnv.ECR_XACCT_TIMEOUT, mintEnv.AWS_MAX_ATTEMPTS]);
    now += mintMs;
    const error = failures[seen.envs.length - 1] ?? failures.at(-1);
    return seen.envs.length <= failing && error !== undefined
      ? { error }
      : await deps.mint(resolution, mintEnv, mfa);
  };
  const wait = async (ms: number) => {
    seen.waits.push(ms);
    now += ms;
  };
  const own = { ...deps, mint, wait, random: () => 0.5, steady: () => now };
  return { ...seen, deps, answer: async (asked = ASKED) => JSON.parse(await answerKubelet(own, asked, env)) };
}

describe('the kubelet', () => {
  test('is answered a token once AWS throttles no more, after waits that chance spreads', async () => {
    const { answer, waits, envs } = kubelet(2);
    const { auth } = await answer();
    assert.deepEqual(auth, { [ECR]: { username: 'AWS', password: 'token 1 of profile dev' } });
    assert.deepEqual(waits, [11_250, 11_250]);
    // Only the plugin waits; the SDK adds no waits. Each call gets the time that is left.
    assert.deepEqual(envs, [
      ['45', '1'],
      ['33', '1'],
      ['22', '1'],
    ]);
  });

  test('is told why within its own minute, where AWS goes on throttling', async () => {
    const { answer, waits } = kubelet(Number.POSITIVE_INFINITY);
    await assert.rejects(answer(), { message: `${ECR}: profile dev: AWS throttles` });
    assert.ok(waits.length > 2);
    assert.ok(waits.reduce((sum, ms) => sum + ms + 100, 0) < PLUGIN_DEADLINE);
  });

  test('is told at once what does not pass by itself', async () => {
    const { answer, waits } = kubelet(1, { failures: [new XacctError('access-denied', 'not allowed')] });
    await assert.rejects(answer(), { message: `${ECR}: profile dev: not allowed` });
    assert.deepEqual(waits, []);
  });

  test('has the time of ECR_XACCT_TIMEOUT where that is less, and the tries of AWS_MAX_ATTEMPTS', async () => {
    const { answer, envs } = kubelet(0, { env: { ECR_XACCT_TIMEOUT: '20', AWS_MAX_ATTEMPTS: '4' } });
    await answer();
    assert.deepEqual(envs, [['20', '4']]);
  });

  test('keeps a token for half of its life less a random part, and no longer than max_token_age lets it', async () => {
    const { answer } = kubelet();
    assert.equal((await answer()).cacheDuration, '5h15m0s');
    const shorter = kubelet(0, { config: `max_token_age: 2h\n${CONFIG}` });
    assert.equal((await shorter.answer()).cacheDuration, '52m30s');
  });

  test('is told of the throttling where the last call had no time left, and that the kubelet asks again', async () => {
    const { answer } = kubelet(Number.POSITIVE_INFINITY, {
      failures: [THROTTLED, new XacctError('timeout', 'no answer within 3 s')],
    });
    await assert.rejects(answer(), (error: XacctError) => {
      assert.equal(error.message, `${ECR}: profile dev: AWS throttles`);
      assert.match(error.hint?.say ?? '', /^the kubelet asks again when it tries the pod again/);
      return true;
    });
  });

  test('is told of a variable where it is: in the config of the kubelet, not of a shell', async () => {
    const { answer } = kubelet(0, { env: { ECR_XACCT_TIMEOUT: 'soon' } });
    await assert.rejects(answer(), (error: XacctError) => {
      assert.deepEqual(error.hint, {
        say: "take it out of env of the plugin's entry in the kubelet's config: ECR_XACCT_TIMEOUT",
      });
      return true;
    });
  });

  test('keeps a token that was held for a while for as much less as max_token_age has left', async () => {
    const { answer, deps } = kubelet(0, { config: `max_token_age: 2h\nrefresh_margin: 0s\n${CONFIG}` });
    assert.equal((await answer()).cacheDuration, '52m30s');
    const { get } = deps.tokens;
    deps.tokens.get = async (request) => ({ ...(await get(request)), age: 3_600_000 });
    assert.equal((await answer()).cacheDuration, '26m15s');
  });

  test('asks AWS for no profile whose it is: a fleet would ask from every node', async () => {
    const { answer, deps } = kubelet(0, { config: '' });
    let asked = 0;
    deps.accounts.learn = async () => {
      asked += 1;
    };
    await answer();
    assert.equal(asked, 0);
  });
});
