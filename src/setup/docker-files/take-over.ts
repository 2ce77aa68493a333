// Changes the text of a config.json so that a credential helper serves registries, and reverses that.
import { parseDockerConfig } from '../../docker/docker-config.ts';
import { parseServerURL } from '../../docker/server-url.ts';
import { deleteFromDockerConfig, putInDockerConfig, valueInDockerConfig } from './docker-config-edit.ts';

/** One changed member. */
export interface MemberEdit {
  path: string[];
  /** Its new value; null if it was removed. */
  now: string | null;
  /** Its old value; null if there was none, or it was a credential. */
  was: string | null;
}

export interface TakenOver {
  text: string;
  edits: MemberEdit[];
  /** Hostname → its former helper. */
  replaced: ReadonlyMap<string, string>;
}

export interface TakeOver {
  hosts: readonly string[];
  /** Whether this helper should no longer have a key of `credHelpers`. */
  dropped?: (url: string) => boolean;
  /** The NAME of `docker-credential-NAME`. */
  helper: string;
  /** A `credHelpers` entry for each host, the `credsStore` for all, or only the removal of old logins. */
  by: 'credHelpers' | 'credsStore' | 'removal';
  /** The store that Docker detected by itself: it must be written, because Docker detects none if there is an entry. */
  detectedStore?: string | undefined;
  /** The changes of earlier setups: a dropped registry gets its former helper again. */
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
  // A classic `docker build` asks once for each entry.
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
  // Docker would still send a stored login of these hosts, in any spelling, long after it expired.
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
  /** Members that were changed since: they are kept. */
  kept: readonly string[];
}

/**
 * Reverses edits in a text that other programs may have changed meanwhile. `original` is the text before the edits:
 * only it has the removed logins. Without it they are not restored.
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
