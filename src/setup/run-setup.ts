// What `ecr-xacct setup` does: find, choose, plan, show, ask, write; and `--undo`.

import type { AccountOf } from '../callers/account-of.ts';
import type { CommandContext } from '../cli/command.ts';
import type { SetupOptions } from '../cli/commands/setup.ts';
import { configPath } from '../config/paths.ts';
import { helperFault } from '../docker/helper-fault.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { printable, XacctError } from '../errors.ts';
import { command, shellWord } from '../hint.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { isConfirmed, type Terminal, terminalOf } from '../terminal/prompts.ts';
import { screenOf } from '../terminal/screen.ts';
import { findAccounts } from './accounts.ts';
import { createAsker } from './asker.ts';
import { type FileChange, writesOf } from './changes.ts';
import { chooseRegistries } from './choices.ts';
import { fileDiffText } from './file-diff.ts';
import { type FileWrite, readSnapshot, textOf, writeFiles } from './files.ts';
import { type ConfigFile, planDropIn, planSetup, readConfigFile } from './plan.ts';
import { choicesText, nextStepsText } from './report.ts';
import type { ServedAccount } from './rules.ts';
import { parseState, statePath } from './state.ts';
import { dockerTargets, type JsonTarget, type Place, podmanDropIn, podmanTargets } from './targets.ts';
import { planUndo } from './undo.ts';

/** @throws XacctError `usage` where it would have to ask, and cannot. */
export async function runSetup(
  options: SetupOptions,
  context: Pick<CommandContext, 'invocation' | 'streams'>,
  accountOf: AccountOf,
): Promise<void> {
  const { invocation, streams } = context;
  if (options.keepConfig && !options.undo) {
    throw new XacctError('usage', '--keep-config goes with --undo');
  }
  const home = homeFolder(invocation.env);
  const path = configPath(invocation.env);
  if (home === undefined || path === undefined) {
    throw new XacctError('file-access', 'there is no home folder', {
      hint: { run: command`export HOME=/home/you` },
    });
  }
  const terminal = options.yes
    ? { input: streams.stdin, output: streams.stdout }
    : terminalOf(streams, [
        'ecr-xacct',
        'setup',
        ...(options.undo ? ['--undo'] : []),
        ...(options.keepConfig ? ['--keep-config'] : []),
        '--yes',
      ]);
  const session: Session = {
    options,
    context,
    terminal,
    place: { env: invocation.env, home, uid: invocation.uid },
  };
  if (options.undo) await undo(session, path);
  else await setUp(session, readConfigFile(path), accountOf);
}

interface Session {
  options: SetupOptions;
  context: Pick<CommandContext, 'invocation' | 'streams'>;
  terminal: Terminal;
  place: Place;
}

async function setUp(session: Session, configFile: ConfigFile, accountOf: AccountOf): Promise<void> {
  const { options, context, place } = session;
  const { stdout, stderr } = context.streams;
  const isDropIn = options.podman === true && options.credsStore === true;
  const targets = options.podman ? podmanTargets(place, isDropIn) : dockerTargets(place);
  const accounts = await choose(session, targets, accountOf);
  const plan = planSetup(configFile, targets, accounts, options.credsStore === true && !isDropIn);
  const dropIn = isDropIn ? planDropIn(podmanDropIn(place)) : undefined;
  const changes = [...plan.changes, ...(dropIn === undefined ? [] : [dropIn])];

  const notes = plan.notes.map((note) => `Note: ${printable(note)}\n`).join('');
  if (changes.length === 0) {
    stdout.write(`${notes}Nothing to change.\n`);
  } else {
    const path = statePath(configFile.path);
    const before = readSnapshot(path);
    const value = before && parseState(textOf(before, path), path);
    const isDone = await carryOut(session, changes, notes, writesOf(changes, { path, before, value }));
    if (!isDone) return;
    stdout.write(nextStepsText(accounts, options.podman ? 'podman' : 'docker'));
  }
  const fault = helperFault(place.env.PATH, place.home, context.invocation.self);
  if (fault !== undefined)
    stderr.write(`\nWarning: ${fault.message}\nTo mend it, run:\n  ${fault.command}\n`);
}

async function choose(
  { options, context, terminal, place: { env } }: Session,
  targets: readonly JsonTarget[],
  accountOf: AccountOf,
): Promise<ServedAccount[]> {
  const { profile: profiles = [] } = options;
  const found = await findAccounts(createProfileReader()(env), accountOf);
  const ofEnvironment = [env.AWS_REGION ?? '', env.AWS_DEFAULT_REGION ?? ''].filter(
    (region) => partitionOfRegion(region) !== undefined,
  );
  const known = targets
    .flatMap(({ config }) => [...config.auths.keys(), ...config.credHelpers.keys()])
    .flatMap((url) => parseServerURL(url)?.hostname ?? []);
  const accounts = await chooseRegistries(
    found,
    { profiles, regions: [...(options.region ?? []), ...ofEnvironment], known },
    options.yes ? undefined : createAsker(terminal),
  );
  context.streams.stdout.write(choicesText(accounts, profiles.length > 0 ? [] : found.unknown));
  return accounts;
}

async function undo(session: Session, configFile: string): Promise<void> {
  const { stdout } = session.context.streams;
  const path = statePath(configFile);
  const before = readSnapshot(path);
  if (before === undefined) {
    stdout.write(`Nothing is set up: there is no ${printable(path)}.\n`);
    return;
  }
  const { changes, removals, notes } = planUndo(
    parseState(textOf(before, path), path),
    session.options.keepConfig === true,
  );
  const writes = [...changes, ...removals, { path, before, after: undefined }];
  const isDone = await carryOut(
    session,
    changes,
    notes.map((note) => `Note: ${printable(note)}\n`).join(''),
    writes,
  );
  if (!isDone) return;
  const but = session.options.keepConfig ? `, but ${printable(configFile)}, which stays` : '';
  stdout.write(`Done: everything that setup had changed is taken back${but}.\n`);
}

/** Shows, asks, writes. @returns whether it has written. @throws XacctError `cancelled` where the user says no. */
async function carryOut(
  { options, context, terminal }: Session,
  changes: readonly FileChange[],
  notes: string,
  writes: readonly FileWrite[],
): Promise<boolean> {
  const { stdout } = context.streams;
  const screen = screenOf(stdout, context.invocation.env);
  for (const change of changes) stdout.write(`${fileDiffText(change, screen)}\n`);
  stdout.write(notes === '' ? '' : `${notes}\n`);
  if (options.dryRun) {
    stdout.write('Nothing was changed: this was a dry run.\n');
    return false;
  }
  if (!options.yes && !(await isConfirmed('Change these files?', terminal))) {
    throw new XacctError('cancelled', 'cancelled: nothing was changed');
  }
  writeFiles(writes);
  for (const { path, before, after } of writes) {
    if (path.includes('.before-ecr-xacct') && before === undefined && after !== undefined) {
      stdout.write(`Kept a copy of what was there: ${shellWord(path)}\n`);
    }
  }
  stdout.write('\n');
  return true;
}
