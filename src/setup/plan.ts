// Plans the file changes for the chosen registries: the rules in config.yaml, and the helpers of Docker or podman.
import { parseDockerConfig } from '../docker/docker-config.ts';
import { parseServerURL } from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import type { RegistryChoice } from './choose-registries.ts';
import { type ConfigFile, configChange, planRules } from './config-change.ts';
import { type DropIn, dropInText } from './docker-files/drop-in.ts';
import { takeOver } from './docker-files/take-over.ts';
import { type FileChange, fileChange } from './file-change.ts';
import type { StoreUse } from './setup-text.ts';
import type { State } from './state.ts';
import { HELPER, type SetupTarget } from './targets.ts';

export interface Plan {
  /** The change of config.yaml is first, so that Docker never asks for a registry without a rule. */
  changes: readonly FileChange[];
  /** What the user may not expect, one sentence each. */
  notes: readonly string[];
  /** About the file that gets the entries. */
  use: StoreUse;
}

export interface PlanOptions {
  isCredsStore: boolean;
  /** The state of the setups before this one. */
  state: State | undefined;
  /** Hostnames besides those of the accounts. */
  ruled: readonly string[];
  /** The command that serves the registries without `--creds-store`. */
  withoutStore: Command;
}

/** @throws XacctError `docker-config` if `--creds-store` has no store to fall back to. */
export function planSetup(
  configFile: ConfigFile,
  targets: readonly SetupTarget[],
  { accounts, dropped }: Pick<RegistryChoice, 'accounts' | 'dropped'>,
  { isCredsStore, state, ruled, withoutStore }: PlanOptions,
): Plan {
  const hosts = [...accounts.flatMap((account) => account.hosts), ...ruled];
  const notes: string[] = [];
  const changes: (FileChange | undefined)[] = [];
  let fallbackHelper: string | undefined;
  let use: StoreUse = { helpers: 0, store: undefined };
  for (const target of targets) {
    const by = target.isLoginsOnly ? 'removal' : isCredsStore ? 'credsStore' : 'credHelpers';
    if (by === 'credsStore') fallbackHelper = formerStore(target, withoutStore);
    const { text, edits, replaced } = takeOver(
      target.text,
      {
        hosts,
        dropped: (url) => dropped.includes(accountOf(url) ?? ''),
        helper: HELPER,
        by,
        detectedStore: target.detectedStore,
        earlier: state?.files.find(({ path }) => path === target.path)?.edits,
      },
      target.path,
    );
    if (by === 'credHelpers') {
      const { credHelpers, credsStore } = parseDockerConfig(text, target.path);
      use = { helpers: credHelpers.size, store: credsStore };
    }
    for (const [host, helper] of replaced)
      notes.push(`${host}: before, docker-credential-${helper} answered for it`);
    if (edits.some(({ path: [key], now }) => key === 'credsStore' && now !== HELPER)) {
      notes.push(
        `${target.path}: Docker chose ${target.detectedStore} for logins by itself; with credHelpers, this file must name it`,
      );
    }
    if (by === 'credHelpers' && target.config.credsStore === HELPER) {
      notes.push(...dropped.map((id) => `${id}: Docker goes on asking ecr-xacct, as its credsStore`));
    }
    const logins = edits.filter(({ path }) => path[0] === 'auths').length;
    if (logins > 0)
      notes.push(`${target.path}: ${logins} old ${logins === 1 ? 'login is' : 'logins are'} removed`);
    changes.push(fileChange({ ...target, kind: 'docker' }, text, edits));
  }
  const rules = planRules(configFile.config, accounts, dropped);
  return {
    changes: [configChange(configFile, rules, fallbackHelper, notes), ...changes].filter(
      (change) => change !== undefined,
    ),
    notes: [...rules.kept, ...notes],
    use,
  };
}

function accountOf(url: string): string | undefined {
  return parseRegistry(parseServerURL(url)?.hostname ?? '')?.account;
}

/** Podman's list of helpers for all registries. */
export function planDropIn({ path, before, ...content }: DropIn): FileChange | undefined {
  return fileChange({ path, kind: 'drop-in', before }, dropInText(content), []);
}

/** Undefined if it is this program already. */
function formerStore(
  { path, config, detectedStore }: SetupTarget,
  withoutStore: Command,
): string | undefined {
  const { credsStore = detectedStore } = config;
  if (credsStore === HELPER) return undefined;
  if (credsStore !== undefined) return credsStore;
  throw new XacctError(
    'docker-config',
    `${path} has no credsStore for other registries: Docker would no longer read their logins, which are in the file itself`,
    { hint: { say: 'to serve only the registries of ECR', run: withoutStore } },
  );
}
