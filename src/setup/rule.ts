// What `ecr-xacct rule` does: one rule of config.yaml added, changed or removed; shown, asked, written, and undone by setup --undo.

import { readSystemConfig } from '../config/config-reader.ts';
import { putRule, ruleIn, takeRule, type WrittenRule } from '../config/edit-rule.ts';
import { inspectConfig } from '../config/load.ts';
import { configPath, isSystemConfig } from '../config/paths.ts';
import { parsePattern } from '../config/pattern.ts';
import { parseRegistryOrImage } from '../docker/server-url.ts';
import { attempt, printable, XacctError } from '../errors.ts';
import { type Command, command, commandText } from '../hint.ts';
import { profileChain } from '../identity/profile-chain.ts';
import type { Run } from '../invocation.ts';
import { nearest } from '../nearest.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { nearMiss, nearMissText } from '../registry/near-miss.ts';
import { terminalOf } from '../terminal/prompts.ts';
import { screenOf } from '../terminal/screen.ts';
import { notes } from '../terminal/table.ts';
import { askedByKubelet, askedFor } from './asked-for.ts';
import { readConfigFile } from './config-change.ts';
import { fileChange, writesOf } from './file-change.ts';
import { ruleEdit } from './rule-edit.ts';
import { type Edit, readState } from './state.ts';
import { type Session, type WritePlan, writePlan } from './write-plan.ts';

export interface WriteOptions {
  yes?: true;
  dryRun?: true;
}

/** As on the command line. */
export interface RuleOptions extends WriteOptions {
  profile?: string;
  roleArn?: string;
  sourceProfile?: string;
  credentialSource?: string;
  webIdentityTokenFile?: string;
  serviceAccount?: true;
  externalId?: string;
  roleSessionName?: string;
  durationSeconds?: string;
  mfaSerial?: string;
  region?: string;
  registry?: string;
}

/** In the order in which they are written. */
const SETTINGS = [
  ['registry', 'registry'],
  ['profile', 'profile'],
  ['role_arn', 'roleArn'],
  ['source_profile', 'sourceProfile'],
  ['credential_source', 'credentialSource'],
  ['web_identity_token_file', 'webIdentityTokenFile'],
  ['service_account', 'serviceAccount'],
  ['external_id', 'externalId'],
  ['role_session_name', 'roleSessionName'],
  ['duration_seconds', 'durationSeconds'],
  ['mfa_serial', 'mfaSerial'],
  ['region', 'region'],
] as const;

/** Without any of them, a rule leads to no identity. */
const WHO = [
  ...(['profile', 'roleArn', 'sourceProfile'] as const),
  ...(['credentialSource', 'webIdentityTokenFile', 'serviceAccount'] as const),
];

/** @throws XacctError `usage`; `profile-missing` and the like for a profile that cannot be used; as `writePlan` does. */
export async function addRule(registry: string, options: RuleOptions, run: Run): Promise<void> {
  const key = ruleKey(registry, options.registry);
  const words = ['rule', 'add', registry];
  if (!WHO.some((option) => options[option] !== undefined)) {
    const run = typedCommand(words, { ...options, profile: 'NAME' });
    throw new XacctError('usage', 'by which profile? Name it, or a role with --role-arn', {
      hint: { say: 'as in:', run },
    });
  }
  const rule = ruleOf(key, options);
  checkProfile(rule, { words, options, run });
  const { session, path } = begin(words, options, run);
  const { profile } = rule;
  const asked = rule.service_account
    ? askedByKubelet(key)
    : askedFor(key, typeof profile === 'string' ? profile : undefined, session);
  const outcome = await write(session, path, (text) => ({
    after: putRule(text, key, rule, path),
    edit: ruleEdit(key, ruleIn(text, key, path), rule),
    notes: asked.notes,
  }));
  if (outcome !== 'written') return;
  const back = commandText(command`ecr-xacct rule remove ${key}`);
  const screen = screenOf(run.streams.stdout, run.invocation.env);
  const done = notes([{ note: `Done: ${asked.done}` }], screen);
  run.streams.stdout.write(`${done}To take it out again:\n  ${back}\n`);
}

/** @throws XacctError `usage` where there is no such rule; as `writePlan` does. */
export async function removeRule(registry: string, options: WriteOptions, run: Run): Promise<void> {
  const typed = keyTyped(registry);
  const { session, path } = begin(['rule', 'remove', registry], options, run);
  const done = await write(session, path, (text) => {
    const existing = ruleIn(text, typed, path);
    if (existing === undefined)
      throw (
        systemRule(typed, path, run.invocation) ??
        noRule(
          typed,
          readConfigFile(path).config.rules.map(({ key }) => key),
          path,
        )
      );
    return {
      after: takeRule(text, typed, path),
      edit: ruleEdit(existing.key, existing, undefined),
      notes: [],
    };
  });
  if (done === 'written') run.streams.stdout.write(`Done: the rule for ${typed} is removed.\n`);
}

/** A hostname, also of an image or a URL, or a pattern, in lower case. */
function keyTyped(registry: string): string {
  const text = registry.toLowerCase();
  return (text.includes('*') ? undefined : parseRegistryOrImage(registry)?.hostname) ?? text;
}

function ruleKey(registry: string, mapped: string | undefined): string {
  const key = keyTyped(registry);
  const pattern = parsePattern(key);
  const near = nearMiss(key);
  if (near !== undefined && mapped === undefined)
    throw usage(`${key} is no registry of ECR: ${nearMissText(near)}`);
  if (pattern === undefined) {
    throw usage(
      `'${registry}' is neither a hostname nor a pattern such as 111122223333.dkr.ecr.*.amazonaws.com`,
    );
  }
  if (pattern.rank === 'exact' && parseRegistry(pattern.hostname) === undefined && mapped === undefined) {
    throw usage(`${key} is not an ECR hostname; add --registry, the ECR hostname that it is a name for`);
  }
  return key;
}

/** With a role, the profile is the one whose credentials assume it. */
function ruleOf(key: string, { profile, sourceProfile, ...options }: RuleOptions): WrittenRule {
  const isRole = options.roleArn !== undefined;
  if (isRole && profile !== undefined && sourceProfile !== undefined) {
    throw usage('--profile and --source-profile are the same with --role-arn; keep one of them');
  }
  const given: Record<string, string | true | undefined> = {
    ...options,
    profile: isRole ? undefined : profile,
    sourceProfile: isRole ? (sourceProfile ?? profile) : sourceProfile,
  };
  const rule = Object.fromEntries(
    SETTINGS.flatMap(([setting, option]) => {
      const value = given[option];
      if (value === undefined) return [];
      return [[setting, setting === 'duration_seconds' && /^\d+$/.test(`${value}`) ? Number(value) : value]];
    }),
  );
  // JSON is YAML: what the file would be refused for is wrong usage here.
  const { faults: [fault] = [] } = inspectConfig(JSON.stringify({ registries: { [key]: rule } }), 'rule');
  if (fault !== undefined) throw usage(fault.message.replace(/^rule:\d+:\d+: /, ''));
  return rule;
}

/** @throws XacctError for one that is not there, with the whole command as it was meant where that is known. */
function checkProfile(
  rule: WrittenRule,
  { words, options, run }: { words: readonly string[]; options: RuleOptions; run: Run },
): void {
  const name = rule.profile ?? rule.source_profile;
  if (typeof name !== 'string') return;
  const { env } = run.invocation;
  const profiles = createProfileReader()(env);
  const isSource = rule.profile === undefined;
  const checked = attempt(() => profileChain(profiles, name, { env, ambient: 'none', isSource }));
  if (!(checked instanceof XacctError)) return;
  const { code, message, hint } = checked;
  const meant = profiles.profile(name) === undefined ? nearest(name, profiles.names) : undefined;
  // A header that the AWS CLI does not take has a fix of its own.
  if (code !== 'profile-missing' || meant === undefined || hint?.run !== undefined) throw checked;
  const right = options.profile === undefined ? { sourceProfile: meant } : { profile: meant };
  throw checked.reworded(message, { ...hint, run: typedCommand(words, { ...options, ...right }) });
}

function begin(words: readonly string[], options: RuleOptions, run: Run): { session: Session; path: string } {
  const { invocation, streams } = run;
  const home = homeFolder(invocation.env);
  const path = configPath(invocation.env);
  if (home === undefined || path === undefined) {
    throw new XacctError('file-access', 'there is no home folder', {
      hint: { run: command`export HOME=/home/you` },
    });
  }
  const typed = typedCommand(words, options);
  if (!options.dryRun) refuseForeign([{ path }], home, typed);
  const asks = options.yes !== true && options.dryRun !== true;
  return {
    path,
    session: {
      run,
      user: { env: invocation.env, home, uid: invocation.uid },
      terminal: asks
        ? terminalOf(streams, typedCommand(words, { ...options, yes: true }))
        : { input: streams.stdin, output: streams.stdout },
      words: typed,
      isDryRun: options.dryRun === true,
      asks,
      isPublic: isSystemConfig(invocation.env),
    },
  };
}

/** The command that was run, with every option. */
function typedCommand(words: readonly string[], options: RuleOptions): Command {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : typeof value === 'string' ? [flag, value] : [];
  });
  return ['ecr-xacct', ...words, ...flags];
}

interface Wanted {
  after: string;
  edit: Edit;
  notes: WritePlan['notes'];
}

function write(session: Session, path: string, want: (text: string) => Wanted): ReturnType<typeof writePlan> {
  return writePlan(session, () => {
    const { before, text } = readConfigFile(path);
    const { after, edit, notes } = want(text);
    const change = fileChange({ path, kind: 'config', before }, after, [edit]);
    if (change === undefined) return { changes: [], notes: [], writes: [] };
    const state = readState(path);
    return { changes: [change], notes, writes: writesOf([change], state, state.value?.declined ?? []) };
  });
}

/** Where the machine's config has the rule. */
function systemRule(typed: string, path: string, { env, uid }: Run['invocation']): XacctError | undefined {
  const system = attempt(() => readSystemConfig(env));
  const rules = system instanceof XacctError ? [] : (system?.rules ?? []);
  const rule = rules.find(({ key }) => key.toLowerCase() === typed);
  if (rule === undefined) return undefined;
  const { file, line } = rule;
  return new XacctError(
    'usage',
    `there is no rule for ${typed} in ${printable(path)}; ${printable(file)}:${line} has it, which is root's and counts for every user`,
    {
      hint: {
        say: 'a rule of your own comes before it (ecr-xacct rule add); to edit that file',
        run: uid === 0 ? command`$EDITOR ${file}` : command`sudoedit ${file}`,
      },
    },
  );
}

function noRule(key: string, keys: readonly string[], path: string): XacctError {
  const meant = nearest(key, keys);
  return usage(
    `there is no rule for ${key} in ${printable(path)}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

function usage(message: string): XacctError {
  return new XacctError('usage', message);
}
