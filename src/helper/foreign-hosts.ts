// What is answered for hosts that are not ours: by the fallback helper that the config names, where there is one.
import type { Config } from '../config/load.ts';
import { matchRule } from '../config/match.ts';
import { type AskFallback, FALLBACK_MARK } from '../docker/fallback/fallback.ts';
import type { Action, Answer, Credential } from '../docker/messages.ts';
import { hostnamesIn, isPlainServerURL } from '../docker/server-url.ts';
import { errorLine, XacctError } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { forHostname } from './for-hostname.ts';

export interface ForeignDeps {
  readConfig: (env: Environment) => Config;
  /** Asks the helper of that name. */
  fallback: AskFallback;
}

interface ForeignRequest {
  action: Action;
  ServerURL: string;
  /** What Docker gave, for the other helper's stdin. */
  input: string;
  env: Environment;
}

/**
 * What the fallback helper answers. Undefined where it must not be asked, because the host is ours, or may be to some
 * parser; or because it is the one that asks; and where there is none.
 * @throws XacctError where the config cannot be read, and whatever the fallback helper's failure is.
 */
export async function askFallback(
  { readConfig, fallback }: ForeignDeps,
  { action, ServerURL, input, env }: ForeignRequest,
): Promise<Answer | undefined> {
  if (env[FALLBACK_MARK] || !isPlainServerURL(ServerURL)) return undefined;
  const hostnames = hostnamesIn(ServerURL);
  // Before the config is read: for ECR's own names its state is no matter.
  if (hostnames.some((hostname) => parseRegistry(hostname) !== undefined)) return undefined;
  try {
    const config = readConfig(env);
    const { fallbackHelper: name, file: configFile } = config;
    if (name === undefined || hostnames.some((hostname) => isOurs(hostname, config))) return undefined;
    return await fallback({ name, configFile, action, input, env });
  } catch (error) {
    throw forHostname(ServerURL, error);
  }
}

/** @throws XacctError where nobody keeps it. */
export async function storeElsewhere(
  deps: ForeignDeps,
  given: Credential,
  env: Environment,
): Promise<Answer> {
  const { ServerURL } = given;
  // Written anew: what we read in it is all that the other helper can read in it.
  const input = `${JSON.stringify(given)}\n`;
  const theirs = await askFallback(deps, { action: 'store', ServerURL, input, env });
  if (theirs !== undefined) return theirs;
  throw new XacctError(
    'protocol',
    `${ServerURL}: not an ECR registry and not in the config, so its login is not kept`,
    {
      hint: {
        say: 'name this helper only for ECR registries, under "credHelpers" in Docker\'s config.json, or name one that keeps the others as fallback_helper in config.yaml',
      },
    },
  );
}

/** Undefined as for `askFallback`. Never throws. */
export async function eraseElsewhere(
  deps: ForeignDeps,
  ServerURL: string,
  input: string,
  env: Environment,
): Promise<Answer | undefined> {
  try {
    return await askFallback(deps, { action: 'erase', ServerURL, input, env });
  } catch (error) {
    // Not for stderr: `docker logout` erases four spellings, of which three were never stored, and shows what it was told
    // only where all have failed.
    return { outcome: 'quiet-failure', text: errorLine(error) };
  }
}

/** ECR's hostnames, and those that the config maps. */
export function isOurs(hostname: string, config: Config): boolean {
  return parseRegistry(hostname) !== undefined || matchRule(config, hostname) !== undefined;
}

/**
 * Server URL → user name, as the fallback helper lists them; without what is ours, which it does not answer for. Empty
 * where it fails: that must not cost Docker the credentials that we have.
 */
export async function listElsewhere(
  { readConfig, fallback }: ForeignDeps,
  env: Environment,
): Promise<[string, string][]> {
  try {
    const config = readConfig(env);
    const { fallbackHelper: name, file: configFile } = config;
    if (name === undefined || env[FALLBACK_MARK]) return [];
    const { outcome, text } = await fallback({ name, configFile, action: 'list', input: 'unused', env });
    const usernames: unknown = outcome === 'success' ? JSON.parse(text) : undefined;
    if (typeof usernames !== 'object' || usernames === null) return [];
    return Object.entries(usernames).filter(
      ([ServerURL, username]) =>
        typeof username === 'string' &&
        isPlainServerURL(ServerURL) &&
        !hostnamesIn(ServerURL).some((hostname) => isOurs(hostname, config)),
    );
  } catch {
    return [];
  }
}
