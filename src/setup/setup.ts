// What `ecr-xacct setup` does: find, choose, plan, show, ask, write; and `--undo`.
import { dirname } from 'node:path';
import { configPath } from '../config/paths.ts';
import { dockerConfigPath } from '../docker/docker-config.ts';
import { versionsOf } from '../docker/fallback/helper-version.ts';
import { FINCH_PATH, finchConfigPath } from '../docker/finch-config.ts';
import { helperFault } from '../docker/helper-fault.ts';
import { podmanFiles, SYSTEM_REGISTRIES_CONF } from '../docker/podman-files.ts';
import { printable, XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { followLinks } from '../os/follow-links.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { isTerminal } from '../terminal/prompts.ts';
import { createAsker } from './asker.ts';
import { engineNotes, refuseFinch } from './engines.ts';
import { writesOf } from './file-change.ts';
import { findRegistries, type SetupSession } from './find-registries.ts';
import { machineConfigPath } from './machine.ts';
import { removeEmptyFolders } from './made-folders.ts';
import { placeOf } from './place.ts';
import { planDropIn, planSetup } from './plan.ts';
import { noTerminal, programOf, regionNotes, type SetupOptions, typed } from './setup-options.ts';
import { machineStepsText, nextStepsText, type StoreUse, storeText } from './setup-text.ts';
import { standingOf } from './standing.ts';
import { readState } from './state.ts';
import { HELPER } from './targets.ts';
import { removeLeftovers } from './temporary-file.ts';
import { planUndo } from './undo.ts';
import { type Session, writePlan } from './write-plan.ts';

/** @throws XacctError `usage` if it would have to ask, but cannot. */
export async function setup(options: SetupOptions, run: Run): Promise<void> {
  const { invocation, streams } = run;
  if (options.keepConfig && !options.undo) {
    throw new XacctError('usage', '--keep-config goes with --undo');
  }
  refuseFinch(options);
  const words = typed(options);
  const home = homeFolder(invocation.env);
  const path = options.system ? machineConfigPath(invocation, words) : configPath(invocation.env);
  if (home === undefined || path === undefined) {
    throw new XacctError('file-access', 'there is no home folder', {
      hint: { run: command`export HOME=/home/you` },
    });
  }
  const user = { env: invocation.env, home, uid: invocation.uid };
  if (!options.dryRun) {
    const { authFile, dropIn } = podmanFiles(user.env, home, user.uid);
    const targets = {
      docker: dockerConfigPath(user.env, home),
      podman: authFile,
      finch: finchConfigPath(user.env, home),
    };
    const target = targets[programOf(options)];
    const files = [path, options.system ? SYSTEM_REGISTRIES_CONF.dropIn : target];
    // Checked before any question. An undo checks only the files that it writes.
    if (!options.undo)
      refuseForeign(
        files.map((file) => ({ path: file })),
        home,
        words,
      );
    clearLeftovers(options.system ? files : [path, dropIn, ...Object.values(targets)]);
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
    isPublic: options.system === true,
  };
  await (options.undo ? undo(session, path, options) : setUp(session, path, options));
}

/** Removes what killed setups have left beside these files: it may contain logins. */
function clearLeftovers(files: readonly string[]): void {
  for (const folder of new Set(files.map((file) => dirname(followLinks(file))))) removeLeftovers(folder);
}

async function setUp(session: SetupSession, path: string, options: SetupOptions): Promise<void> {
  const { run, user, words } = session;
  const { stdout, stderr } = run.streams;
  const program = programOf(options);
  const withoutStore = typed({ ...options, credsStore: undefined });
  const place = placeOf(path, options, user);
  // Read before any question.
  const { config } = place.configFile();
  const { value: former } = readState(path);
  const targets = place.targets();
  const dropIn = place.dropIn();
  const isListed = dropIn?.before?.bytes.includes(HELPER) === true;
  const standing = standingOf(config, targets, isListed, former?.declined ?? []);
  const { choice, signIns, ruled, notes } = await findRegistries(session, options, { standing, config });
  const isCredsStore = options.credsStore === true && dropIn === undefined;
  let use: StoreUse | undefined;
  const done = await writePlan(session, () => {
    const state = readState(path);
    const plan = planSetup(place.configFile(), place.targets(), choice, {
      isCredsStore,
      state: state.value,
      ruled,
      withoutStore,
    });
    use = plan.use;
    const current = place.dropIn();
    const listed = current && planDropIn(current);
    const changes = [...plan.changes, ...(listed === undefined ? [] : [listed])];
    return {
      changes,
      notes: [
        ...regionNotes(choice.accounts.flatMap(({ hosts }) => hosts)),
        ...plan.notes,
        ...notes,
        ...engineNotes(options, user),
      ],
      writes: writesOf(changes, state, choice.declined),
      isMemoryOnly: changes.length === 0,
    };
  });
  if (done === 'written') {
    const { accounts } = choice;
    const steps = options.system
      ? machineStepsText(accounts, path)
      : nextStepsText({ accounts, ruled }, signIns, program);
    stdout.write(steps);
  }
  if (use !== undefined && program === 'docker') stdout.write(storeText(use, [...words, '--creds-store']));
  if (done === 'shown') return;
  const { self } = run.invocation;
  const fault =
    program === 'finch'
      ? helperFault(FINCH_PATH, user.home, self, { name: 'Finch', whose: 'its' })
      : helperFault(user.env.PATH, user.home, self);
  if (fault !== undefined && !(fault.other && (await versionsOf(fault.other, user.env)).isSame)) {
    stderr.write(`\nWarning: ${fault.message}\nTo fix it, run:\n  ${fault.command}\n`);
  }
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
