// What the fallback helper answers, for the hosts that it serves.
import type { Config } from '../config/load.ts';
import { type AskFallback, FALLBACK_MARK, type FallbackRequest } from '../docker/fallback/fallback.ts';
import type { Answer } from '../docker/messages.ts';
import { hostnamesIn, isPlainServerURL } from '../docker/server-url.ts';
import { errorLine } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { forHostname, isOurs, type ServedByFallback, servedBy } from './served-by.ts';

export interface ForeignDeps {
  readConfig: (env: Environment) => Config;
  /** Asks the helper of that name. */
  fallback: AskFallback;
}

/** @throws XacctError whatever the fallback helper's failure is, with the server URL. */
export async function askFallback(
  { fallback }: ForeignDeps,
  { name, configFile }: ServedByFallback,
  ServerURL: string,
  request: Pick<FallbackRequest, 'action' | 'input' | 'env'>,
): Promise<Answer> {
  try {
    return await fallback({ name, configFile, ...request });
  } catch (error) {
    throw forHostname(ServerURL, error);
  }
}

/** Undefined where the fallback helper does not serve it. Never throws. */
export async function eraseElsewhere(
  deps: ForeignDeps,
  ServerURL: string,
  input: string,
  env: Environment,
): Promise<Answer | undefined> {
  try {
    const server = servedBy(ServerURL, env, deps.readConfig);
    if (server.by !== 'fallback') return undefined;
    return await askFallback(deps, server, ServerURL, { action: 'erase', input, env });
  } catch (error) {
    // Not for stderr: `docker logout` erases four spellings, of which three were never stored, and shows what it was told
    // only where all have failed.
    return { outcome: 'quiet-failure', text: errorLine(error) };
  }
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
