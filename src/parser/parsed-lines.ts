// A parsed file as lines of JSON, so that it can be read in pieces.
import { addToGroup, type Config, type RegistryRule } from '../config/load.ts';
import type { Section, Sections } from '../profiles/ini.ts';

/** The types of files that another process parses, by name. */
export interface Parsed {
  config: Config;
  'system-config': Config;
  sections: Sections;
}

/** One line for each value; undefined values are left out. */
export const LINES: { [K in keyof Parsed]: (parsed: Parsed[K]) => Iterable<unknown> } = {
  config: configLines,
  'system-config': configLines,
  sections: (sections) => sections,
};

/** All rules have the same path, so it is left out. */
function* configLines({ rules, groups: _, ...settings }: Config): Generator<unknown> {
  yield settings;
  for (const { file: _file, ...rule } of rules) yield rule;
}

/** Takes the lines in order. This same program wrote them. */
export interface Taker<T> {
  take(line: unknown): void;
  taken(): T;
}

export const TAKERS: { [K in keyof Parsed]: () => Taker<Parsed[K]> } = {
  config: configTaker,
  'system-config': configTaker,
  sections() {
    const sections = new Map<string, Section>();
    return {
      take(line) {
        const [header, section] = line as [string, Section];
        sections.set(header, section);
      },
      taken: () => sections,
    };
  },
};

function configTaker(): Taker<Config> {
  let settings: Omit<Config, 'rules' | 'groups'> | undefined;
  const rules: RegistryRule[] = [];
  const groups = new Map<string, RegistryRule[]>();
  return {
    take(line) {
      if (settings === undefined) {
        settings = line as Omit<Config, 'rules' | 'groups'>;
        return;
      }
      const rule = { file: settings.file ?? '', ...(line as Omit<RegistryRule, 'file'>) };
      rules.push(rule);
      addToGroup(groups, rule);
    },
    taken() {
      if (settings === undefined) throw new Error('no line was taken');
      return { ...settings, rules, groups: [groups] };
    },
  };
}
