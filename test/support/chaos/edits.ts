// Changes of the users' files: each leads from one content to the next.

import type { Random } from '../random.ts';
import type { HomeName, Keys, ROLES, UserName } from './cast.ts';
import { firstHomes, type Home, type Homes, PATTERNS, type PatternName } from './homes.ts';

/** One change of one home, by an editor. */
export type Edit = { home: HomeName } & (
  | { change: 'rule'; pattern: PatternName; profile: string }
  | { change: 'no rule'; pattern: PatternName }
  | { change: 'role'; profile: string; role: keyof typeof ROLES }
  /** The profile gets this user's present keys. */
  | { change: 'keys'; profile: string; user: UserName }
  | { change: 'no profile'; profile: string }
  | { change: 'profile again'; profile: string }
  | { change: 'broken config' | 'broken profiles' | 'all readable' }
);

/** The homes after an edit. */
export function edited(homes: Homes, edit: Edit, keys: Keys): Homes {
  return { ...homes, [edit.home]: editedHome(homes[edit.home], edit, firstHomes(keys)[edit.home], keys) };
}

function editedHome(home: Home, edit: Edit, first: Home, keys: Keys): Home {
  const { profiles, rules, broken } = home;
  switch (edit.change) {
    case 'rule':
      return { ...home, rules: { ...rules, [edit.pattern]: edit.profile } };
    case 'no rule':
      return { ...home, rules: without(rules, edit.pattern) };
    case 'role': {
      const known = profiles[edit.profile];
      const source = known !== undefined && 'source' in known ? known.source : 'dev';
      return { ...home, profiles: { ...profiles, [edit.profile]: { role: edit.role, source } } };
    }
    case 'keys':
      return { ...home, profiles: { ...profiles, [edit.profile]: { keys: keys.of(edit.user) } } };
    case 'no profile':
      return { ...home, profiles: without(profiles, edit.profile) };
    case 'profile again': {
      const settings = first.profiles[edit.profile];
      return settings === undefined ? home : { ...home, profiles: { ...profiles, [edit.profile]: settings } };
    }
    case 'broken config':
      return { ...home, broken: { ...broken, config: true } };
    case 'broken profiles':
      return { ...home, broken: { ...broken, profiles: true } };
    case 'all readable':
      return { ...home, broken: { config: false, profiles: false } };
  }
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** Chooses the next change: it is likely to correct a broken file, or to restore a missing one. */
export function someEdit(random: Random, homes: Homes, first: Homes): Edit {
  const home = random.pick(['one', 'one', 'two'] as const);
  const { profiles, broken } = homes[home];
  if (broken.config || broken.profiles) return { home, change: 'all readable' };
  const lost = Object.keys(first[home].profiles).filter((name) => !(name in profiles));
  if (lost.length > 0 && random.chance(0.6)) {
    return { home, change: 'profile again', profile: random.pick(lost) };
  }
  const names = Object.keys(profiles);
  const pattern = random.pick(Object.keys(PATTERNS) as PatternName[]);
  const withKeys = names.filter((name) => 'keys' in (profiles[name] ?? {}) && name !== 'denied');
  const withRole = names.filter((name) => 'role' in (profiles[name] ?? {}));
  const weights = {
    rule: 8,
    'no rule': 2,
    role: 4,
    keys: 4,
    'no profile': 2,
    'broken config': 1,
    'broken profiles': 1,
  };
  const change = random.weighted(weights);
  switch (change) {
    case 'rule':
      return { home, change, pattern, profile: random.chance(0.1) ? 'gone' : random.pick(names) };
    case 'no rule':
      return { home, change, pattern };
    case 'role': {
      if (withRole.length === 0) return { home, change: 'all readable' };
      const role = random.pick(['pull', 'push', 'found', 'untrusting'] as const);
      return { home, change, profile: random.pick(withRole), role };
    }
    case 'keys': {
      if (withKeys.length === 0) return { home, change: 'all readable' };
      return { home, change, profile: random.pick(withKeys), user: random.pick(['dev', 'ops', 'work']) };
    }
    case 'no profile':
      // Without the last profile, no identity would be left.
      if (names.length < 3) return { home, change: 'all readable' };
      return { home, change, profile: random.pick(names) };
    default:
      return { home, change };
  }
}
