// Finds what answers Docker for a host (helper, store or login), and entries of config.json that have no effect.
import { shellWord } from '../hint.ts';
import type { DockerConfig } from './docker-config.ts';
import { parseServerURL } from './server-url.ts';

export type Serving = Server & { faults: readonly ServingFault[] };

type Server =
  /** `helper`: the NAME of `docker-credential-NAME`. */
  | { by: 'credHelpers' | 'credsStore'; helper: string }
  /** A login in plain text under this key, in the file or in the variable DOCKER_AUTH_CONFIG. */
  | { by: 'auths' | 'DOCKER_AUTH_CONFIG'; key: string }
  | { by: 'none' };

export interface ServingFault {
  kind: 'unmatched-key' | 'wildcard-key' | 'prefixed-name' | 'other-helper' | 'plain-login';
  /** The member that is wrong, as written; `credsStore` for that setting. */
  key: string;
  /** One line. */
  message: string;
  /** The command that fixes it. */
  command: string;
  /** Whether it keeps Docker from asking this program for the host. */
  isFatal: boolean;
}

export interface Elsewhere {
  /** The store that Docker has chosen by default (`detectedStore`). */
  detectedStore?: string | undefined;
  /** The `auths` of the variable DOCKER_AUTH_CONFIG, which a CI system may set. Docker 28.3 and later read it first. */
  environmentAuths?: DockerConfig['auths'] | undefined;
}

const OURS = 'ecr-xacct';

/** `command` is absent if a setup fixes it. */
type Fault = Omit<ServingFault, 'command'> & { command?: string };

/**
 * Searches as Docker does: a helper by the bare hostname, byte for byte, then the store; a login in the file by its
 * key, then by the hostname in the key. An empty name means no helper, and no store either. `setup`: the command that
 * makes Docker ask this program for the host.
 * Source: https://github.com/docker/cli (cli/config/configfile/file.go, getConfiguredCredentialStore and
 * GetCredentialsStore; cli/config/credentials/file_store.go, Get and ConvertToHostname; cli/config/memory/store.go,
 * Get).
 */
export function servingOf(
  config: DockerConfig,
  hostname: string,
  elsewhere: Elsewhere = {},
  setup = 'ecr-xacct setup',
): Serving {
  const server = serverOf(config, hostname, elsewhere);
  const isOurs = 'helper' in server && server.helper === OURS;
  const faults = [
    // If Docker already asks this program for the host, a wrong key does no harm.
    ...(isOurs ? [] : keyFaults(config, hostname)),
    ...helperFaults(server, hostname),
    ...loginFaults(server, config, hostname, elsewhere),
  ];
  return { ...server, faults: faults.map((fault) => ({ command: setup, ...fault })) };
}

function serverOf(
  config: DockerConfig,
  hostname: string,
  { detectedStore, environmentAuths }: Elsewhere,
): Server {
  if (environmentAuths?.has(hostname)) return { by: 'DOCKER_AUTH_CONFIG', key: hostname };
  const helper = config.credHelpers.get(hostname);
  if (helper) return { by: 'credHelpers', helper };
  const store = helper === '' ? undefined : (config.credsStore ?? detectedStore);
  if (store !== undefined) return { by: 'credsStore', helper: store };
  const key = config.auths.has(hostname)
    ? hostname
    : [...config.auths.keys()].find((url) => convertToHostname(url) === hostname);
  return key !== undefined && config.auths.get(key) ? { by: 'auths', key } : { by: 'none' };
}

/** Docker's ConvertToHostname, which keeps the port. */
function convertToHostname(url: string): string {
  return (
    /^[A-Za-z][\w+.-]*:\/\/(?:[^@/?#]*@)?(?<host>[^/?#]+)/.exec(url)?.groups?.host ?? url.split('/')[0] ?? ''
  );
}

function keyFaults({ credHelpers }: DockerConfig, hostname: string): Fault[] {
  return [...credHelpers.keys()].flatMap((key): Fault[] => {
    const fault = { key, isFatal: true };
    if (key !== hostname && parseServerURL(key)?.hostname === hostname) {
      const message = `credHelpers has "${key}", which Docker never looks up: it asks for "${hostname}"`;
      return [{ ...fault, kind: 'unmatched-key', message }];
    }
    if (key.includes('*') && isWildcardFor(key, hostname)) {
      const message = `credHelpers has "${key}", but Docker knows no wildcards: it needs "${hostname}"`;
      return [{ ...fault, kind: 'wildcard-key', message }];
    }
    return [];
  });
}

function isWildcardFor(key: string, hostname: string): boolean {
  const [start = '', ...rest] = convertToHostname(key).toLowerCase().split('*');
  const end = rest.pop() ?? '';
  if (!hostname.startsWith(start) || !hostname.endsWith(end)) return false;
  // The first match of each part leaves the longest rest for the next parts.
  let at = start.length;
  for (const part of rest) {
    const found = hostname.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at + end.length <= hostname.length;
}

function helperFaults(server: Server, hostname: string): Fault[] {
  if (!('helper' in server)) return [];
  const { by, helper } = server;
  const fault = { key: by === 'credsStore' ? by : hostname, isFatal: true };
  const where = by === 'credsStore' ? 'credsStore' : `credHelpers["${hostname}"]`;
  if (/(?:^|\/)docker-credential-/.test(helper)) {
    const message = `${where} is "${helper}", so Docker looks for docker-credential-${helper}: it adds the prefix itself`;
    return [{ ...fault, kind: 'prefixed-name', message }];
  }
  if (helper === 'ecr-login') {
    const message = `${where} is "ecr-login": Amazon's helper answers, by one and the same identity for every registry`;
    return [{ ...fault, kind: 'other-helper', message }];
  }
  return [];
}

/** A login beside a helper is not fatal: Docker reads it only if no helper is set for the host. */
function loginFaults(
  server: Server,
  config: DockerConfig,
  hostname: string,
  { environmentAuths }: Elsewhere,
): Fault[] {
  const faults: Fault[] = [];
  if (server.by === 'DOCKER_AUTH_CONFIG' && environmentAuths !== undefined) {
    const message = `DOCKER_AUTH_CONFIG has a login for ${hostname}, which comes before every helper; ECR's expire after 12 hours`;
    faults.push({
      kind: 'plain-login',
      key: hostname,
      message,
      command: 'unset DOCKER_AUTH_CONFIG',
      isFatal: true,
    });
  }
  for (const [key, isCredential] of config.auths) {
    if (!isCredential || (parseServerURL(key)?.hostname !== hostname && convertToHostname(key) !== hostname))
      continue;
    const isUsed = server.by === 'auths' && server.key === key;
    const message = isUsed
      ? `the login "${key}" in auths, in plain text, is all that Docker has; ECR's expire after 12 hours`
      : `auths has an old login "${key}", in plain text; Docker does not use it`;
    // `docker logout HOST` also removes http://HOST and https://HOST. Any other key is removed only by its exact text.
    const logout = `docker logout ${shellWord(/^https?:\/\/[^/]+$/.test(key) ? hostname : key)}`;
    const command = !isUsed && isTakenOutByLogout(config, key) ? { command: logout } : {};
    faults.push({ kind: 'plain-login', key, message, ...command, isFatal: isUsed });
  }
  return faults;
}

/**
 * `docker logout` removes a login from the file only after the helper of that key has erased it. If the helper reports
 * that it has none (as osxkeychain does), it exits with 0 and the login stays. Tested with 28.2.
 * Source: docker/cli (cli/config/credentials/native_store.go, Erase).
 */
function isTakenOutByLogout({ credHelpers, credsStore }: DockerConfig, key: string): boolean {
  const helper = credHelpers.get(key) ?? credsStore;
  return !helper || helper === OURS;
}
