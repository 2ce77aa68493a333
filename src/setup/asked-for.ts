// Whether Docker asks ecr-xacct for the registries of a new rule, and the notes if it does not.
import { parsePattern } from '../config/pattern.ts';
import { readDockerConfig } from '../docker/config-file.ts';
import { byHandText, setupHint } from '../docker/hand-over/setup-hint.ts';
import { type Serving, servingOf } from '../docker/serving.ts';
import { attempt, XacctError } from '../errors.ts';
import { command, commandText, type Hint } from '../hint.ts';
import { createProfileReader } from '../profiles/profiles.ts';
import { sampleRegionIn } from './ruled-registries.ts';
import type { Session } from './write-plan.ts';

export interface AskedFor {
  notes: readonly (string | Hint)[];
  /** What is true when the rule is written. */
  done: string;
}

/** `key`: a hostname or a pattern. For a pattern, Docker may ask for some of its registries. */
export function askedFor(
  key: string,
  profile: string | undefined,
  { user }: Pick<Session, 'user'>,
): AskedFor {
  const next = `the next pull from ${key} uses this rule.`;
  const docker = attempt(() => readDockerConfig(user));
  if (docker instanceof XacctError || key.includes('*')) {
    const asksForAll = !(docker instanceof XacctError) && docker.config.credsStore === 'ecr-xacct';
    if (asksForAll) return { notes: [], done: next };
    return { notes: patternNote(key), done: `where Docker asks ecr-xacct, ${next}` };
  }
  const { config, detectedStore, path } = docker;
  if (isOurs(servingOf(config, key, { detectedStore }))) return { notes: [], done: next };
  const accounts = attempt(() => createProfileReader()(user.env).accounts());
  const hint = setupHint(key, {
    file: path,
    rule: { profile, setupServes: true },
    accounts: accounts instanceof XacctError ? undefined : accounts,
  });
  return {
    notes: [
      { say: 'Docker does not ask ecr-xacct for it yet; to change that', run: hint.run },
      ...byHandText(hint),
    ],
    done: `once Docker asks ecr-xacct for it, ${next}`,
  };
}

/** Docker asks by hostname, so a pattern without a region needs one for each of its registries. */
function patternNote(key: string): Hint[] {
  const pattern = parsePattern(key);
  if (pattern === undefined || pattern.rank === 'exact' || pattern.account === undefined) return [];
  const region = sampleRegionIn(pattern);
  const example = pattern.region === undefined ? ` (such as ${region})` : '';
  const say = `Docker asks by hostname; to add that of a region${example}`;
  return [{ say, run: command`ecr-xacct setup --region ${`${pattern.account}=${region}`}` }];
}

/** For a rule for pods: the kubelet, not Docker, asks for it. */
export function askedByKubelet(key: string): AskedFor {
  return {
    notes: [
      {
        say: 'the kubelet asks ecr-xacct for what its own config says; to print that',
        run: command`ecr-xacct kubelet config`,
      },
    ],
    done: `where the kubelet asks ecr-xacct, a pod pulls from ${key} by its service account.`,
  };
}

function isOurs(server: Serving): boolean {
  return 'helper' in server && server.helper === 'ecr-xacct';
}

/** After the removal of a rule: how to make Docker stop asking. Empty if Docker has no entry for the hostname. */
export function entryText(key: string, { user }: Pick<Session, 'user'>): string {
  const docker = attempt(() => readDockerConfig(user));
  if (docker instanceof XacctError) return '';
  const { config, detectedStore, path } = docker;
  const server = servingOf(config, key, { detectedStore });
  if (server.by !== 'credHelpers' || !isOurs(server)) return '';
  return `Docker still asks ecr-xacct for it. To change that, remove its credHelpers entry:
  ${commandText(command`$EDITOR ${path}`)}
`;
}
