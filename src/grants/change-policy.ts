// Changes a policy that other programs may change, too: reads, merges, compares, writes, and reads again twice.
import { XacctError } from '../errors.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { checkPolicySize, parsePolicy, policyText } from '../policy/policy-document.ts';
import type { PolicyPutAnswer } from '../questions.ts';

/** One policy in AWS; a text is undefined if there is no policy. */
export interface PolicyStore {
  /** As in `the policy of repository team/app`. */
  name: string;
  read(): Promise<string | undefined>;
  /** Writes only if the policy is still `expected`. */
  put(expected: string | undefined, text: string | undefined): Promise<PolicyPutAnswer>;
}

/** Returns the same document if there is nothing to change; undefined for no policy. */
export type ChangeDocument = (document: PolicyDocument | undefined) => PolicyDocument | undefined;

export interface PolicyChange {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

/**
 * Longer than the time between the read and the write of another program that changes the policy in the same way. A
 * program that read before our write overwrites it within this time. Milliseconds.
 */
const SETTLED_MS = 1_000;

/** More conflicts in a row are not a coincidence. */
const MAX_ATTEMPTS = 8;

export interface ChangeOptions {
  /** Called once, before anything is written. @throws XacctError `cancelled` */
  confirm: (change: PolicyChange) => Promise<void>;
  /** Called if another program has changed the policy meanwhile. */
  onContention: () => void;
  pause: (ms: number) => Promise<unknown>;
}

/**
 * @returns what was changed; undefined if there was nothing to change.
 * @throws XacctError `policy` if the result is too long, or if other programs keep changing the policy.
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

/** The change to write; undefined if the policy already has it. @throws XacctError `policy` */
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
