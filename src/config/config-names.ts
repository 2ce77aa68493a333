// Collects names in config.yaml (profiles, regions, another helper), even if the file has other faults.
import { parseRegistry } from '../registry/ecr-hostname.ts';
import { parsePattern } from './pattern.ts';

export interface Named {
  name: string;
  /** The key under which the name is, as written. */
  key: string;
  /** `FILE:LINE:COLUMN`. */
  place: string;
}

export interface ConfigNames {
  /** The number of rules. */
  rules: number;
  profiles: readonly (Named & { isSource: boolean })[];
  regions: readonly Named[];
  fallbackHelper: Named | undefined;
}

/** `placeOf`: the place of the last key of a path. */
export function configNames(plain: unknown, placeOf: (path: readonly PropertyKey[]) => string): ConfigNames {
  const { registries, fallback_helper: helper } = isObject(plain) ? plain : {};
  const rules = isObject(registries) ? Object.entries(registries) : [];
  const textsOf = (key: string, rule: unknown, name: string): Named[] => {
    const value = isObject(rule) ? rule[name] : undefined;
    return typeof value === 'string' ? [{ name: value, key, place: placeOf(['registries', key]) }] : [];
  };
  return {
    rules: rules.length,
    profiles: rules.flatMap(([key, rule]) => [
      ...textsOf(key, rule, 'profile').map((named) => ({ ...named, isSource: false })),
      ...textsOf(key, rule, 'source_profile').map((named) => ({ ...named, isSource: true })),
    ]),
    regions: rules.flatMap(([key, rule]) => [
      ...regionOf(key).map((name) => ({ name, key, place: placeOf(['registries', key]) })),
      ...textsOf(key, rule, 'region'),
      ...textsOf(key, rule, 'registry').flatMap((named) =>
        regionOf(named.name).map((name) => ({ ...named, name })),
      ),
    ]),
    fallbackHelper:
      typeof helper === 'string'
        ? { name: helper, key: 'fallback_helper', place: placeOf(['fallback_helper']) }
        : undefined,
  };
}

/** The region in a hostname or a pattern; none if it has none. */
function regionOf(key: string): string[] {
  const pattern = parsePattern(key);
  const region = pattern?.rank === 'exact' ? parseRegistry(pattern.hostname)?.region : pattern?.region;
  return region === undefined ? [] : [region];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
