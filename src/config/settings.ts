// What config.yaml says besides rules, by the names that the code has for it.
import type * as z from 'zod/mini';
import type { configSchema } from './schema.ts';

export interface ConfigSettings {
  /** Milliseconds. */
  refreshMargin: number;
  /** Milliseconds. */
  maxTokenAge: number;
  /** Whether a profile of the account is looked for where no rule covers a hostname. */
  discover: boolean;
  /** A command line that prints an MFA code. */
  mfaProcess: string | undefined;
  /** The NAME of `docker-credential-NAME`, which answers for hosts that are not ECR. */
  fallbackHelper: string | undefined;
  /** Variables by which a credential_process chooses whose keys it gives, besides those that always count. */
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

/** As the schema has filled them in. */
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

/** The settings that a file says itself, each with its path; `plain` is all of the file. */
export function saidBy(plain: unknown, file: string): Partial<Record<keyof ConfigSettings, string>> {
  const keys = Object.keys(plain ?? {});
  return Object.fromEntries(
    Object.entries(KEYS).flatMap(([name, key]) => (keys.includes(key) ? [[name, file]] : [])),
  );
}
