// A rule in setup's notes for undo: its profile, or all of it as JSON if it has more settings.
import { isSetting, putRule, ruleIn, takeRule, type WrittenRule } from '../config/edit-rule.ts';
import type { Edit } from './state.ts';

/** `was`: with the key as the file spells it. */
export function ruleEdit(
  key: string,
  was: { key: string; rule: WrittenRule } | undefined,
  now: WrittenRule | undefined,
): Edit {
  return { path: ['registries', was?.key ?? key], now: noted(now), was: noted(was?.rule) };
}

function noted(rule: WrittenRule | undefined): string | null {
  if (rule === undefined) return null;
  const { profile, ...more } = rule;
  const isPlain = typeof profile === 'string' && Object.keys(more).length === 0 && !profile.startsWith('{');
  return isPlain ? profile : settingsText(rule);
}

/** JSON, the same for the same settings in any order. */
export function settingsText(rule: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(rule).toSorted()));
}

/**
 * Whether the rule has more settings than its profile, before or after the edit: `setup` itself writes no such rules.
 */
export function saysMoreThanProfile({ path: [section], now, was }: Edit): boolean {
  return section === 'registries' && [now, was].some((note) => note?.startsWith('{'));
}

/** The text with the old rule, if the rule is still as the edit left it. @throws XacctError `config-invalid` */
export function undoRule(text: string, { path: [, key = ''], now, was }: Edit, file: string): string {
  const found = ruleIn(text, key, file);
  if (noted(found?.rule) !== now) return text;
  const before = was === null ? undefined : ruleNoted(was);
  return before === undefined ? takeRule(text, key, file) : putRule(text, key, before, file);
}

function ruleNoted(note: string): WrittenRule {
  if (!note.startsWith('{')) return { profile: note };
  const rule: unknown = JSON.parse(note);
  if (typeof rule !== 'object' || rule === null) return { profile: note };
  return Object.fromEntries(
    Object.entries(rule).filter((entry): entry is [string, string | number | true] => isSetting(entry[1])),
  );
}
