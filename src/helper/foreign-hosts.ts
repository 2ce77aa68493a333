// The answers of the fallback helper, for the hosts that it serves.
import { childEnvironment, WholeEnvironmentNeeded } from '../caller-environment.ts';
import type { SharedConfigReader } from '../config/config-reader.ts';
import { type AskFallback, FALLBACK_MARK, type FallbackRequest } from '../docker/fallback/fallback.ts';
import type { Answer } from '../docker/messages.ts';
import { hostnamesIn, isPlainServerURL } from '../docker/server-url.ts';
import { errorLine } from '../errors.ts';
import type { Environment } from '../invocation.ts';
import { withoutGivenSecrets } from './given-secrets.ts';
import { forHostname, isOurs, type ServedByFallback, servedBy } from './served-by.ts';

export interface ForeignDeps {
  readConfig: SharedConfigReader;
  /** Asks the helper of that name. */
  fallback: AskFallback;
}

/** @throws XacctError of the fallback helper, with the server URL added; WholeEnvironmentNeeded. */
export async function askFallback(
  { fallback }: ForeignDeps,
  { name, configFile }: ServedByFallback,
  ServerURL: string,
  asked: Pick<FallbackRequest, 'action' | 'input' | 'env'>,
): Promise<Answer> {
  try {
    return await fallback({ name, configFile, ...asked, env: childEnvironment(asked.env) });
  } catch (error) {
    throw forHostname(ServerURL, withoutGivenSecrets(error, name, ServerURL, asked));
  }
}

/** Undefined if the fallback helper does not serve the host. @throws WholeEnvironmentNeeded */
export async function eraseElsewhere(
  deps: ForeignDeps,
  ServerURL: string,
  input: string,
  env: Environment,
): Promise<Answer | undefined> {
  try {
    const server = await servedBy(ServerURL, env, deps.readConfig);
    if (server.by !== 'fallback') return undefined;
    return await askFallback(deps, server, ServerURL, { action: 'erase', input, env });
  } catch (error) {
    if (error instanceof WholeEnvironmentNeeded) throw error;
    // Not on stderr: `docker logout` erases four spellings, of which three were never stored. It shows the errors only
    // if all fail.
    return { outcome: 'quiet-failure', text: errorLine(error) };
  }
}

/**
 * Server URL → username, as the fallback helper lists them, without our own hosts. Empty if the helper fails, so that
 * Docker still gets our credentials.
 * @throws WholeEnvironmentNeeded
 */
export async function listElsewhere(
  { readConfig, fallback }: ForeignDeps,
  env: Environment,
): Promise<[string, string][]> {
  try {
    const config = await readConfig(env);
    const { fallbackHelper: name, saidBy } = config;
    if (name === undefined || env[FALLBACK_MARK]) return [];
    const asked = { action: 'list', input: 'unused', env: childEnvironment(env) } as const;
    const { outcome, text } = await fallback({ name, configFile: saidBy.fallbackHelper, ...asked });
    const usernames: unknown = outcome === 'success' ? JSON.parse(text) : undefined;
    if (typeof usernames !== 'object' || usernames === null) return [];
    return Object.entries(usernames).filter(
      ([ServerURL, username]) =>
        typeof username === 'string' &&
        isPlainServerURL(ServerURL) &&
        !hostnamesIn(ServerURL).some((hostname) => isOurs(hostname, config)),
    );
  } catch (error) {
    if (error instanceof WholeEnvironmentNeeded) throw error;
    return [];
  }
}
