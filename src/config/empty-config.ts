// The config of a user who has none. In a file of its own, because the reader takes time to load.
import { DEFAULTS } from './defaults.ts';
import type { Config } from './load.ts';

/** No rules, all defaults. `file`: the path that the config would have. */
export function emptyConfig(file: string | undefined): Config {
  return {
    ...DEFAULTS,
    file,
    exists: false,
    rules: [],
    files: [],
    groups: [],
    saidBy: {},
    mfaProcess: undefined,
    fallbackHelper: undefined,
    processEnv: [],
  };
}
