// What setup prints of its choices, of the changes, and of the next steps. It fits 80 columns if the names do.
import { printable, type XacctError } from '../errors.ts';
import { type Command, command, commandText, type Hint, hintLines } from '../hint.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { sampleRegion } from '../registry/region-names.ts';
import { diffText } from '../terminal/diff.ts';
import type { Screen } from '../terminal/screen.ts';
import { notes as notesOn, table } from '../terminal/table.ts';
import type { Account, FoundAccounts } from './accounts.ts';
import type { RegistryChoice, ServedAccount } from './choose-registries.ts';
import { redactJson } from './docker-files/redact.ts';
import type { FileChange } from './file-change.ts';
import type { SetupProgram } from './targets.ts';

/** The accounts, each with its profile and its regions. */
export function choicesText(
  { accounts, dropped }: RegistryChoice,
  { accounts: all, states }: FoundAccounts,
  screen: Screen,
): string {
  const columns = [
    { title: 'ACCOUNT' },
    { title: 'PROFILE', fit: 'shorten' },
    { title: 'REGIONS', fit: 'wrap' },
    { title: 'CREDENTIALS', fit: 'wrap' },
  ] as const;
  const rows = accounts.map(({ id, profile, hosts }) => [
    id,
    profile,
    regionsText(hosts),
    states.get(profile) ?? '',
  ]);
  const served =
    rows.length === 0
      ? ''
      : `The registries of these accounts, by these profiles:\n\n${table(columns, rows, screen)}\n`;
  const gone = all.filter(({ id }) => dropped.includes(id));
  const left = gone.length === 0 ? '' : `No longer: ${namesText(gone)}\n\n`;
  return served + left;
}

/** Registries that only rules name. */
export function ruledText(hosts: readonly string[]): string {
  if (hosts.length === 0) return '';
  return `The registries of other rules:\n\n${hosts.map((host) => `  ${host}\n`).join('')}\n`;
}

/** Profiles that are not offered, each with the reason and the command that changes that. */
export function notOfferedText({ leftOut }: Pick<FoundAccounts, 'leftOut'>, screen: Screen): string {
  return reasonsText('Profiles that are not offered:', [...leftOut.values()], screen);
}

/** Accounts that are left out, each with the command that adds it; `unplaced`: accounts of rules without a region. `words` is the command that was run. */
export function leftOutText(
  {
    regionless,
    declined,
    unplaced,
  }: Record<'regionless' | 'declined', readonly Account[]> & { unplaced: readonly XacctError[] },
  words: Command,
  screen: Screen,
): string {
  const reasons: Reason[] = [...unplaced];
  if (declined.length > 0) {
    const say = `to serve ${declined.length === 1 ? 'it' : 'them'} again`;
    const run = [...words, ...declined.flatMap(({ profiles: [first = ''] }) => ['--profile', first])];
    reasons.push({ message: `deselected earlier: ${namesText(declined)}`, hint: { say, run } });
  }
  if (regionless.length > 0) {
    const message = `no region is known for ${namesText(regionless)}`;
    reasons.push({ message, hint: regionHint(regionless, words) });
  }
  return reasonsText('Left out:', reasons, screen);
}

interface Reason {
  message: string;
  hint: Hint | undefined;
}

function reasonsText(title: string, reasons: readonly Reason[], screen: Screen): string {
  const blocks = reasons.map(({ message, hint }) => {
    const lines = (hint === undefined ? [] : hintLines(hint)).map((line) => `    ${printable(line)}\n`);
    return `${notesOn([{ note: message, indent: 2 }], screen)}${lines.join('')}`;
  });
  return blocks.length === 0 ? '' : `${title}\n${blocks.join('')}\n`;
}

/** The user must name the regions: the command has examples. */
export function regionHint(accounts: readonly Account[], words: Command): Hint {
  const [first] = accounts;
  const say = `to add ${accounts.length === 1 ? 'it' : 'them'} (${sampleRegion(first?.partition)} is an example)`;
  const regions = accounts.flatMap(({ id, partition }) => ['--region', `${id}=${sampleRegion(partition)}`]);
  return { say, run: [...words, ...regions] };
}

export function namesText(accounts: readonly Account[]): string {
  return accounts.map(({ id, profiles }) => `${id} (${profiles[0]})`).join(', ');
}

const MAX_REGIONS = 3;

function regionsText(hosts: readonly string[]): string {
  const regions = [...new Set(hosts.map((host) => parseRegistry(host)?.region ?? host))];
  if (regions.length <= MAX_REGIONS) return regions.join(', ');
  return `${regions.slice(0, MAX_REGIONS).join(', ')} and ${regions.length - MAX_REGIONS} more`;
}

export function notesText(notes: readonly (string | Hint)[]): string {
  const lines = notes.map((note) => (typeof note === 'string' ? [note] : hintLines(note)));
  return lines.map((note) => `Note: ${note.map(printable).join('\n')}\n`).join('');
}

/** As a unified diff without secrets. */
export function fileDiffText({ path, kind, before, after }: FileChange, screen: Screen): string {
  const shown = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined;
    const text = new TextDecoder().decode(bytes);
    return kind === 'docker' ? redactJson(text) : text;
  };
  return diffText({ name: path, before: shown(before?.bytes), after: shown(after) }, screen);
}

const PROGRAM_NAMES = { docker: 'Docker', podman: 'podman', finch: 'Finch' };

export function nextStepsText(
  { accounts, ruled }: { accounts: readonly ServedAccount[]; ruled: readonly string[] },
  signIns: FoundAccounts['signIns'],
  program: SetupProgram,
): string {
  const hosts = [...accounts.flatMap((account) => account.hosts), ...ruled];
  const [host] = hosts;
  const count = hosts.length === 1 ? '1 registry' : `${hosts.length} registries`;
  const waited = accounts.flatMap(({ profile, hosts: [own = ''] }) => {
    const { session, run = command`ecr-xacct login ${own}` } = signIns.get(profile) ?? {};
    return session === undefined || own === '' ? [] : [{ session, run }];
  });
  // One sign-in may serve several profiles.
  const first = [...Map.groupBy(waited, ({ session }) => session).values()].flatMap(([one]) => one ?? []);
  const signIn = first.map(({ run }) => `\n  ${commandText(run)}`);
  const next = `
What to do next:${signIn.join('')}
  ${program} pull ${host}/NAME:TAG
  ecr-xacct explain ${host}
`;
  return `Done: ${PROGRAM_NAMES[program]} asks ecr-xacct for the credentials of ${count}.
${host === undefined ? '' : next}
To undo it, run:
  ecr-xacct setup --undo
`;
}

/** The next steps after a setup for every user, including what each user must do. */
export function machineStepsText(accounts: readonly ServedAccount[], path: string): string {
  const regions = accounts.flatMap(({ id, hosts }) =>
    hosts.flatMap((host) => ['--region', `${id}=${parseRegistry(host)?.region}`]),
  );
  const rules = accounts.length === 0 ? '' : `every user of this machine has the rules in ${path};\n`;
  return `Done: ${rules}podman, skopeo and buildah ask ecr-xacct for every registry.

Docker has no config for every user of a machine. For Docker, each user runs:
  ${commandText(['ecr-xacct', 'setup', ...regions])}

To undo it, run:
  sudo ecr-xacct setup --system --undo
`;
}

/** A few helpers take no noticeable time. */
const MANY_HELPERS = 8;

export interface StoreUse {
  /** The number of entries in `credHelpers`. */
  helpers: number;
  /** The current store, which would serve the other registries; undefined if there is none. */
  store: string | undefined;
}

/** Why `--creds-store` is better if Docker has many helpers to ask. `words` is the command for that. */
export function storeText({ helpers, store }: StoreUse, words: Command): string {
  if (helpers < MANY_HELPERS) return '';
  const how =
    store === undefined
      ? `For that, Docker needs another credential store first, for the logins that are
in config.json itself: docker-credential-pass, say.
`
      : `The present credsStore, ${printable(store)}, keeps answering for all other
registries, as fallback_helper of config.yaml.
${hintLines({ say: 'to change to that', run: words }).join('\n')}
`;
  return `
Docker now has ${helpers} credHelpers. A classic "docker build" (without BuildKit) asks
each of them before it begins, one after another, and shows an error for each
that has no credentials just now. As its credsStore, ecr-xacct is asked once,
and the credHelpers of ecr-xacct are removed.
${how}`;
}
