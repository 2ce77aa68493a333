// The options of `ecr-xacct setup`, and the command with these options, for hints.
import { XacctError } from '../errors.ts';
import { type Command, command } from '../hint.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { regionMeant } from '../registry/region-names.ts';
import type { RegionWishes } from './choose-registries.ts';
import type { SetupProgram } from './targets.ts';

export interface SetupOptions {
  yes?: true;
  dryRun?: true;
  undo?: true;
  keepConfig?: true;
  podman?: true;
  finch?: true | undefined;
  system?: true | undefined;
  credsStore?: true | undefined;
  profile?: readonly string[];
  /** `REGION`, or `ACCOUNT=REGION`. */
  region?: readonly string[];
}

/** The program whose files it changes. */
export function programOf({ podman, finch }: SetupOptions): SetupProgram {
  return podman ? 'podman' : finch ? 'finch' : 'docker';
}

/** The command that was run, with every option; with `--system`, as root. */
export function typed({ profile = [], region = [], ...flags }: SetupOptions): Command {
  const given = Object.entries(flags).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  const words = given.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  const named = [
    ...profile.flatMap((name) => ['--profile', name]),
    ...region.flatMap((name) => ['--region', name]),
  ];
  const setup = command`ecr-xacct setup ${[...named, ...words]}`;
  return flags.system ? ['sudo', ...setup] : setup;
}

/** The error without a terminal: it lists the questions, each with the option that answers it. */
export function noTerminal(options: SetupOptions): XacctError {
  const isChosen = options.undo === true || (options.profile ?? []).length > 0;
  const yes = typed({ ...options, yes: true });
  const message = 'there is no terminal to ask on: --yes answers whether to change the files';
  if (isChosen) return new XacctError('usage', message, { hint: { say: 'to change them', run: yes } });
  const others = '--profile which accounts and by which profiles (without it all), --region in which regions';
  return new XacctError('usage', `${message}, ${others}`, {
    hint: {
      say: 'to see what would change',
      run: typed({ ...options, dryRun: true }),
      next: { say: 'to change it', run: yes },
    },
  });
}

export function regionWishes(options: readonly string[]): RegionWishes {
  const all: string[] = [];
  const of = new Map<string, string[]>();
  for (const option of options) {
    const [account = '', region] = option.split('=');
    if (region === undefined) all.push(account);
    else of.set(account, [...(of.get(account) ?? []), region]);
  }
  return { all, of };
}

/** Notes on unknown regions, from any source: such a region may be new or mistyped. */
export function regionNotes(hosts: readonly string[]): string[] {
  const regions = new Set(hosts.flatMap((host) => parseRegistry(host)?.region ?? []));
  return [...regions].flatMap((region) => {
    const near = regionMeant(region);
    return near === undefined ? [] : [`region ${region} is not known to this version; did you mean ${near}?`];
  });
}
