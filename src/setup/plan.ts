// From the chosen registries to the changed files: rules in config.yaml, and who Docker or podman asks.

import { addToConfig } from '../config/edit.ts';
import { type Config, emptyConfig, parseConfig } from '../config/load.ts';
import { dropInText } from '../docker/podman-files.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { type FileChange, fileChange } from './changes.ts';
import { takeOver } from './docker-files/take-over.ts';
import { readSnapshot, type Snapshot, textOf } from './files.ts';
import { planRules, type ServedAccount } from './rules.ts';
import type { Edit } from './state.ts';
import type { DropInTarget, JsonTarget } from './targets.ts';

/** The NAME of `docker-credential-ecr-xacct`. */
const HELPER = 'ecr-xacct';

export interface ConfigFile {
  path: string;
  before: Snapshot | undefined;
  text: string;
  config: Config;
}

/** @throws XacctError `config-invalid`, `file-access` */
export function readConfigFile(path: string): ConfigFile {
  const before = readSnapshot(path);
  const text = textOf(before, path);
  return { path, before, text, config: before === undefined ? emptyConfig(path) : parseConfig(text, path) };
}

export interface Plan {
  /** Of config.yaml first: Docker shall not ask for what has no rule yet. */
  changes: readonly FileChange[];
  /** What the user may not expect, a sentence each. */
  notes: readonly string[];
}

/** @throws XacctError `docker-config` where `--creds-store` has nobody to fall back to. */
export function planSetup(
  configFile: ConfigFile,
  targets: readonly JsonTarget[],
  accounts: readonly ServedAccount[],
  isCredsStore: boolean,
): Plan {
  const hosts = accounts.flatMap((account) => account.hosts);
  const notes: string[] = [];
  const changes: (FileChange | undefined)[] = [];
  let fallbackHelper: string | undefined;
  for (const target of targets) {
    const by = target.isLoginsOnly ? 'removal' : isCredsStore ? 'credsStore' : 'credHelpers';
    if (by === 'credsStore') fallbackHelper = formerStore(target);
    const { text, edits, replaced } = takeOver(
      target.text,
      { hosts, helper: HELPER, by, detectedStore: target.detectedStore },
      target.path,
    );
    for (const [host, helper] of replaced)
      notes.push(`${host}: so far docker-credential-${helper} answered for it`);
    if (edits.some(({ path: [key], now }) => key === 'credsStore' && now !== HELPER)) {
      notes.push(
        `${target.path}: Docker keeps logins in ${target.detectedStore} so far, by itself; now it has to be told`,
      );
    }
    const logins = edits.filter(({ path }) => path[0] === 'auths').length;
    if (logins > 0)
      notes.push(`${target.path}: ${logins} old ${logins === 1 ? 'login is' : 'logins are'} taken out`);
    changes.push(fileChange({ ...target, kind: 'docker' }, text, edits));
  }
  const rules = planRules(configFile.config, accounts);
  return {
    changes: [configChange(configFile, rules.rules, fallbackHelper, notes), ...changes].filter(
      (change) => change !== undefined,
    ),
    notes: [...rules.kept, ...notes],
  };
}

/** Podman's list of helpers for every registry. */
export function planDropIn({ path, before, others }: DropInTarget): FileChange | undefined {
  return fileChange({ path, kind: 'drop-in', before }, dropInText(others), []);
}

function configChange(
  { path, before, text, config }: ConfigFile,
  rules: ReadonlyMap<string, string>,
  formerStore: string | undefined,
  notes: string[],
): FileChange | undefined {
  const existing = config.fallbackHelper;
  if (formerStore !== undefined && existing !== undefined && existing !== formerStore) {
    notes.push(`${path}: kept fallback_helper: ${existing}; the former credsStore was ${formerStore}`);
  }
  const fallbackHelper = existing === undefined ? formerStore : undefined;
  if (rules.size === 0 && fallbackHelper === undefined) return undefined;
  const edits = [...rules].map(
    ([key, profile]): Edit => ({ path: ['registries', key], now: profile, was: null }),
  );
  if (fallbackHelper !== undefined) edits.push({ path: ['fallback_helper'], now: fallbackHelper, was: null });
  return fileChange(
    { path, kind: 'config', before },
    addToConfig(text, { rules, fallbackHelper }, path),
    edits,
  );
}

/** Undefined where it is this program already. */
function formerStore({ path, config, detectedStore }: JsonTarget): string | undefined {
  const { credsStore = detectedStore } = config;
  if (credsStore === HELPER) return undefined;
  if (credsStore !== undefined) return credsStore;
  throw new XacctError(
    'docker-config',
    `${path} has no credsStore that could go on answering for other registries: Docker would no longer read their logins, which stand in the file itself`,
    { hint: { say: 'to serve only the registries of ECR', run: command`ecr-xacct setup` } },
  );
}
