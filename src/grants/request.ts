// One request of grant or revoke: its access and its identity, and how the change is shown, confirmed and written.
import { setTimeout } from 'node:timers/promises';
import { orError, printable, XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import type { Access } from '../policy/access.ts';
import { describeGrantee, parseGrantee } from '../policy/grantee.ts';
import type { RegistryPolicies } from '../questions.ts';
import { isConfirmed, type Terminal, terminalOf } from '../terminal/prompts.ts';
import { type ChangeDocument, changePolicy, type PolicyChange, plan } from './change-policy.ts';
import { changeText, dryRunText, jsonText } from './change-text.ts';
import { namingPrincipals, retrying } from './missing-principal.ts';
import { type Owner, ownerFor } from './owner.ts';
import { policyIn, policyName, policyStore, readPolicyFile } from './policy-store.ts';
import { type PolicyTarget, parsePolicyTarget, repositoryOf, targetText } from './policy-target.ts';

export interface PolicyChangeOptions {
  on: string;
  push?: true;
  profile?: string;
  yes?: true;
  dryRun?: true;
  json?: true;
  /** The path of a file with the policy; `-` for stdin. */
  policy?: string;
}

export interface GrantOptions extends PolicyChangeOptions {
  empty?: true;
  upgradeScope?: true;
  /** Milliseconds. */
  wait?: number;
}

export interface ChangeRequest {
  command: 'grant' | 'revoke';
  options: GrantOptions;
  run: Run;
  where: PolicyTarget;
  access: Access;
  /** Undefined if the user is not asked. */
  terminal: Terminal | undefined;
  /** The command line as typed, with every option. */
  typed: Command;
}

/** Does not ask AWS. @throws XacctError `usage` */
export function parseRequest(
  command: ChangeRequest['command'],
  principals: readonly string[],
  options: GrantOptions,
  run: Run,
): ChangeRequest {
  const where = parsePolicyTarget(options.on, run.invocation.env);
  const { registry, target } = where;
  const grantees = principals.map((text) => parseGrantee(text, registry.partition));
  const writes = !options.dryRun && !options.json;
  if (isOffline(options) && writes) {
    const name = options.empty ? '--empty' : '--policy';
    throw new XacctError('usage', `${name} is for a policy that is not written`, {
      hint: { say: 'add: --json, or --dry-run' },
    });
  }
  const typed = wordsOf(command, grantees.map(describeGrantee), where, options);
  if (where.tag !== undefined) {
    const message = `${where.tag} means nothing in a policy, which is for a repository and all its images`;
    throw new XacctError('usage', message, { hint: { say: 'without it', run: typed } });
  }
  return {
    ...{ command, options, run, where, typed },
    access: { grantees, target, push: options.push === true },
    terminal: writes && !options.yes ? terminalOf(run.streams, [...typed, '--yes']) : undefined,
  };
}

function wordsOf(
  command: ChangeRequest['command'],
  principals: readonly string[],
  { registry, target }: PolicyTarget,
  options: GrantOptions,
): Command {
  const { push, profile, yes, dryRun, json, empty, policy, upgradeScope, wait } = options;
  return [
    ...['ecr-xacct', command, ...principals, '--on', targetText(registry.hostname, target)],
    ...(push ? ['--push'] : []),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(yes ? ['--yes'] : []),
    ...(dryRun ? ['--dry-run'] : []),
    ...(json ? ['--json'] : []),
    ...(empty ? ['--empty'] : []),
    ...(policy === undefined ? [] : ['--policy', policy]),
    ...(upgradeScope ? ['--upgrade-scope'] : []),
    ...(wait === undefined ? [] : ['--wait', `${Math.ceil(wait / 1_000)}s`]),
  ];
}

/** A command line with an option, which it may already have. */
export function withOption(typed: Command, option: string): Command {
  return typed.includes(option) ? typed : [...typed, option];
}

/** Whether the policy is in a file, or is empty: then AWS is not asked. */
export function isOffline({ empty, policy }: GrantOptions): boolean {
  return empty === true || policy !== undefined;
}

/** Shows the result for a policy in a file, or for an empty one. @throws XacctError */
export async function showOffline(request: ChangeRequest, change: ChangeDocument): Promise<void> {
  const { options, run, where } = request;
  const before =
    options.policy === undefined ? undefined : await readPolicyFile(options.policy, run.streams.stdin);
  show(request, options.policy ?? policyName(repositoryOf(where)), before, change);
}

/**
 * The identity of the registry's account that makes the change, and the policies that it reads. Prints the identity and
 * the registry. @throws XacctError
 */
export async function ownerOf({
  where,
  options,
  run,
  typed,
}: ChangeRequest): Promise<Owner<RegistryPolicies>> {
  const repository = repositoryOf(where);
  const { registry } = where;
  const found = await ownerFor({ registry, profile: options.profile, run, typed }, async (owner) => {
    const policies = await owner.ask('policies', { repository });
    policyIn(policies, repository);
    return policies;
  });
  const { caller, identity } = found.owner;
  if (!options.json) {
    run.streams.stdout.write(
      `Registry ${registry.hostname}\nas ${printable(caller.arn)} (${printable(identity)})\n\n`,
    );
  }
  return found;
}

/**
 * Reads, merges, shows, asks and writes.
 * @param prepare runs after the confirmation, right before the write.
 * @returns `shown` if the change was only to be shown; undefined if there was nothing to change.
 * @throws XacctError
 */
export async function carryOut(
  request: ChangeRequest,
  { owner, answer, withOthers }: Owner<RegistryPolicies>,
  change: ChangeDocument,
  prepare: () => Promise<void> = async () => {},
): Promise<'shown' | PolicyChange | undefined> {
  const { options, run, where, access, terminal } = request;
  const { stdout, stderr } = run.streams;
  const store = policyStore(owner, where.target, answer);
  if (options.json || options.dryRun) {
    show(request, store.name, await store.read(), change);
    return 'shown';
  }
  const put = retrying(namingPrincipals(store.put, access.grantees, request.typed), options.wait, stderr);
  const changed = await orError(() =>
    changePolicy({ ...store, put }, change, {
      confirm: async (changed) => {
        stdout.write(`${changeText(changed, run)}\n`);
        if (terminal !== undefined && !(await isConfirmed('Write this policy?', terminal))) {
          throw new XacctError('declined', 'cancelled: nothing was changed');
        }
        await prepare();
      },
      onContention: () =>
        stderr.write('Another program changed it meanwhile: it was read and merged again.\n'),
      pause: setTimeout,
    }),
  );
  if (changed instanceof XacctError) throw await withOthers(changed);
  return changed;
}

function show(
  { options, run }: ChangeRequest,
  name: string,
  before: string | undefined,
  change: ChangeDocument,
): void {
  const planned = plan({ name }, before, change);
  run.streams.stdout.write(
    options.json ? jsonText(planned ?? { name, before, after: before }) : dryRunText(planned, run),
  );
}
