// From the chosen registries to the changed files: rules in config.yaml, and who Docker or podman asks.
import {
  type DockerConfigFile,
  type DockerUser,
  readDockerConfig,
  readPodmanConfigs,
} from '../docker/config-file.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import type { ServedAccount } from './accounts.ts';
import { type ConfigFile, configChange, planRules } from './config-change.ts';
import { type DropIn, dropInText } from './docker-files/drop-in.ts';
import { takeOver } from './docker-files/take-over.ts';
import { type FileChange, fileChange } from './file-change.ts';

/** The NAME of `docker-credential-ecr-xacct`. */
const HELPER = 'ecr-xacct';

/** A file of Docker's or podman's that is to change. */
export interface SetupTarget extends DockerConfigFile {
  /** Old logins are taken out of it; nothing is put in. */
  isLoginsOnly: boolean;
}

/** @param isDropIn podman is to ask for every registry, as a drop-in says. @throws XacctError `docker-config`, `file-access` */
export function targetsOf(program: 'docker' | 'podman', isDropIn: boolean, user: DockerUser): SetupTarget[] {
  if (program === 'docker') return [{ ...readDockerConfig(user), isLoginsOnly: false }];
  const { logins, auth } = readPodmanConfigs(user);
  return [
    ...(logins === undefined ? [] : [{ ...logins, isLoginsOnly: true }]),
    { ...auth, isLoginsOnly: isDropIn },
  ];
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
  targets: readonly SetupTarget[],
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
  const { rules, kept } = planRules(configFile.config, accounts);
  return {
    changes: [configChange(configFile, rules, fallbackHelper, notes), ...changes].filter(
      (change) => change !== undefined,
    ),
    notes: [...kept, ...notes],
  };
}

/** Podman's list of helpers for every registry. */
export function planDropIn({ path, before, others }: DropIn): FileChange | undefined {
  return fileChange({ path, kind: 'drop-in', before }, dropInText(others), []);
}

/** Undefined where it is this program already. */
function formerStore({ path, config, detectedStore }: SetupTarget): string | undefined {
  const { credsStore = detectedStore } = config;
  if (credsStore === HELPER) return undefined;
  if (credsStore !== undefined) return credsStore;
  throw new XacctError(
    'docker-config',
    `${path} has no credsStore that could go on answering for other registries: Docker would no longer read their logins, which stand in the file itself`,
    { hint: { say: 'to serve only the registries of ECR', run: command`ecr-xacct setup` } },
  );
}
