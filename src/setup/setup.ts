// What `ecr-xacct setup` does: find, choose, plan, show, ask, write; and `--undo`.
import { dirname } from 'node:path';
import { createAccountOf } from '../callers/account-of.ts';
import { configPath } from '../config/paths.ts';
import { dockerConfigPath } from '../docker/docker-config.ts';
import { helperFault } from '../docker/helper-fault.ts';
import { podmanFiles } from '../docker/podman-files.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { printable, XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { followLinks } from '../os/follow-links.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { partitionOfRegion } from '../registry/ecr-hostname.ts';
import { terminalOf } from '../terminal/prompts.ts';
import { findAccounts, type ServedAccount } from './accounts.ts';
import { createAsker } from './asker.ts';
import { chooseRegistries } from './choose-registries.ts';
import { readConfigFile } from './config-change.ts';
import { readDropIn } from './docker-files/drop-in.ts';
import { writesOf } from './file-change.ts';
import { planDropIn, planSetup, type SetupTarget, targetsOf } from './plan.ts';
import { choicesText, nextStepsText } from './setup-text.ts';
import { readState } from './state.ts';
import { removeLeftovers } from './temporary-file.ts';
import { planUndo } from './undo.ts';
import { type Session, writePlan } from './write-plan.ts';

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
  const user = { env: invocation.env, home, uid: invocation.uid };
  const words = typed(options);
  if (!options.dryRun) {
    const { authFile, dropIn } = podmanFiles(user.env, home, user.uid);
    const dockerConfig = dockerConfigPath(user.env, home);
    // Before anything is asked; an undo asks nothing of a home where nothing is set up.
    if (!options.undo)
      refuseForeign([{ path }, { path: options.podman ? authFile : dockerConfig }], home, words);
    clearLeftovers([path, dockerConfig, authFile, dropIn]);
  }
  const terminal = options.yes
    ? { input: streams.stdin, output: streams.stdout }
    : terminalOf(streams, typed({ ...options, yes: true }));
  const session = {
    run,
    user,
    terminal,
    words,
    isDryRun: options.dryRun === true,
    asks: options.yes !== true,
  };
  await (options.undo ? undo(session, path, options) : setUp(session, path, options));
}

/** What killed setups have left beside these files: it may have logins in it. */
function clearLeftovers(files: readonly string[]): void {
  for (const folder of new Set(files.map((file) => dirname(followLinks(file))))) removeLeftovers(folder);
}

/** The command that was run, with every option. */
function typed({ profile = [], region = [], ...flags }: SetupOptions): Command {
  const words = Object.keys(flags).map(
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  const named = [
    ...profile.flatMap((name) => ['--profile', name]),
    ...region.flatMap((name) => ['--region', name]),
  ];
  return command`ecr-xacct setup ${[...named, ...words]}`;
}

async function setUp(session: Session, path: string, options: SetupOptions): Promise<void> {
  const { run, user } = session;
  const program = options.podman ? 'podman' : 'docker';
  const isDropIn = options.podman === true && options.credsStore === true;
  // Before anything is asked.
  readConfigFile(path);
  const targets = targetsOf(program, isDropIn, user);
  const accounts = await choose(session, options, targets);
  const done = await writePlan(session, () => {
    const state = readState(path);
    const plan = planSetup(
      readConfigFile(path),
      targetsOf(program, isDropIn, user),
      accounts,
      options.credsStore === true && !isDropIn,
    );
    const dropIn = isDropIn ? planDropIn(readDropIn(user)) : undefined;
    const changes = [...plan.changes, ...(dropIn === undefined ? [] : [dropIn])];
    return { changes, notes: plan.notes, writes: changes.length === 0 ? [] : writesOf(changes, state) };
  });
  if (done === 'shown') return;
  if (done === 'written') run.streams.stdout.write(nextStepsText(accounts, program));
  const fault = helperFault(user.env.PATH, user.home, run.invocation.self);
  if (fault !== undefined) {
    run.streams.stderr.write(`\nWarning: ${fault.message}\nTo fix it, run:\n  ${fault.command}\n`);
  }
}

async function choose(
  { run, terminal, user: { env } }: Session,
  options: SetupOptions,
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

async function undo(session: Session, configFile: string, { keepConfig }: SetupOptions): Promise<void> {
  const { stdout } = session.run.streams;
  const { path, value } = readState(configFile);
  if (value === undefined) {
    stdout.write(`Nothing is set up: there is no ${printable(path)}.\n`);
    return;
  }
  const done = await writePlan(session, () => {
    const { before, value: state = value } = readState(configFile);
    const { changes, removals, notes } = planUndo(state, keepConfig === true);
    return { changes, notes, writes: [...changes, ...removals, { path, before, after: undefined }] };
  });
  if (done !== 'written') return;
  const but = keepConfig ? `, but ${printable(configFile)}, which stays` : '';
  stdout.write(`Done: everything that setup had changed is taken back${but}.\n`);
}
