// One request of grant or revoke: what is asked for, as whom, and how the change is shown, confirmed and written.
import { setTimeout } from 'node:timers/promises';
import type { AwsCaller } from '../callers/ask-as.ts';
import { callerOf } from '../callers/callers-of.ts';
import { printable, XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import type { Access } from '../policy/access.ts';
import { describeGrantee, parseGrantee } from '../policy/grantee.ts';
import { isConfirmed, type Terminal, terminalOf } from '../terminal/prompts.ts';
import { type ChangeDocument, changePolicy, type PolicyChange, plan } from './change-policy.ts';
import { changeText, dryRunText, jsonText } from './change-text.ts';
import { namingPrincipals, retrying } from './missing-principal.ts';
import { policyName, policyStore, readPolicyFile } from './policy-store.ts';
import { type PolicyTarget, parsePolicyTarget, repositoryOf, targetText } from './policy-target.ts';

export interface PolicyChangeOptions {
  on: string;
  push?: true;
  profile?: string;
  yes?: true;
  dryRun?: true;
  json?: true;
  /** A file with the policy; `-` is stdin. */
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
  /** Undefined where nothing is asked. */
  terminal: Terminal | undefined;
  /** The command line that asks nothing. */
  yes: Command;
}

/** Asks nothing of AWS. @throws XacctError `usage` */
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
    throw new XacctError('usage', `${name} says where to begin with a policy that is not written`, {
      hint: { say: 'add: --json, or --dry-run' },
    });
  }
  const as = options.profile === undefined ? [] : ['--profile', options.profile];
  const push = options.push ? ['--push'] : [];
  const on = ['--on', targetText(registry.hostname, target)];
  const yes = ['ecr-xacct', command, ...grantees.map(describeGrantee), ...on, ...push, ...as, '--yes'];
  return {
    ...{ command, options, run, where, yes },
    access: { grantees, target, push: options.push === true },
    terminal: writes && !options.yes ? terminalOf(run.streams, yes) : undefined,
  };
}

/** Whether the policy is in a file, or there is none yet: AWS is not asked. */
export function isOffline({ empty, policy }: GrantOptions): boolean {
  return empty === true || policy !== undefined;
}

/** Shows what a policy in a file, or none, would become. @throws XacctError */
export async function showOffline(request: ChangeRequest, change: ChangeDocument): Promise<void> {
  const { options, run, where } = request;
  const before =
    options.policy === undefined ? undefined : await readPolicyFile(options.policy, run.streams.stdin);
  show(request, options.policy ?? policyName(repositoryOf(where)), before, change);
}

/** Who of the registry's account makes the change; says who, and where. @throws XacctError */
export async function ownerOf({ where, options, run }: ChangeRequest): Promise<AwsCaller> {
  const owner = await callerOf(where.registry, options.profile, run);
  const { caller, identity } = owner;
  if (!options.json) {
    run.streams.stdout.write(
      `Registry ${where.registry.hostname}\nas ${printable(caller.arn)} (${printable(identity)})\n\n`,
    );
  }
  return owner;
}

/**
 * Reads, merges, shows, asks and writes.
 * @returns `shown` where nothing was to be written; undefined where there was nothing to change.
 * @throws XacctError
 */
export async function carryOut(
  request: ChangeRequest,
  owner: AwsCaller,
  change: ChangeDocument,
): Promise<'shown' | PolicyChange | undefined> {
  const { options, run, where, access, terminal } = request;
  const { stdout, stderr } = run.streams;
  const store = policyStore(owner, where.target);
  if (options.json || options.dryRun) {
    show(request, store.name, await store.read(), change);
    return 'shown';
  }
  return changePolicy(
    { ...store, put: retrying(namingPrincipals(store.put, access.grantees), options.wait, stderr) },
    change,
    {
      confirm: async (changed) => {
        stdout.write(`${changeText(changed, run)}\n`);
        if (terminal !== undefined && !(await isConfirmed('Write this policy?', terminal))) {
          throw new XacctError('declined', 'cancelled: nothing was changed');
        }
      },
      onContention: () => stderr.write('Somebody else changed it meanwhile: read and merged again.\n'),
      pause: setTimeout,
    },
  );
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
