// Hands registries over to a credential helper in the text of a config.json, and back again.
import { parseDockerConfig } from '../../docker/docker-config.ts';
import { parseServerURL } from '../../docker/server-url.ts';
import { deleteFromDockerConfig, putInDockerConfig, valueInDockerConfig } from './docker-config-edit.ts';

/** One member that was changed. */
export interface MemberEdit {
  path: string[];
  /** What is there now; null where the member was taken out. */
  now: string | null;
  /** What was there; null where nothing did, or a credential. */
  was: string | null;
}

export interface TakenOver {
  text: string;
  edits: MemberEdit[];
  /** Hostname → the helper that answered for it so far. */
  replaced: ReadonlyMap<string, string>;
}

export interface TakeOver {
  hosts: readonly string[];
  /** Whether a key of `credHelpers` is no longer to be this helper's. */
  dropped?: (url: string) => boolean;
  /** The NAME of `docker-credential-NAME`. */
  helper: string;
  /** For each host a `credHelpers` entry, the `credsStore` for all, or nothing but the removal of old logins. */
  by: 'credHelpers' | 'credsStore' | 'removal';
  /** The store that Docker has chosen by itself so far: it is written down, for an entry ends that. */
  detectedStore?: string | undefined;
  /** What earlier setups have changed: another helper comes back to what is dropped. */
  earlier?: readonly MemberEdit[] | undefined;
}

/** @throws XacctError `docker-config` */
export function takeOver(
  text: string,
  { hosts, dropped = () => false, helper, by, detectedStore, earlier = [] }: TakeOver,
  file: string,
): TakenOver {
  const { credHelpers, credsStore, auths } = parseDockerConfig(text, file);
  const edits: MemberEdit[] = [];
  const replaced = new Map<string, string>();
  if (by === 'credsStore' && credsStore !== helper) {
    edits.push({ path: ['credsStore'], now: helper, was: credsStore ?? null });
  }
  // Each entry is one more question of a classic `docker build`.
  const isNeedless = ([host, other]: [string, string]) =>
    by === 'credsStore' && (other === helper || hosts.includes(host));
  for (const [host, other] of credHelpers) {
    const isDropped = other === helper && dropped(host);
    if (!isDropped && !isNeedless([host, other])) continue;
    const was = earlier.find(({ path, now }) => now === helper && path[1] === host)?.was;
    edits.push({ path: ['credHelpers', host], now: (isDropped ? was : undefined) ?? null, was: other });
    if (other !== helper) replaced.set(host, other);
  }
  if (by === 'credHelpers' && credsStore === undefined && detectedStore !== undefined) {
    edits.push({ path: ['credsStore'], now: detectedStore, was: null });
  }
  const isStore = credsStore === helper;
  for (const host of by === 'credHelpers' ? hosts : []) {
    const other = credHelpers.get(host);
    if (other === helper || (other === undefined && isStore)) continue;
    if (other !== undefined) replaced.set(host, other);
    edits.push({ path: ['credHelpers', host], now: helper, was: other ?? null });
  }
  // A login of the hosts, in whatever spelling, would go on being sent, long expired.
  for (const [url, isCredential] of auths) {
    const hostname = parseServerURL(url)?.hostname;
    if (isCredential && hostname !== undefined && hosts.includes(hostname)) {
      edits.push({ path: ['auths', url], now: null, was: null });
    }
  }
  let edited = text;
  for (const { path, now } of edits) edited = putInDockerConfig(edited, path, now ?? undefined, file);
  if (credHelpers.size > 0 && isEmptyObject(valueInDockerConfig(edited, ['credHelpers'], file))) {
    edited = deleteFromDockerConfig(edited, ['credHelpers'], file);
  }
  return { text: edited, edits, replaced };
}

export interface HandedBack {
  text: string;
  /** Members that have been changed since: they stay. */
  kept: readonly string[];
}

/**
 * Reverses edits in a text that others may have changed meanwhile. `original` is the text before them, which alone has the
 * logins that were taken out; without it they stay out.
 * @throws XacctError `docker-config`
 */
export function handBack(
  text: string,
  edits: readonly MemberEdit[],
  original: string | undefined,
  file: string,
): HandedBack {
  const kept: string[] = [];
  let edited = text;
  for (const { path: names, now, was } of edits) {
    const path = names;
    const current = valueInDockerConfig(edited, path, file);
    const old =
      was ?? (now === null && original !== undefined ? valueInDockerConfig(original, path, file) : undefined);
    if (current === (now ?? undefined)) edited = putInDockerConfig(edited, path, old, file);
    else if (current !== old) kept.push(names.join('.'));
  }
  for (const name of ['credHelpers', 'auths'] as const) {
    const isOriginal = original !== undefined && valueInDockerConfig(original, [name], file) !== undefined;
    if (isEmptyObject(valueInDockerConfig(edited, [name], file)) && !isOriginal) {
      edited = deleteFromDockerConfig(edited, [name], file);
    }
  }
  return { text: edited, kept };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
