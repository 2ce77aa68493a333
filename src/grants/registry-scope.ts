// The scope of a registry policy: under V1 it does not apply to pulls and pushes, so a grant in it has no effect.
import type { AwsCaller } from '../callers/ask-as.ts';
import { errorFrom, errorText, orError, printable, XacctError } from '../errors.ts';
import type { RegistryPolicies } from '../questions.ts';
import { isConfirmed } from '../terminal/prompts.ts';
import { type ChangeRequest, withOption } from './request.ts';

/** What to do with the scope before the policy is written, because ECR may refuse the policy under V1. */
export type GrantedScope = 'keep' | 'upgrade';

const NO_EFFECT = "the registry's policy scope is V1, under which it lets no one pull or push";

/**
 * Asks before anything is written. A repository's policy has no scope.
 * @throws XacctError `policy` if the grant would have no effect and the user cannot be asked; `cancelled`
 */
export async function settleScope(
  { scope }: Pick<RegistryPolicies, 'scope'>,
  {
    access,
    options,
    run,
    terminal,
    typed,
  }: Pick<ChangeRequest, 'access' | 'options' | 'run' | 'terminal' | 'typed'>,
): Promise<GrantedScope> {
  const { stdout, stderr } = run.streams;
  if (access.target.kind === 'repository') {
    if (options.upgradeScope)
      stderr.write("Note: --upgrade-scope is for the registry's policy: a repository's has no scope.\n");
    return 'keep';
  }
  if ('error' in scope) {
    if (options.upgradeScope) return 'upgrade';
    stderr.write(
      `Warning: the registry's policy scope is not known (under V1, this has no effect): ${errorText(errorFrom(scope.error))}\n`,
    );
    return 'keep';
  }
  if (scope.value === 'V2') return 'keep';
  if (options.json || options.dryRun) {
    if (!options.upgradeScope) stderr.write(`Note: ${NO_EFFECT}; to change that, add: --upgrade-scope\n`);
    return 'upgrade';
  }
  if (options.upgradeScope) return 'upgrade';
  if (terminal === undefined) {
    throw new XacctError('policy', NO_EFFECT, { hint: { run: withOption(typed, '--upgrade-scope') } });
  }
  stdout.write(
    `Here, ${NO_EFFECT}.\nUnder V2, every statement of it counts, those of others, too: see ecr-xacct access.\n`,
  );
  if (await isConfirmed('Set the scope to V2?', terminal)) return 'upgrade';
  throw new XacctError('declined', 'cancelled: nothing was changed');
}

/** @throws XacctError whose message says that nothing was written. */
export async function upgradeScope(
  owner: AwsCaller,
  { run, typed }: Pick<ChangeRequest, 'run' | 'typed'>,
): Promise<void> {
  const done = await orError(() => owner.ask('upgrade-scope', undefined));
  if (!(done instanceof XacctError)) {
    run.streams.stdout.write(`The registry's policy scope is ${printable(done.scope)} now.\n`);
    return;
  }
  const again = { run: withOption(typed, '--upgrade-scope') };
  const hint = done.hint === undefined ? again : { ...done.hint, next: again };
  throw done.reworded(`nothing is written, as the scope could not be set to V2: ${done.message}`, hint);
}

/** Adds to a later failure that the scope was already set. */
export function afterUpgrade(failure: XacctError): XacctError {
  return failure.reworded(`the scope is V2 now, but the policy is not written: ${failure.message}`);
}
