// What setup says of its choices, of what is to change, and of what to do next. Fits 80 columns where the names in it do.
import { printable } from '../errors.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { diffText } from '../terminal/diff.ts';
import type { Screen } from '../terminal/screen.ts';
import { padded, widest } from '../terminal/text-width.ts';
import type { ServedAccount } from './accounts.ts';
import { redactJson } from './docker-files/redact.ts';
import type { FileChange } from './file-change.ts';

/** The accounts, each with its profile and its regions, and the profiles that are left out. */
export function choicesText(accounts: readonly ServedAccount[], unknown: readonly string[]): string {
  const width = widest(accounts.map(({ profile }) => printable(profile)));
  const lines = accounts.map(
    ({ id, profile, hosts }) => `  ${id}  ${padded(printable(profile), width)}  ${regionsText(hosts)}`,
  );
  const left = unknown.map((name) => `  ${printable(name)}: account unknown, add a rule by hand`);
  return `${['The registries of these accounts, by these profiles:', ...lines, ...left].join('\n')}\n\n`;
}

const MAX_REGIONS = 3;

function regionsText(hosts: readonly string[]): string {
  const regions = [...new Set(hosts.map((host) => parseRegistry(host)?.region ?? host))];
  if (regions.length <= MAX_REGIONS) return regions.join(', ');
  return `${regions.slice(0, MAX_REGIONS).join(', ')} and ${regions.length - MAX_REGIONS} more`;
}

export function notesText(notes: readonly string[]): string {
  return notes.map((note) => `Note: ${printable(note)}\n`).join('');
}

/** As a unified diff that shows no secret. */
export function fileDiffText({ path, kind, before, after }: FileChange, screen: Screen): string {
  const shown = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined;
    const text = new TextDecoder().decode(bytes);
    return kind === 'docker' ? redactJson(text) : text;
  };
  return diffText({ name: path, before: shown(before?.bytes), after: shown(after) }, screen);
}

export function nextStepsText(accounts: readonly ServedAccount[], program: 'docker' | 'podman'): string {
  const hosts = accounts.flatMap((account) => account.hosts);
  const host = hosts[0] ?? '';
  const count = hosts.length === 1 ? '1 registry' : `${hosts.length} registries`;
  return `Done: ${program === 'docker' ? 'Docker' : program} asks ecr-xacct for the credentials of ${count}.

What to do next:
  ${program} pull ${host}/NAME:TAG
  ecr-xacct explain ${host}
  ecr-xacct setup --undo    takes it all back
`;
}
