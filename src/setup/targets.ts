// The files by which Docker or podman is told, as they are now.

import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { detectedStore } from '../docker/detected-store.ts';
import { type DockerConfig, dockerConfigPath, parseDockerConfig } from '../docker/docker-config.ts';
import { credentialHelpers, podmanFiles } from '../docker/podman-files.ts';
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { findProgram } from '../os/find-program.ts';
import { readSnapshot, type Snapshot, textOf } from './files.ts';

export interface Place {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  uid: number | undefined;
}

/** A config.json or auth.json. */
export interface JsonTarget {
  path: string;
  before: Snapshot | undefined;
  text: string;
  config: DockerConfig;
  /** Old logins are taken out of it; nothing is put in. */
  isLoginsOnly: boolean;
  /** The store that Docker chooses by itself. */
  detectedStore: string | undefined;
}

/** The drop-in that names podman's credential helpers for every registry. */
export interface DropInTarget {
  path: string;
  before: Snapshot | undefined;
  /** What is set without it; undefined where nothing is. */
  others: readonly string[] | undefined;
}

/** @throws XacctError `docker-config`, `file-access` */
export function dockerTargets({ env, home }: Place): JsonTarget[] {
  const target = jsonTarget(dockerConfigPath(env, home), false);
  const isOnPath = (program: string) => findProgram(program, env.PATH) !== undefined;
  const store = detectedStore(target.config, process.platform, isOnPath);
  return [{ ...target, detectedStore: store }];
}

/** @throws XacctError `docker-config`, `file-access` */
export function podmanTargets({ env, home, uid }: Place, isDropIn: boolean): JsonTarget[] {
  const { authFile, loginFile } = podmanFiles(env, home, uid);
  const login = loginFile === undefined ? undefined : jsonTarget(loginFile, true);
  return [...(login?.before === undefined ? [] : [login]), jsonTarget(authFile, isDropIn)];
}

function jsonTarget(path: string, isLoginsOnly: boolean): JsonTarget {
  const before = readSnapshot(path);
  const text = textOf(before, path);
  return {
    path,
    before,
    text,
    config: parseDockerConfig(text, path),
    isLoginsOnly,
    detectedStore: undefined,
  };
}

/** @throws XacctError `file-access` where a drop-in that is read after ours sets the helpers anew. */
export function podmanDropIn({ env, home, uid }: Place): DropInTarget {
  const { dropIn, registriesConf, dropInFolders } = podmanFiles(env, home, uid);
  const conf = registriesConf.find((path) => readSnapshot(path) !== undefined);
  // With a registries.conf of the user's own, the system's drop-ins are not read.
  const folders = conf?.startsWith(dirname(dirname(dropIn))) ? dropInFolders.slice(1) : dropInFolders;
  let others = conf === undefined ? undefined : helpersIn(conf);
  for (const folder of folders) {
    for (const path of dropInsIn(folder)) {
      if (path === dropIn) continue;
      const set = helpersIn(path);
      if (set === undefined) continue;
      if (folder === dirname(dropIn) && basename(path) > basename(dropIn))
        throw overridden(path, dropIn, set);
      others = set;
    }
  }
  return { path: dropIn, before: readSnapshot(dropIn), others };
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

function overridden(path: string, dropIn: string, helpers: readonly string[]): XacctError {
  return new XacctError(
    'file-access',
    `${path} is read after ${dropIn} and sets credential-helpers = [${helpers.map((name) => `"${name}"`).join(', ')}], so that a list in the latter has no effect`,
    {
      hint: {
        say: 'run: ecr-xacct setup --podman, without --creds-store; or add "ecr-xacct" yourself:',
        run: command`$EDITOR ${path}`,
      },
    },
  );
}
