// The files that a setup changes: the user's own, or the machine's.

import type { DockerUser } from '../docker/config-file.ts';
import { podmanFiles, SYSTEM_REGISTRIES_CONF } from '../docker/podman-files.ts';
import { aboveSystemConfig, type ConfigFile, readConfigFile } from './config-change.ts';
import { type DropIn, readDropIn } from './docker-files/drop-in.ts';
import { readMachineConfig } from './machine.ts';
import { programOf, type SetupOptions, typed } from './setup-options.ts';
import { type SetupTarget, targetsOf } from './targets.ts';

/** Each function reads the file again. */
export interface SetupPlace {
  configFile: () => ConfigFile;
  targets: () => SetupTarget[];
  /** Undefined for no drop-in. */
  dropIn: () => DropIn | undefined;
}

/** `path`: of config.yaml. */
export function placeOf(path: string, options: SetupOptions, user: DockerUser): SetupPlace {
  const undo = typed({ system: options.system, undo: true });
  if (options.system) {
    return {
      configFile: () => readMachineConfig(path),
      targets: () => [],
      dropIn: () => readDropIn(SYSTEM_REGISTRIES_CONF, { undo }),
    };
  }
  const isDropIn = options.podman === true && options.credsStore === true;
  const without = typed({ ...options, credsStore: undefined });
  const files = podmanFiles(user.env, user.home, user.uid);
  return {
    configFile: () => aboveSystemConfig(readConfigFile(path), user.env),
    targets: () => targetsOf(programOf(options), isDropIn, user),
    dropIn: () => (isDropIn ? readDropIn(files, { undo, without }) : undefined),
  };
}
