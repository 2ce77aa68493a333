// One change of a policy, as grant and revoke make it: what is asked for, as whom, and how it is shown, confirmed and written.

import { setTimeout } from 'node:timers/promises';
import type { AwsCaller } from '../callers/ask-as.ts';
import { identityIn } from '../callers/callers-of.ts';
import type { CommandContext } from '../cli/command.ts';
import type { GrantOptions } from '../cli/commands/grant.ts';
import { printable, XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import type { Access, Grantee } from '../policy/access.ts';
import { describeGrantee, parseGrantee } from '../policy/grantee.ts';
import { isConfirmed, type Terminal, terminalOf } from '../terminal/prompts.ts';
import { passedEnvironment } from '../wire/environment.ts';
import { type ChangeDocument, changePolicy, type PolicyChange, plan } from './change-policy.ts';
import { changeText, jsonText, readPolicyFile } from './policy-change-text.ts';
import { policyName, policyStore } from './policy-store.ts';
import { type PolicyTarget, parsePolicyTarget, repositoryOf, targetText } from './policy-target.ts';
import { namingPrincipals, retrying } from './principal-check.ts';

export type Context = Pick<CommandContext, 'invocation' | 'streams'>;

export interface PolicySession {
  command: 'grant' | 'revoke';
  options: GrantOptions;
  context: Context;
  where: PolicyTarget;
  access: Access;
  /** Undefined where nothing is asked. */
  terminal: Terminal | undefined;
  /** The command line that asks nothing. */
  yes: Command;
}

/** What is asked for, before anything is asked of AWS. @throws XacctError `usage` */
export function begin(
  command: PolicySession['command'],
  principals: readonly string[],
  options: GrantOptions,
  context: Context,
): PolicySession {
  const where = parsePolicyTarget(options.on, passedEnvironment(context.invocation.env));
  const { registry, target } = where;
  const grantees = principals.map((text) => parseGrantee(text, registry.partition));
  const isOffline = options.empty === true || options.policy !== undefined;
  const writes = !options.dryRun && !options.json;
  if (isOffline && writes) {
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
    ...{ command, options, context, where, yes },
    access: { grantees, target, push: options.push === true },
    terminal: writes && !options.yes ? terminalOf(context.streams, yes) : undefined,
  };
}

/** From a file, or from nothing: asks nobody. */
export async function offline(
  { options, context, where }: PolicySession,
  change: ChangeDocument,
): Promise<void> {
  const { stdin, stdout } = context.streams;
  const before = options.policy === undefined ? undefined : await readPolicyFile(options.policy, stdin);
  const name = options.policy === undefined ? policyName(repositoryOf(where)) : options.policy;
  const planned = plan({ name }, before, change);
  stdout.write(
    options.json ? jsonText(planned ?? { name, before, after: before }) : dryRunText(planned, context),
  );
}

/** An identity of the registry's account; says who, and where. @throws XacctError */
export async function ownerOf({ where, options, context }: PolicySession): Promise<AwsCaller> {
  const owner = await identityIn(where.registry, options.profile, context.invocation, context.streams);
  const { caller, identity } = owner;
  if (!options.json) {
    context.streams.stdout.write(
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
export async function online(
  session: PolicySession,
  owner: AwsCaller,
  change: ChangeDocument,
): Promise<'shown' | PolicyChange | undefined> {
  const { options, context, where, terminal } = session;
  const { stdout, stderr } = context.streams;
  const store = policyStore(owner, where.target);
  if (options.json || options.dryRun) {
    const before = await store.read();
    const planned = plan(store, before, change);
    stdout.write(
      options.json
        ? jsonText(planned ?? { name: store.name, before, after: before })
        : dryRunText(planned, context),
    );
    return 'shown';
  }
  return changePolicy(
    { ...store, put: retrying(namingPrincipals(store.put, session.access.grantees), options.wait, stderr) },
    change,
    {
      confirm: async (changed) => {
        stdout.write(`${changeText(changed, context)}\n`);
        if (terminal !== undefined && !(await isConfirmed('Write this policy?', terminal))) {
          throw new XacctError('cancelled', 'cancelled: nothing was changed');
        }
      },
      onContention: () => stderr.write('Somebody else changed it meanwhile: read and merged again.\n'),
      pause: setTimeout,
    },
  );
}

function dryRunText(planned: PolicyChange | undefined, context: Context): string {
  return planned === undefined
    ? 'Nothing to change.\n'
    : `${changeText(planned, context)}\nNothing was written: this was a dry run.\n`;
}

export function names(grantees: readonly Grantee[]): string {
  return grantees.map(describeGrantee).join(', ');
}
