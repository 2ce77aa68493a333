// The names that completion offers: registries and profiles that this machine knows.
import { askOwnDaemon, readStatus } from '../../client/ask-own-daemon.ts';
import { dockerConfigPath, parseDockerConfig } from '../../docker/docker-config.ts';
import { shellWord } from '../../hint.ts';
import type { Environment, Invocation } from '../../invocation.ts';
import { homeFolder } from '../../os/home-folder.ts';
import { readSmallFile } from '../../os/small-file.ts';
import { createProfileReader } from '../../profiles/profiles.ts';

/** A daemon answers in a millisecond. A key press must not wait for a daemon that hangs. */
const DAEMON_TIMEOUT_MS = 300;

/** From the daemon's memory, the config's rules and Docker's config. */
export async function knownHosts(invocation: Invocation): Promise<string[]> {
  const sources = await Promise.all([
    noneIfItFails(() => daemonHosts(invocation)),
    noneIfItFails(() => ruleHosts(invocation.env)),
    noneIfItFails(async () => dockerHosts(invocation.env)),
  ]);
  return words(sources.flat());
}

/** From ~/.aws/config and ~/.aws/credentials. */
export async function knownProfiles(env: Environment): Promise<string[]> {
  return words(await noneIfItFails(async () => createProfileReader()(env).names));
}

/** Other commands report what is broken. */
function noneIfItFails(read: () => Promise<readonly string[]>): Promise<readonly string[]> {
  return read().catch(() => []);
}

/** A shell inserts the names unquoted, so names with characters that are special to a shell are left out. */
function words(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => shellWord(name) === name).sort();
}

async function daemonHosts(invocation: Invocation): Promise<string[]> {
  const text = await askOwnDaemon(invocation, 'status', { timeoutMs: DAEMON_TIMEOUT_MS });
  if (text === undefined) return [];
  const { tokens, failures, logins } = readStatus(text);
  return [...tokens, ...failures].flatMap(({ hostnames }) => hostnames).concat(logins);
}

async function ruleHosts(env: Environment): Promise<string[]> {
  const { createConfigReader } = await import('../../config/config-reader.ts');
  return createConfigReader()(env).rules.flatMap(({ pattern }) =>
    pattern.rank === 'exact' ? [pattern.hostname] : [],
  );
}

/** The keys of `credHelpers` that name this program. */
function dockerHosts(env: Environment): string[] {
  const path = dockerConfigPath(env, homeFolder(env) ?? '/');
  const { credHelpers } = parseDockerConfig(readSmallFile(path), path);
  return [...credHelpers].flatMap(([host, helper]) => (helper === 'ecr-xacct' ? [host] : []));
}
