// What `ecr-xacct setup` does: find, choose, plan, show, ask, write; and `--undo`.
import { dirname } from 'node:path';
import { createAccountOf } from '../callers/account-of.ts';
import { configPath } from '../config/paths.ts';
import { dockerConfigPath } from '../docker/docker-config.ts';
import { versionsOf } from '../docker/fallback/helper-version.ts';
import { helperFault } from '../docker/helper-fault.ts';
import { podmanFiles } from '../docker/podman-files.ts';
import { printable, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { followLinks } from '../os/follow-links.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { isTerminal } from '../terminal/prompts.ts';
import { screenOf } from '../terminal/screen.ts';
import { type FoundAccounts, findAccounts } from './accounts.ts';
import { createAsker } from './asker.ts';
import { type Asker, chooseRegistries, type RegistryChoice } from './choose-registries.ts';
import { aboveSystemConfig, readConfigFile } from './config-change.ts';
import { readDropIn } from './docker-files/drop-in.ts';
import { writesOf } from './file-change.ts';
import { removeEmptyFolders } from './made-folders.ts';
import { planDropIn, planSetup } from './plan.ts';
import { noTerminal, regionNotes, regionWishes, type SetupOptions, typed } from './setup-options.ts';
import {
  choicesText,
  leftOutText,
  namesText,
  nextStepsText,
  notOfferedText,
  regionHint,
  type StoreUse,
  storeText,
} from './setup-text.ts';
import { type Standing, standingOf } from './standing.ts';
import { readState } from './state.ts';
import { HELPER, targetsOf } from './targets.ts';
import { removeLeftovers } from './temporary-file.ts';
import { planUndo } from './undo.ts';
import { type Session, writePlan } from './write-plan.ts';

interface SetupSession extends Session {
  /** Undefined where nothing may be asked. */
  asker: Asker | undefined;
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
  const terminal = { input: streams.stdin, output: streams.stdout };
  const canAsk = isTerminal(streams.stdin) && isTerminal(streams.stdout);
  if (!canAsk && !options.yes && !options.dryRun) throw noTerminal(options);
  const session = {
    run,
    user,
    terminal,
    asker: options.yes || !canAsk ? undefined : createAsker(terminal),
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

async function setUp(session: SetupSession, path: string, options: SetupOptions): Promise<void> {
  const { run, user, words } = session;
  const { stdout, stderr } = run.streams;
  const program = options.podman ? 'podman' : 'docker';
  const isDropIn = options.podman === true && options.credsStore === true;
  // Before anything is asked.
  const configFile = () => aboveSystemConfig(readConfigFile(path), user.env);
  const { config } = configFile();
  const { value: former } = readState(path);
  const targets = targetsOf(program, isDropIn, user);
  const withoutStore = typed({ ...options, credsStore: undefined });
  const dropIn = isDropIn ? readDropIn(user, withoutStore) : undefined;
  const isListed = dropIn?.before?.bytes.includes(HELPER) === true;
  const standing = standingOf(config, targets, isListed, former?.declined ?? []);
  const { choice, signIns } = await choose(session, options, standing);
  const isCredsStore = options.credsStore === true && !isDropIn;
  let use: StoreUse | undefined;
  const done = await writePlan(session, () => {
    const state = readState(path);
    const plan = planSetup(configFile(), targetsOf(program, isDropIn, user), choice, {
      isCredsStore,
      state: state.value,
      withoutStore,
    });
    use = plan.use;
    const listed = isDropIn ? planDropIn(readDropIn(user, withoutStore)) : undefined;
    const changes = [...plan.changes, ...(listed === undefined ? [] : [listed])];
    return {
      changes,
      notes: [...regionNotes(choice.accounts.flatMap(({ hosts }) => hosts)), ...plan.notes],
      writes: writesOf(changes, state, choice.declined),
      isMemoryOnly: changes.length === 0,
    };
  });
  if (done === 'written') stdout.write(nextStepsText(choice.accounts, signIns, program));
  if (use !== undefined && program === 'docker') stdout.write(storeText(use, [...words, '--creds-store']));
  if (done === 'shown') return;
  const fault = helperFault(user.env.PATH, user.home, run.invocation.self);
  if (fault !== undefined && !(fault.other && (await versionsOf(fault.other, user.env)).isSame)) {
    stderr.write(`\nWarning: ${fault.message}\nTo fix it, run:\n  ${fault.command}\n`);
  }
}

async function choose(
  { run, asker, words, user: { env } }: SetupSession,
  options: SetupOptions,
  standing: Standing,
): Promise<{ choice: RegistryChoice } & Pick<FoundAccounts, 'signIns'>> {
  const { profile: profiles = [], region: regions = [] } = options;
  const look = { env, now: Date.now() };
  const screen = screenOf(run.streams.stdout, env);
  const say = (text: string) => run.streams.stdout.write(text);
  const found = await findAccounts(createProfileReader()(env), look, createAccountOf(run.invocation));
  // What is asked for by name is an error where it is broken.
  if (profiles.length === 0 && found.accounts.length > 0) say(notOfferedText(found, screen));
  const choice = await chooseRegistries(found, { profiles, regions: regionWishes(regions) }, standing, asker);
  const { accounts, dropped, regionless } = choice;
  if (accounts.length === 0 && dropped.length === 0) {
    const message = `no region is known for ${namesText(regionless)}`;
    throw new XacctError('usage', message, { hint: regionHint(regionless, words) });
  }
  const isAll = asker === undefined && profiles.length === 0;
  const declined = isAll ? found.accounts.filter(({ id }) => choice.declined.includes(id)) : [];
  say(choicesText(choice, found, screen) + leftOutText({ regionless, declined }, words, screen));
  return { choice, signIns: found.signIns };
}

async function undo(session: Session, configFile: string, { keepConfig }: SetupOptions): Promise<void> {
  const { stdout } = session.run.streams;
  const { path, value } = readState(configFile);
  let folders: readonly string[] = [];
  if (value === undefined) {
    stdout.write(`Nothing is set up: there is no ${printable(path)}.\n`);
    return;
  }
  const done = await writePlan(session, () => {
    const { before, value: state = value } = readState(configFile);
    const { changes, removals, notes } = planUndo(state, keepConfig === true);
    folders = state.folders;
    return { changes, notes, writes: [...changes, ...removals, { path, before, after: undefined }] };
  });
  if (done !== 'written') return;
  removeEmptyFolders(folders);
  const but = keepConfig ? `, but ${printable(configFile)}, which stays` : '';
  stdout.write(`Done: everything that setup had changed is taken back${but}.\n`);
}
