// Decides who serves a host: this program, the fallback helper of the config, or none.
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
  /** The file that names it. */
  configFile: string | undefined;
}

/**
 * `asked`: the server URL as Docker spells it. The fallback helper is not asked if any parser reads a host of ours in
 * it, or if that helper itself asks. ECR's own hostnames are ours without reading the config, even if the config is
 * broken.
 * @throws XacctError if the config is needed and cannot be read.
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

/**
 * Whether the registry is public and nothing names an identity for it: then no failure may keep Docker from pulling.
 */
export function isPublicByDefault(hostname: string, config: Config, env: Environment): boolean {
  return (
    parseRegistry(hostname)?.service === 'ecr-public' &&
    matchRule(config, hostname) === undefined &&
    !env.ECR_XACCT_PROFILE
  );
}

/** Adds `hostname`, or the text that was asked for instead of one. Internal errors are unchanged. */
export function forHostname(hostname: string, error: unknown): unknown {
  return error instanceof XacctError ? error.prefixed(shownServerURL(hostname)) : error;
}
