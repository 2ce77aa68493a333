// What `ecr-xacct rule` does: it adds, changes or removes one rule of config.yaml, and `setup --undo` undoes it.

import { readSystemConfig } from '../config/config-reader.ts';
import { putRule, ruleIn, takeRule } from '../config/edit-rule.ts';
import { configPath, isSystemConfig } from '../config/paths.ts';
import { attempt, printable, XacctError } from '../errors.ts';
import { command, commandText } from '../hint.ts';
import type { Run } from '../invocation.ts';
import { nearest } from '../nearest.ts';
import { refuseForeign } from '../os/foreign-folder.ts';
import { homeFolder } from '../os/home-folder.ts';
import { terminalOf } from '../terminal/prompts.ts';
import { screenOf } from '../terminal/screen.ts';
import { notes } from '../terminal/table.ts';
import { askedByKubelet, askedFor, entryText } from './asked-for.ts';
import { readConfigFile } from './config-change.ts';
import { fileChange, writesOf } from './file-change.ts';
import { ruleEdit } from './rule-edit.ts';
import { type Edit, readState } from './state.ts';
import { keyTyped, type RuleOptions, typedCommand, typedRule, type WriteOptions } from './typed-rule.ts';
import { type Session, type WritePlan, writePlan } from './write-plan.ts';

/**
 * @throws XacctError `usage`; `profile-missing` and the like for a profile that cannot be used; as `writePlan` does.
 */
export async function addRule(registry: string, options: RuleOptions, run: Run): Promise<void> {
  const words = ['rule', 'add', registry];
  const { key, rule } = typedRule(words, registry, options, run);
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
  run.streams.stdout.write(`${done}To remove it again:\n  ${back}\n`);
}

/** @throws XacctError `usage` if there is no such rule; as `writePlan` does. */
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
  if (done !== 'written') return;
  const next = typed.includes('*')
    ? ''
    : `To see which identity it has now, run:\n  ${commandText(command`ecr-xacct explain ${typed}`)}\n`;
  const entry = entryText(typed, session);
  run.streams.stdout.write(`Done: the rule for ${typed} is removed.\n${next}${entry}`);
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

/** The error if the machine's config has the rule. */
function systemRule(typed: string, path: string, { env, uid }: Run['invocation']): XacctError | undefined {
  const system = attempt(() => readSystemConfig(env));
  const rules = system instanceof XacctError ? [] : (system?.rules ?? []);
  const rule = rules.find(({ key }) => key.toLowerCase() === typed);
  if (rule === undefined) return undefined;
  const { file, line } = rule;
  return new XacctError(
    'usage',
    `there is no rule for ${typed} in ${printable(path)}; ${printable(file)}:${line} has it, which is root's and applies to every user`,
    {
      hint: {
        say: 'a rule of your own overrides it (ecr-xacct rule add); to edit that file',
        run: uid === 0 ? command`$EDITOR ${file}` : command`sudoedit ${file}`,
      },
    },
  );
}

function noRule(key: string, keys: readonly string[], path: string): XacctError {
  const meant = nearest(key, keys);
  return new XacctError(
    'usage',
    `there is no rule for ${key} in ${printable(path)}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
