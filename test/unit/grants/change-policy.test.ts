// Changes of a policy that others write at the same time lose nothing of theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { XacctError } from '../../../src/errors.ts';
import { type ChangeOptions, changePolicy, type PolicyStore } from '../../../src/grants/change-policy.ts';
import type { Access } from '../../../src/policy/access.ts';
import { grantAccess } from '../../../src/policy/grant.ts';
import { listOf, parsePolicy, policyText, statementsOf } from '../../../src/policy/policy-document.ts';
import { revokeAccess } from '../../../src/policy/revoke.ts';

const REGISTRY = { account: '111122223333', region: 'us-east-1', partition: 'aws' } as const;

function accessOf(account: string): Access {
  const target = { ...REGISTRY, kind: 'repository', name: 'team/app' } as const;
  return { grantees: [{ kind: 'account', account }], target, push: false };
}

const OURS = accessOf('444455556666');
const THEIRS = accessOf('777788889999');
const grantTo = (access: Access) => (document: Parameters<typeof grantAccess>[0]) =>
  grantAccess(document, access);

/** A policy in ECR. Before each step, it calls the next of `before`, which may write the policy. */
function ecrPolicy(text: string | undefined, before: (() => void)[] = []) {
  const policy = { text, puts: 0 };
  const step = () => before.shift()?.();
  const store: PolicyStore = {
    name: 'the policy of repository team/app',
    read: async () => {
      step();
      return policy.text;
    },
    put: async (expected, next) => {
      step();
      if (policy.text !== expected) return { outcome: 'changed', now: policy.text };
      policy.text = next;
      policy.puts += 1;
      step();
      return { outcome: 'written', now: policy.text };
    },
  };
  return { policy, store };
}

function options(more: Partial<ChangeOptions> = {}): ChangeOptions & { asked: number; contended: number } {
  const counted = {
    asked: 0,
    contended: 0,
    confirm: async () => {
      counted.asked += 1;
    },
    onContention: () => {
      counted.contended += 1;
    },
    pause: async () => undefined,
    ...more,
  };
  return counted;
}

function principalsOf(text: string | undefined): string[] {
  const document = parsePolicy(text ?? '', 'the policy');
  return statementsOf(document).flatMap(({ Principal: principal }) =>
    typeof principal === 'object' ? listOf(principal.AWS) : [],
  );
}

const [OUR_ROOT, THEIR_ROOT] = ['444455556666', '777788889999'].map((id) => `arn:aws:iam::${id}:root`);
const nothing = () => {};

test('A grant is asked for once, written once, and still there after a moment.', async () => {
  const { policy, store } = ecrPolicy(undefined);
  const pauses: number[] = [];
  const asked = options({ pause: async (ms) => void pauses.push(ms) });
  const change = await changePolicy(store, grantTo(OURS), asked);
  assert.equal(change?.before, undefined);
  assert.deepEqual(principalsOf(policy.text), [OUR_ROOT]);
  assert.deepEqual([policy.puts, asked.asked, asked.contended, pauses], [1, 1, 0, [1_000]]);
});

test('What is granted already is neither asked for nor written.', async () => {
  const { policy, store } = ecrPolicy(policyText(grantAccess(undefined, OURS)));
  const asked = options();
  assert.equal(await changePolicy(store, grantTo(OURS), asked), undefined);
  assert.deepEqual([policy.puts, asked.asked], [0, 0]);
});

test('If the user says no, nothing changes.', async () => {
  const { policy, store } = ecrPolicy(undefined);
  const no = new XacctError('cancelled', 'no');
  await assert.rejects(
    changePolicy(store, grantTo(OURS), options({ confirm: () => Promise.reject(no) })),
    no,
  );
  assert.deepEqual([policy.puts, policy.text], [0, undefined]);
});

/** The steps before which another user writes: a read, a put with its read back, and the read after a moment. */
const MOMENTS: Readonly<Record<string, number>> = {
  'between the read and the write': 1,
  'between the write and the read back, over what was there before': 2,
  'within a moment of the write, over what was there before': 3,
};

for (const [moment, step] of Object.entries(MOMENTS)) {
  test(`A change that another user writes ${moment} is kept, and so is ours.`, async () => {
    const before: (() => void)[] = Array.from({ length: step }, () => nothing);
    const { policy, store } = ecrPolicy(undefined, before);
    before.push(() => {
      policy.text = policyText(grantAccess(undefined, THEIRS));
    });
    const asked = options();
    await changePolicy(store, grantTo(OURS), asked);
    assert.deepEqual(principalsOf(policy.text), [OUR_ROOT, THEIR_ROOT]);
    assert.deepEqual([asked.asked, asked.contended], [1, 1]);
  });
}

test('A revoke keeps what another user writes meanwhile.', async () => {
  const both = grantAccess(grantAccess(undefined, OURS), accessOf('123456789012'));
  const before = [nothing];
  const { policy, store } = ecrPolicy(policyText(both), before);
  before.push(() => {
    policy.text = policyText(grantAccess(both, THEIRS));
  });
  await changePolicy(store, (document) => revokeAccess(document, OURS), options());
  assert.deepEqual(principalsOf(policy.text), ['arn:aws:iam::123456789012:root', THEIR_ROOT]);
});

test('The last one that is revoked takes the policy with it.', async () => {
  const { policy, store } = ecrPolicy(policyText(grantAccess(undefined, OURS)));
  const change = await changePolicy(store, (document) => revokeAccess(document, OURS), options());
  assert.deepEqual([policy.text, change?.after, policy.puts], [undefined, undefined, 1]);
});

test('Who is overwritten again and again gives up, and says by whom that may be.', async () => {
  const theirs = policyText(grantAccess(undefined, THEIRS));
  const { policy, store } = ecrPolicy(undefined);
  const overwrite = async () => {
    policy.text = theirs;
  };
  const asked = options({ pause: overwrite });
  await assert.rejects(changePolicy(store, grantTo(OURS), asked), (error: XacctError) => {
    assert.equal(error.code, 'policy');
    assert.match(error.message, /repository team\/app is changed again and again by another program/);
    return true;
  });
  assert.equal(asked.contended, 8);
});

test('A policy that is too long for ECR, or no policy at all, is left alone.', async () => {
  const statement = { Sid: 'theirs', Effect: 'Deny', Principal: '*', Action: 'ecr:*' };
  const long = { Version: '2012-10-17', Statement: [{ ...statement, Sid: 'x'.repeat(10_000) }] };
  for (const text of [JSON.stringify(long), '{"Version":"2012-10-17"', '[]']) {
    const { policy, store } = ecrPolicy(text);
    await assert.rejects(changePolicy(store, grantTo(OURS), options()), { code: 'policy' });
    assert.deepEqual([policy.text, policy.puts], [text, 0]);
  }
});
