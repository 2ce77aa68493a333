// Who serves a host: this program, the fallback helper that the config names, or none.
import type { SharedConfigReader } from '../config/config-reader.ts';
import type { Config } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { FALLBACK_MARK } from '../docker/fallback/fallback.ts';
import {
  hostnamesIn,
  isPlainServerURL,
  parseServerURL,
  type ServerURL,
  shownServerURL,
} from '../docker/server-url.ts';
import { XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';

export type ServedBy = (ServerURL & { by: 'us' }) | ServedByFallback | { by: 'none' };

export interface ServedByFallback {
  by: 'fallback';
  /** The NAME of `docker-credential-NAME`. */
  name: string;
  /** Where that is written. */
  configFile: string | undefined;
}

/**
 * `asked`: the server URL as Docker spells it. The fallback helper is not asked where the host is ours to some parser, nor where
 * it is the one that asks. The config is not read for ECR's own names: whatever state it is in, those are ours.
 * @throws XacctError where the config is needed and cannot be read.
 */
export async function servedBy(
  asked: string,
  env: Environment,
  readConfig: SharedConfigReader,
): Promise<ServedBy> {
  const url = parseServerURL(asked);
  if (url !== undefined && parseRegistry(url.hostname) !== undefined) return { by: 'us', ...url };
  const mayFallBack = !env[FALLBACK_MARK] && isPlainServerURL(asked);
  const hostnames = hostnamesIn(asked);
  if (hostnames.some((hostname) => parseRegistry(hostname) !== undefined)) return { by: 'none' };
  if (url === undefined && !mayFallBack) return { by: 'none' };
  try {
    const config = await readConfig(env);
    if (url !== undefined && isOurs(url.hostname, config)) return { by: 'us', ...url };
    const { fallbackHelper: name, saidBy } = config;
    const isForeign = mayFallBack && !hostnames.some((hostname) => isOurs(hostname, config));
    if (name === undefined || !isForeign) return { by: 'none' };
    return { by: 'fallback', name, configFile: saidBy.fallbackHelper };
  } catch (error) {
    throw forHostname(asked, error);
  }
}

/** ECR's hostnames, and those that the config maps. */
export function isOurs(hostname: string, config: Config): boolean {
  return parseRegistry(hostname) !== undefined || matchRule(config, hostname) !== undefined;
}

/** Whether anyone may pull from the registry, and nothing says who to be there: no failure may keep Docker from it. */
export function isPublicByDefault(hostname: string, config: Config, env: Environment): boolean {
  return (
    parseRegistry(hostname)?.service === 'ecr-public' &&
    matchRule(config, hostname) === undefined &&
    !env.ECR_XACCT_PROFILE
  );
}

/** `hostname`: as it was asked for, where that is no hostname. A failure of the program itself stays as it is. */
export function forHostname(hostname: string, error: unknown): unknown {
  return error instanceof XacctError ? error.prefixed(shownServerURL(hostname)) : error;
}
