// The settings of config.yaml other than rules, with their names in the code.
import type * as z from 'zod/mini';
import type { configSchema } from './schema.ts';

export interface ConfigSettings {
  /** Milliseconds. */
  refreshMargin: number;
  /** Milliseconds. */
  maxTokenAge: number;
  /** Whether to look for a profile of the account if no rule matches a hostname. */
  discover: boolean;
  /** A command line that prints an MFA code. */
  mfaProcess: string | undefined;
  /** The NAME of `docker-credential-NAME`, which answers for hosts that are not ECR. */
  fallbackHelper: string | undefined;
  /** Variables that change which keys a credential_process gives, in addition to the fixed list. */
  processEnv: readonly string[];
}

type Written = Omit<z.infer<typeof configSchema>, 'registries'>;

const KEYS = {
  refreshMargin: 'refresh_margin',
  maxTokenAge: 'max_token_age',
  discover: 'discover',
  mfaProcess: 'mfa_process',
  fallbackHelper: 'fallback_helper',
  processEnv: 'process_env',
} as const satisfies Record<keyof ConfigSettings, keyof Written>;

/** From the file's settings, with the defaults of the schema. */
export function settingsOf(written: Written): ConfigSettings {
  return {
    refreshMargin: written.refresh_margin,
    maxTokenAge: written.max_token_age,
    discover: written.discover,
    mfaProcess: written.mfa_process,
    fallbackHelper: written.fallback_helper,
    processEnv: written.process_env ?? [],
  };
}

/** The settings that a file contains, each with the file's path. `plain`: the whole file. */
export function saidBy(plain: unknown, file: string): Partial<Record<keyof ConfigSettings, string>> {
  const keys = Object.keys(plain ?? {});
  return Object.fromEntries(
    Object.entries(KEYS).flatMap(([name, key]) => (keys.includes(key) ? [[name, file]] : [])),
  );
}
