// Finds the registries of a setup: those of the profiles' accounts, and of rules for other accounts.
import { type AccountOf, createAccountOf } from '../callers/account-of.ts';
import type { Config } from '../config/load.ts';
import { XacctError } from '../errors.ts';
import type { Hint } from '../hint.ts';
import { refuseMistyped } from '../identity/profile-failure.ts';
import type { Environment, Run } from '../invocation.ts';
import { foreignOwner } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { awsFiles } from '../profiles/aws-files.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { screenOf } from '../terminal/screen.ts';
import { type FoundAccounts, findAccounts } from './accounts.ts';
import { type Asker, chooseRegistries, type RegistryChoice } from './choose-registries.ts';
import { machineNotes, ruleWithoutProfile } from './machine.ts';
import { type RuledRegistries, regionUnknown, ruledRegistries } from './ruled-registries.ts';
import { regionWishes, type SetupOptions, typed } from './setup-options.ts';
import { choicesText, leftOutText, namesText, notOfferedText, regionHint, ruledText } from './setup-text.ts';
import type { Standing } from './standing.ts';
import type { Session } from './write-plan.ts';

export interface SetupSession extends Session {
  /** Undefined if no questions are allowed. */
  asker: Asker | undefined;
}

interface Chosen extends Pick<FoundAccounts, 'signIns'> {
  choice: RegistryChoice;
  /** Further hostnames that Docker must ask for. */
  ruled: readonly string[];
  notes: readonly (string | Hint)[];
}

/** Prints what was found, and asks for what the options do not decide. @throws as `chooseRegistries` */
export async function findRegistries(
  { run, asker, words, user: { env } }: SetupSession,
  options: SetupOptions,
  { standing, config }: { standing: Standing; config: Config },
): Promise<Chosen> {
  const { profile: profiles = [], region = [], system = false } = options;
  const look = { env, now: Date.now() };
  const screen = screenOf(run.streams.stdout, env);
  const say = (text: string) => run.streams.stdout.write(text);
  const read = createProfileReader()(env);
  for (const name of profiles) {
    refuseMistyped(name, read, (meant) =>
      typed({ ...options, profile: profiles.map((one) => (one === name ? meant : one)) }),
    );
  }
  const found = await findAccounts(read, look, accountOfIn(env, run));
  const regions = regionWishes(region);
  const ids = found.accounts.map(({ id }) => id);
  // The machine's setup asks nothing of Docker, and --profile is for its account alone.
  const ruled = system || profiles.length > 0 ? NONE_RULED : ruledRegistries(config.rules, ids, regions);
  const isOthers = (host: string) => !ids.includes(parseRegistry(host)?.account ?? '');
  const isRuled = ruled.hosts.some(isOthers);
  if (found.accounts.length === 0 && !isRuled && ruled.accounts.length > 0) throw regionUnknown(ruled, words);
  // A profile that an option names and is broken gives an error instead.
  if (profiles.length === 0 && found.accounts.length > 0) say(notOfferedText(found, screen));
  const mayBeNone = isRuled || (system && profiles.length === 0 && found.leftOut.size === 0);
  const wishes = { profiles, regions, ruled: ruled.accounts, mayBeNone };
  const choice = await chooseRegistries(found, wishes, standing, asker);
  const { accounts, dropped, regionless } = choice;
  if (accounts.length === 0 && dropped.length === 0 && !(mayBeNone && regionless.length === 0)) {
    const message = `no region is known for ${namesText(regionless)}`;
    throw new XacctError('usage', message, { hint: regionHint(regionless, words) });
  }
  const isAll = asker === undefined && profiles.length === 0;
  const declined = isAll ? found.accounts.filter(({ id }) => choice.declined.includes(id)) : [];
  const chosen = new Map(accounts.map((one) => [one.id, one.hosts]));
  const hosts = ruled.hosts.filter((host) => {
    const own = chosen.get(parseRegistry(host)?.account ?? '');
    return isOthers(host) || (own !== undefined && !own.includes(host));
  });
  say(choicesText(choice, found, screen) + ruledText(hosts));
  const unplaced = ruled.regionless.size === 0 ? [] : [regionUnknown(ruled, words)];
  say(leftOutText({ regionless, declined, unplaced }, words, screen));
  const { signIns } = found;
  if (!system) return { choice, signIns, ruled: hosts, notes: [] };
  const shared = accounts.map((one) => ({ ...one, rule: ruleWithoutProfile(read, one.profile) }));
  const notes = machineNotes(shared, read, words);
  return { choice: { ...choice, accounts: shared }, signIns, ruled: [], notes };
}

/** Root asks AWS nothing as another user's profiles, because that may run that user's programs. */
function accountOfIn(env: Environment, run: Run): AccountOf {
  const home = homeFolder(env);
  const owner = home === undefined ? undefined : foreignOwner(awsFiles(env)[0], home);
  if (owner === undefined) return createAccountOf(run.invocation);
  const refused = new XacctError('usage', "root asks nothing as another user's profile");
  return () => Promise.resolve(refused);
}

const NONE_RULED: RuledRegistries = { hosts: [], accounts: [], regionless: new Map() };
