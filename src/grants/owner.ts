// As whom a policy is read and written: the first of the account's identities that may read it; the others are named.
import type { AwsCaller } from '../callers/ask-as.ts';
import { ownersOf } from '../callers/callers-of.ts';
import { orError, XacctError } from '../errors.ts';
import type { Command, Hint } from '../hint.ts';
import type { Run } from '../invocation.ts';
import type { OwnedRegistry } from './policy-target.ts';

export interface OwnerSearch {
  registry: OwnedRegistry;
  /** The one that is named. */
  profile: string | undefined;
  run: Run;
  /** The command line as it was typed. */
  typed: Command;
}

export interface Owner<T> {
  owner: AwsCaller;
  /** What it was tried with. */
  answer: T;
  /** The same failure of the owner, with the command as each other identity of the account, where it may not. */
  withOthers(failure: XacctError): Promise<XacctError>;
}

/**
 * @param attempt what the owner must be allowed.
 * @throws XacctError where none may: the first one's, with the others.
 */
export async function ownerFor<T>(
  search: OwnerSearch,
  attempt: (owner: AwsCaller) => Promise<T>,
): Promise<Owner<T>> {
  const { registry, profile, run } = search;
  const skipped: XacctError[] = [];
  const owners = withCommand(
    ownersOf(registry, profile, run, (failure) => skipped.push(failure)),
    search,
  );
  const denied: { owner: AwsCaller; failure: XacctError }[] = [];
  for await (const owner of owners) {
    const answer = await orError(() => attempt(owner));
    if (!(answer instanceof XacctError)) {
      return {
        owner,
        answer,
        withOthers: (failure) => named(failure, owner, search),
      };
    }
    if (answer.code !== 'access-denied') throw answer;
    denied.push({ owner, failure: answer });
  }
  const [first, ...others] = denied;
  if (first === undefined) throw skipped[0] ?? new XacctError('internal', 'nothing was tried');
  const why = [
    ...others.map(({ owner }) => `nor may ${whoText(owner)}`),
    ...skipped.map(({ message }) => message),
  ];
  throw why.length === 0
    ? first.failure
    : first.failure.reworded(`${first.failure.message}; ${why.slice(0, MAX_NAMED).join('; ')}`);
}

/** Where none is of the account, the command says where a name is missing, or which is too much. */
async function* withCommand(
  owners: AsyncGenerator<AwsCaller>,
  { registry, profile, typed }: OwnerSearch,
): AsyncGenerator<AwsCaller> {
  try {
    yield* owners;
  } catch (error) {
    if (!(error instanceof XacctError) || error.code !== 'no-identity') throw error;
    const { account } = registry;
    const named = typed.indexOf('--profile');
    throw error.reworded(
      error.message,
      profile === undefined
        ? {
            say: `as a profile of ${account}, or by its owner`,
            run: [...typed, '--profile', 'NAME'],
          }
        : { say: `as the first profile of ${account}`, run: typed.toSpliced(named, named < 0 ? 0 : 2) },
    );
  }
}

/** More are not of use on a screen. */
const MAX_NAMED = 5;

/** A change is made as the one that the person has seen: others are offered, and not taken. */
async function named(failure: XacctError, owner: AwsCaller, search: OwnerSearch): Promise<XacctError> {
  const { registry, profile, run, typed } = search;
  if (failure.code !== 'access-denied' || profile !== undefined) return failure;
  const others: AwsCaller[] = [];
  const found = await orError(async () => {
    for await (const other of ownersOf(registry, undefined, run)) {
      if (other.profile !== undefined && other.identity !== owner.identity) others.push(other);
      if (others.length === MAX_NAMED) return;
    }
  });
  if (found instanceof XacctError || others.length === 0) return failure;
  const hint = others.reduceRight<Hint | undefined>(
    (next, other) => ({
      say: `as ${whoText(other)}`,
      run: [...typed, '--profile', other.profile ?? ''],
      ...(next && { next }),
    }),
    undefined,
  );
  return failure.reworded(
    failure.message,
    failure.hint === undefined ? hint : { ...failure.hint, next: hint },
  );
}

function whoText({ identity, caller }: AwsCaller): string {
  return `${identity} (${caller.arn})`;
}
