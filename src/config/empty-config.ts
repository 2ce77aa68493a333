// The config of a user who has none; apart from what reads one, which takes its time to load.
import { DEFAULTS } from './defaults.ts';
import type { Config } from './load.ts';

/** No rules, every default. `file`: where it would be. */
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
