// What `ecr-xacct grant` and `revoke` do: read the policy, merge, show, ask, write, and say what it means.
import { setTimeout } from 'node:timers/promises';
import type { Answered } from '../aws/questions.ts';
import { printable, shellWord, XacctError } from '../errors.ts';
import type { Access, Grantee } from '../policy/access.ts';
import { grantAccess } from '../policy/grant.ts';
import { describeGrantee, parseGrantee } from '../policy/grantee.ts';
import { parsePolicy } from '../policy/policy-document.ts';
import { keptOutBy, revokeAccess, stillAllowedBy } from '../policy/revoke.ts';
import { describeTarget } from '../policy/target.ts';
import { passedEnvironment } from '../wire/environment.ts';
import { identityIn } from './account-identity.ts';
import type { Somebody } from './ask-as.ts';
import { type ChangeDocument, changePolicy, type PolicyChange, plan } from './change-policy.ts';
import type { CommandContext } from './command.ts';
import type { GrantOptions, PolicyChangeOptions } from './grant-command.ts';
import { type GrantedScope, settleScope, upgradeScope } from './grant-scope.ts';
import { changeText, jsonText, readPolicyFile } from './policy-change-text.ts';
import { answerIn, policyStore, readStore } from './policy-store.ts';
import { type PolicyTarget, parsePolicyTarget, targetWord } from './policy-target.ts';
import { findMissing, namingPrincipals, retrying } from './principal-check.ts';
import { isConfirmed, type Terminal, terminalOf } from './prompts.ts';

type Context = Pick<CommandContext, 'front' | 'streams'>;

/** @throws XacctError; nothing was written then, or the message says what was. */
export async function grant(
  principals: readonly string[],
  options: GrantOptions,
  context: Context,
): Promise<void> {
  const session = begin('grant', principals, options, context);
  const change: ChangeDocument = (document) => grantAccess(document, session.access);
  // A lambda that is to push is refused before anything is asked.
  change(undefined);
  if (options.empty || options.policy !== undefined) return offline(session, change);
  const owner = await ownerOf(session);
  const scope = await settleScope(owner, session);
  const missing = options.json
    ? undefined
    : await findMissing(session.access.grantees, session.where.registry, context.front);
  if (missing !== undefined && options.wait === undefined) throw missing;
  const changed = await online(session, owner, change);
  if (changed === 'shown') return;
  await finish(session, owner, scope, changed);
}

/** @throws XacctError */
export async function revoke(
  principals: readonly string[],
  options: PolicyChangeOptions,
  context: Context,
): Promise<void> {
  const session = begin('revoke', principals, options, context);
  const change: ChangeDocument = (document) => revokeAccess(document, session.access);
  if (options.policy !== undefined) return offline(session, change);
  const owner = await ownerOf(session);
  const changed = await online(session, owner, change);
  if (changed === 'shown') return;
  const { stdout } = context.streams;
  const { access } = session;
  const others = await othersLettingIn(session, owner);
  const from = `${describeTarget(access.target)} from ${names(access.grantees)}`;
  const what = options.push ? 'pushing' : 'access';
  stdout.write(
    changed === undefined
      ? `Nothing to revoke: grant gave no ${what} to ${from}.\n`
      : `Revoked: ${what} to ${from}.\n`,
  );
  for (const other of others) stdout.write(`Note: ${printable(other)}\n`);
  if (options.push) stdout.write('What grant gave of pulling stays: to take back all, leave --push out.\n');
}

/** What else may still let them in, by the policy that was changed or by the registry's, a line each. */
async function othersLettingIn({ access, where }: GrantSession, owner: Somebody): Promise<string[]> {
  const repository = where.target.kind === 'repository' ? where.target.name : undefined;
  const { registry, repositories, scope } = await owner.ask('policies', { repository });
  const ofRegistry = "the registry's policy";
  const told = (policy: Answered<string | undefined>, name: string) => {
    const text = answerIn(policy);
    const sids = stillAllowedBy(text === undefined ? undefined : parsePolicy(text, name), access);
    return sids.map((sid) => `${sid} in ${name} still lets them, or some of them, in; it stays as it is.`);
  };
  if (repository === undefined) return told(registry, ofRegistry);
  const own = answerIn(repositories).flatMap(({ policy }) => told(policy, policyName(where)));
  // Under scope V1, it lets nobody pull or push.
  if (!('error' in scope) && scope.value === 'V1') return own;
  // Who may change the policy of a repository need not be let read the registry's.
  const error = 'error' in registry ? registry.error : undefined;
  const unread = `${ofRegistry} may let them in, too; it could not be read: ${error?.message}`;
  return [...own, ...(error === undefined ? told(registry, ofRegistry) : [unread])];
}

export interface GrantSession {
  command: 'grant' | 'revoke';
  options: GrantOptions;
  context: Context;
  where: PolicyTarget;
  access: Access;
  /** Undefined where nothing is asked. */
  terminal: Terminal | undefined;
  /** The command line that asks nothing. */
  yes: string;
}

function begin(
  command: GrantSession['command'],
  principals: readonly string[],
  options: GrantOptions,
  context: Context,
): GrantSession {
  const where = parsePolicyTarget(options.on, passedEnvironment(context.front.env));
  const { registry, target } = where;
  const grantees = principals.map((text) => parseGrantee(text, registry.partition));
  const isOffline = options.empty === true || options.policy !== undefined;
  const writes = !options.dryRun && !options.json;
  if (isOffline && writes) {
    const name = options.empty ? '--empty' : '--policy';
    throw new XacctError('usage', `${name} says where to begin with a policy that is not written`, {
      hint: 'add: --json, or --dry-run',
    });
  }
  const words = grantees.map(describeGrantee).map(shellWord).join(' ');
  const as = options.profile === undefined ? '' : ` --profile ${shellWord(options.profile)}`;
  const yes = `ecr-xacct ${command} ${words} --on ${targetWord(registry.hostname, target)}${options.push ? ' --push' : ''}${as} --yes`;
  return {
    ...{ command, options, context, where, yes },
    access: { grantees, target, push: options.push === true },
    terminal: writes && !options.yes ? terminalOf(context.streams, yes) : undefined,
  };
}

/** From a file, or from nothing: asks nobody. */
async function offline({ options, context, where }: GrantSession, change: ChangeDocument): Promise<void> {
  const { stdin, stdout } = context.streams;
  const before = options.policy === undefined ? undefined : await readPolicyFile(options.policy, stdin);
  const name = options.policy === undefined ? policyName(where) : options.policy;
  const planned = plan({ name }, before, change);
  stdout.write(
    options.json ? jsonText(planned ?? { name, before, after: before }) : dryRunText(planned, context),
  );
}

async function ownerOf({ where, options, context }: GrantSession): Promise<Somebody> {
  const owner = await identityIn(where.registry, options.profile, context.front, context.streams);
  const { caller, identity } = owner;
  if (!options.json) {
    context.streams.stdout.write(
      `Registry ${where.registry.hostname}\nas ${printable(caller.arn)} (${printable(identity)})\n\n`,
    );
  }
  return owner;
}

/** `shown` where nothing was to be written; undefined where there was nothing to change. */
async function online(
  session: GrantSession,
  owner: Somebody,
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

async function finish(
  session: GrantSession,
  owner: Somebody,
  scope: GrantedScope,
  changed: PolicyChange | undefined,
): Promise<void> {
  const { context, access, where } = session;
  const { stdout } = context.streams;
  const may = changed === undefined ? 'Nothing to change' : 'Granted';
  const what = `${access.push ? 'pull from and push to' : 'pull from'} ${describeTarget(access.target)}`;
  stdout.write(`${may}: ${names(access.grantees)} may ${what}.\n`);
  const store = policyStore(owner, where.target);
  const document =
    changed?.after === undefined ? await readStore(store) : parsePolicy(changed.after, store.name);
  for (const sid of keptOutBy(document, access)) {
    stdout.write(`Warning: ${printable(sid)} is a Deny in the same policy, and may keep them out.\n`);
  }
  await upgradeScope(owner, scope, session);
  stdout.write(
    `\n${otherSideText(access)}\nThey can check it with:\n  ecr-xacct doctor ${exampleImage(where)}${checkOptions(access)}\n`,
  );
}

function isOfFunctions({ grantees }: Access): boolean {
  return grantees.every(({ kind }) => kind === 'lambda');
}

function checkOptions(access: Access): string {
  if (isOfFunctions(access)) return ` --for lambda --region ${access.target.region}`;
  return access.push ? ' --push' : '';
}

/** What grant cannot do: the other half is in another account. */
function otherSideText(access: Access): string {
  const { grantees, push, target } = access;
  if (isOfFunctions(access)) return `The functions must be in ${target.region}, too.`;
  if (grantees.every((grantee) => grantee.kind !== 'organization' && grantee.account === target.account)) {
    return `Within ${target.account}, which the registry is of, their own policies would do\nwithout this.`;
  }
  const policy = push ? 'AmazonEC2ContainerRegistryPowerUser' : 'AmazonEC2ContainerRegistryPullOnly';
  return `Their own side must allow it, too: there, the managed policy\n${policy} does.`;
}

function exampleImage({ registry, target }: PolicyTarget): string {
  return `${registry.hostname}/${target.kind === 'repository' ? target.name : `${target.name}REPOSITORY`}`;
}

function dryRunText(planned: PolicyChange | undefined, context: Context): string {
  return planned === undefined
    ? 'Nothing to change.\n'
    : `${changeText(planned, context)}\nNothing was written: this was a dry run.\n`;
}

function names(grantees: readonly Grantee[]): string {
  return grantees.map(describeGrantee).join(', ');
}

function policyName({ target }: PolicyTarget): string {
  return target.kind === 'repository' ? `the policy of repository ${target.name}` : "the registry's policy";
}
