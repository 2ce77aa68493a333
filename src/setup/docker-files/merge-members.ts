// Applies the changes between two texts of a config.json to a third text, member by member.
import { isDeepStrictEqual } from 'node:util';
import { type JsonPath, putInDockerConfig, valueInDockerConfig } from './docker-config-edit.ts';

/**
 * The text `current` with every change from `base` to `wanted`: of a login, a helper, a setting. `file` is its path,
 * for messages. @throws XacctError `docker-config` if one of them is not a config.json.
 */
export function mergeMembers(base: string, wanted: string, current: string, file: string): string {
  const before = valueInDockerConfig(base, [], file);
  const after = valueInDockerConfig(wanted, [], file);
  return changedMembers(before, after).reduce(
    (text, path) => putInDockerConfig(text, path, valueInDockerConfig(wanted, path, file), file),
    current,
  );
}

/** By name; in objects such as `auths` and `credHelpers` by the names inside them. */
function changedMembers(before: unknown, after: unknown, depth = 2): JsonPath[] {
  const [old, now] = [membersOf(before), membersOf(after)];
  if (
    depth === 0 ||
    (before !== undefined && old === undefined) ||
    (after !== undefined && now === undefined)
  ) {
    return isDeepStrictEqual(before, after) ? [] : [[]];
  }
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
  return [...names].flatMap((name) =>
    changedMembers(old?.[name], now?.[name], depth - 1).map((path) => [name, ...path]),
  );
}

function membersOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
