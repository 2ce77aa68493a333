// The scope of a registry policy: under V1 it enforces no pull and no push, so a grant in it would have no effect.
import type { AwsCaller } from '../callers/ask-as.ts';
import { errorFrom, errorText, printable, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { isConfirmed } from '../terminal/prompts.ts';
import type { ChangeRequest } from './request.ts';

/** What to do about the scope, once the policy is written. */
export type GrantedScope = 'keep' | 'upgrade';

const NO_EFFECT = "the registry's policy scope is V1, under which it lets nobody pull or push";

/**
 * Asks before anything is written. A repository's policy has no scope.
 * @throws XacctError `policy` where the grant would have no effect and nothing is to be done about it; `cancelled`
 */
export async function settleScope(
  owner: AwsCaller,
  { access, options, run, terminal, yes }: ChangeRequest,
): Promise<GrantedScope> {
  if (access.target.kind === 'repository') return 'keep';
  const { stdout, stderr } = run.streams;
  const { scope } = await owner.ask('policies', { repository: undefined });
  if ('error' in scope) {
    stderr.write(
      `Warning: the registry's policy scope is not known (under V1, this has no effect): ${errorText(errorFrom(scope.error))}\n`,
    );
    return 'keep';
  }
  if (scope.value === 'V2') return 'keep';
  if (options.upgradeScope) return 'upgrade';
  if (options.json || options.dryRun) {
    stderr.write(`Note: ${NO_EFFECT}; to change that, add: --upgrade-scope\n`);
    return 'keep';
  }
  if (terminal === undefined) {
    throw new XacctError('policy', NO_EFFECT, { hint: { run: command`${yes} --upgrade-scope` } });
  }
  stdout.write(
    `Here, ${NO_EFFECT}.\nUnder V2, every statement of it counts, those of others, too: see ecr-xacct access.\n`,
  );
  if (await isConfirmed('Set the scope to V2?', terminal)) return 'upgrade';
  throw new XacctError('declined', 'cancelled: nothing was changed');
}

/** @throws XacctError that says that the policy is written. */
export async function upgradeScope(
  owner: AwsCaller,
  scope: GrantedScope,
  { run, yes }: Pick<ChangeRequest, 'run' | 'yes'>,
): Promise<void> {
  if (scope === 'keep') return;
  try {
    const { scope: now } = await owner.ask('upgrade-scope', undefined);
    run.streams.stdout.write(`The registry's policy scope is ${printable(now)} now.\n`);
  } catch (error) {
    if (!(error instanceof XacctError)) throw error;
    const upgrade = { run: command`${yes} --upgrade-scope` };
    const hint = error.hint === undefined ? upgrade : { ...error.hint, next: upgrade };
    throw error.reworded(`the policy is written, but its scope is still V1: ${error.message}`, hint);
  }
}
