// The drop-in of registries.conf with podman's credential helpers for all registries.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { credentialHelpers, type RegistriesConfFiles } from '../../docker/podman-files.ts';
import { XacctError } from '../../errors.ts';
import { type Command, command, commandText } from '../../hint.ts';
import { readSnapshot, type Snapshot, textOf } from '../../os/snapshot.ts';

export interface DropIn {
  path: string;
  /** The command that undoes it. */
  undo: Command;
  before: Snapshot | undefined;
  /** The list without the drop-in; undefined if there is none. */
  others: readonly string[] | undefined;
}

/** Commands for its texts. */
interface DropInCommands {
  undo: Command;
  /** The same setup without the drop-in; undefined if there is none. */
  without?: Command;
}

/** @throws XacctError `file-access` if a drop-in that is read after ours replaces the list. */
export function readDropIn(
  { dropIn, registriesConf, dropInFolders }: RegistriesConfFiles,
  { undo, without }: DropInCommands,
): DropIn {
  const conf = registriesConf.find((path) => readSnapshot(path) !== undefined);
  // With a registries.conf of the user, podman does not read the system's drop-ins.
  const own = dirname(dropIn);
  const folders = conf !== undefined && dirname(conf) === dirname(own) ? [own] : dropInFolders;
  let others = conf === undefined ? undefined : helpersIn(conf);
  for (const folder of folders) {
    for (const path of dropInsIn(folder)) {
      if (path === dropIn) continue;
      const set = helpersIn(path);
      if (set === undefined) continue;
      if (folder === own && basename(path) > basename(dropIn))
        throw overridden({ path, dropIn, helpers: set }, without);
      others = set;
    }
  }
  return { path: dropIn, undo, before: readSnapshot(dropIn), others };
}

/** Podman's name for its auth.json files in the list of credential helpers. Without a list, this is the default. */
const AUTH_FILES = 'containers-auth.json';

/** The text of our drop-in: podman asks the other helpers first. */
export function dropInText({ others, undo }: Pick<DropIn, 'others' | 'undo'>): string {
  const list = [...new Set([...(others?.length ? others : [AUTH_FILES]), 'ecr-xacct'])];
  return `# Written by "ecr-xacct setup"; taken back by "${commandText(undo)}".
credential-helpers = [${list.map((name) => JSON.stringify(name)).join(', ')}]
`;
}

function helpersIn(path: string): string[] | undefined {
  return credentialHelpers(textOf(readSnapshot(path), path));
}

/** In the order in which they are read. */
function dropInsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf'))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function overridden(
  { path, dropIn, helpers }: { path: string; dropIn: string; helpers: readonly string[] },
  without: Command | undefined,
): XacctError {
  const add = { say: 'or add "ecr-xacct" to it:', run: command`$EDITOR ${path}` };
  return new XacctError(
    'file-access',
    `${path} is read after ${dropIn} and sets credential-helpers = [${helpers.map((name) => `"${name}"`).join(', ')}], so that a list in the latter has no effect`,
    {
      hint:
        without === undefined
          ? { say: 'to add "ecr-xacct" to it', run: add.run }
          : { say: 'to change auth.json instead', run: without, next: add },
    },
  );
}
