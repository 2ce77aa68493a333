// What `ecr-xacct setup` does: find, choose, plan, show, ask, write; and `--undo`.
import { createAccountOf } from '../callers/account-of.ts';
import { configPath } from '../config/paths.ts';
import type { DockerUser } from '../docker/config-file.ts';
import { helperFault } from '../docker/helper-fault.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { printable, XacctError } from '../errors.ts';
import { command, shellWord } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { isConfirmed, type Terminal, terminalOf } from '../terminal/prompts.ts';
import { screenOf } from '../terminal/screen.ts';
import { findAccounts, type ServedAccount } from './accounts.ts';
import { createAsker } from './asker.ts';
import { chooseRegistries } from './choose-registries.ts';
import { type ConfigFile, readConfigFile } from './config-change.ts';
import { readDropIn } from './docker-files/drop-in.ts';
import { type FileChange, writesOf } from './file-change.ts';
import { planDropIn, planSetup, type SetupTarget, targetsOf } from './plan.ts';
import { choicesText, fileDiffText, nextStepsText, notesText } from './setup-text.ts';
import { readState } from './state.ts';
import { planUndo } from './undo.ts';
import { type FileWrite, writeFiles } from './write-files.ts';

export interface SetupOptions {
  yes?: true;
  dryRun?: true;
  undo?: true;
  keepConfig?: true;
  podman?: true;
  credsStore?: true;
  profile?: readonly string[];
  region?: readonly string[];
}

/** @throws XacctError `usage` where it would have to ask, and cannot. */
export async function setup(options: SetupOptions, run: Run): Promise<void> {
  const { invocation, streams } = run;
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
  const flags = [...(options.undo ? ['--undo'] : []), ...(options.keepConfig ? ['--keep-config'] : [])];
  const terminal = options.yes
    ? { input: streams.stdin, output: streams.stdout }
    : terminalOf(streams, command`ecr-xacct setup ${flags} --yes`);
  const user = { env: invocation.env, home, uid: invocation.uid };
  const session: Session = { options, run, terminal, user };
  if (options.undo) await undo(session, path);
  else await setUp(session, readConfigFile(path));
}

interface Session {
  options: SetupOptions;
  run: Run;
  terminal: Terminal;
  user: DockerUser;
}

async function setUp(session: Session, configFile: ConfigFile): Promise<void> {
  const { options, run, user } = session;
  const { stdout, stderr } = run.streams;
  const program = options.podman ? 'podman' : 'docker';
  const isDropIn = options.podman === true && options.credsStore === true;
  const targets = targetsOf(program, isDropIn, user);
  const accounts = await choose(session, targets);
  const plan = planSetup(configFile, targets, accounts, options.credsStore === true && !isDropIn);
  const dropIn = isDropIn ? planDropIn(readDropIn(user)) : undefined;
  const changes = [...plan.changes, ...(dropIn === undefined ? [] : [dropIn])];

  if (changes.length === 0) {
    stdout.write(`${notesText(plan.notes)}Nothing to change.\n`);
  } else {
    const writes = writesOf(changes, readState(configFile.path));
    if (!(await carryOut(session, changes, plan.notes, writes))) return;
    stdout.write(nextStepsText(accounts, program));
  }
  const fault = helperFault(user.env.PATH, user.home, run.invocation.self);
  if (fault !== undefined)
    stderr.write(`\nWarning: ${fault.message}\nTo mend it, run:\n  ${fault.command}\n`);
}

async function choose(
  { options, run, terminal, user: { env } }: Session,
  targets: readonly SetupTarget[],
): Promise<ServedAccount[]> {
  const { profile: profiles = [] } = options;
  const found = await findAccounts(createProfileReader()(env), env, createAccountOf(run.invocation));
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
  run.streams.stdout.write(choicesText(accounts, profiles.length > 0 ? [] : found.unknown));
  return accounts;
}

async function undo(session: Session, configFile: string): Promise<void> {
  const { stdout } = session.run.streams;
  const { path, before, value } = readState(configFile);
  if (value === undefined) {
    stdout.write(`Nothing is set up: there is no ${printable(path)}.\n`);
    return;
  }
  const { changes, removals, notes } = planUndo(value, session.options.keepConfig === true);
  const writes = [...changes, ...removals, { path, before, after: undefined }];
  if (!(await carryOut(session, changes, notes, writes))) return;
  const but = session.options.keepConfig ? `, but ${printable(configFile)}, which stays` : '';
  stdout.write(`Done: everything that setup had changed is taken back${but}.\n`);
}

/** Shows, asks, writes. @returns whether it has written. @throws XacctError `cancelled` where the user says no. */
async function carryOut(
  { options, run, terminal }: Session,
  changes: readonly FileChange[],
  notes: readonly string[],
  writes: readonly FileWrite[],
): Promise<boolean> {
  const { stdout } = run.streams;
  const screen = screenOf(stdout, run.invocation.env);
  for (const change of changes) stdout.write(`${fileDiffText(change, screen)}\n`);
  if (notes.length > 0) stdout.write(`${notesText(notes)}\n`);
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
