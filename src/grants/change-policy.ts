// Changes a policy that others may be changing, too: read, merge, compare, write, read back, and once more after a moment.
import { XacctError } from '../errors.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { checkPolicySize, parsePolicy, policyText } from '../policy/policy-document.ts';
import type { PolicyPutAnswer } from '../questions.ts';

/** One policy in AWS; texts are undefined where there is none. */
export interface PolicyStore {
  /** As in `the policy of repository team/app`. */
  name: string;
  read(): Promise<string | undefined>;
  /** Writes where the policy is still `expected`. */
  put(expected: string | undefined, text: string | undefined): Promise<PolicyPutAnswer>;
}

/** The same document where there is nothing to change; undefined for none. */
export type ChangeDocument = (document: PolicyDocument | undefined) => PolicyDocument | undefined;

export interface PolicyChange {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

/**
 * Longer than the moment between the read and the write of another program that changes the policy in the same way: a
 * write that follows upon a read from before ours overwrites ours within it. Milliseconds.
 */
const SETTLED_MS = 1_000;

/** More than this in a row is no coincidence. */
const MAX_ATTEMPTS = 8;

export interface ChangeOptions {
  /** Called once, before anything is written. @throws XacctError `cancelled` */
  confirm: (change: PolicyChange) => Promise<void>;
  /** Called where another writer was seen meanwhile. */
  onContention: () => void;
  pause: (ms: number) => Promise<unknown>;
}

/**
 * @returns what was changed; undefined where there was nothing to change.
 * @throws XacctError `policy` where the result is too long, or others write on and on.
 */
export async function changePolicy(
  store: PolicyStore,
  change: ChangeDocument,
  { confirm, onContention, pause }: ChangeOptions,
): Promise<PolicyChange | undefined> {
  const first = plan(store, await store.read(), change);
  if (first === undefined) return undefined;
  await confirm(first);
  let planned: PolicyChange | undefined = first;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { outcome, now } = await store.put(planned.before, planned.after);
    let next = plan(store, now, change);
    if (outcome === 'written' && next === undefined) {
      await pause(SETTLED_MS);
      next = plan(store, await store.read(), change);
    }
    if (next === undefined) return first;
    onContention();
    planned = next;
  }
  throw new XacctError('policy', `${store.name} is changed again and again by another program`, {
    hint: { say: 'find out who writes it (Terraform, CloudFormation?), and run the same command again' },
  });
}

/** What is to be written; undefined where the policy is that already. @throws XacctError `policy` */
export function plan(
  { name }: Pick<PolicyStore, 'name'>,
  before: string | undefined,
  change: ChangeDocument,
): PolicyChange | undefined {
  const document = before === undefined ? undefined : parsePolicy(before, name);
  const changed = change(document);
  if (changed === document) return undefined;
  if (changed !== undefined) checkPolicySize(changed, name);
  return { name, before, after: changed && policyText(changed) };
}
