// Chooses the identity that reads and writes a policy: the first of the account that may read it. The others are named.
import type { AwsCaller } from '../callers/ask-as.ts';
import { ownersOf, refuseMistypedProfile } from '../callers/callers-of.ts';
import { orError, XacctError } from '../errors.ts';
import type { Command, Hint } from '../hint.ts';
import type { Run } from '../invocation.ts';
import type { OwnedRegistry } from './policy-target.ts';

export interface OwnerSearch {
  registry: OwnedRegistry;
  /** The profile that the user named. */
  profile: string | undefined;
  run: Run;
  /** The command line as it was typed. */
  typed: Command;
}

export interface Owner<T> {
  owner: AwsCaller;
  /** The answer to the attempt. */
  answer: T;
  /** The same failure of the owner. If access was denied, adds the command as each other identity of the account. */
  withOthers(failure: XacctError): Promise<XacctError>;
}

/**
 * @param attempt what the owner must be allowed to do.
 * @throws XacctError if no identity may: the error of the first one, with the others.
 */
export async function ownerFor<T>(
  search: OwnerSearch,
  attempt: (owner: AwsCaller) => Promise<T>,
): Promise<Owner<T>> {
  const { registry, profile, run, typed } = search;
  refuseMistypedProfile(profile, run, (meant) => [...withoutProfile(typed), '--profile', meant]);
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

/**
 * If no identity is of the account, adds the command with a placeholder for the profile, or without the wrong profile.
 */
async function* withCommand(
  owners: AsyncGenerator<AwsCaller>,
  { registry, profile, typed }: OwnerSearch,
): AsyncGenerator<AwsCaller> {
  try {
    yield* owners;
  } catch (error) {
    if (!(error instanceof XacctError) || error.code !== 'no-identity') throw error;
    const { account } = registry;
    throw error.reworded(
      error.message,
      profile === undefined
        ? {
            say: `as a profile of ${account}, or by its owner`,
            run: [...typed, '--profile', 'NAME'],
          }
        : { say: `as the first profile of ${account}`, run: withoutProfile(typed) },
    );
  }
}

function withoutProfile(typed: Command): Command {
  const named = typed.indexOf('--profile');
  return typed.toSpliced(named, named < 0 ? 0 : 2);
}

/** The maximum to show on a screen. */
const MAX_NAMED = 5;

/** The change runs only as the identity that the user has seen: the others are only offered. */
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
