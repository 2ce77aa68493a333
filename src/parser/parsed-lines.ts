// A parsed file as lines of JSON, so that they can be read bit by bit.
import { addToGroup, type Config, type RegistryRule } from '../config/load.ts';
import type { Section, Sections } from '../profiles/ini.ts';

/** What is read apart, by name. */
export interface Parsed {
  config: Config;
  sections: Sections;
}

/** One line each; undefined is left out. */
export const LINES: { [K in keyof Parsed]: (parsed: Parsed[K]) => Iterable<unknown> } = {
  *config({ rules, groups: _, ...settings }) {
    yield settings;
    yield* rules;
  },
  sections: (sections) => sections,
};

/** Takes the lines in their order. They were written by this very program. */
export interface Taker<T> {
  take(line: unknown): void;
  taken(): T;
}

export const TAKERS: { [K in keyof Parsed]: () => Taker<Parsed[K]> } = {
  config() {
    let settings: Omit<Config, 'rules' | 'groups'> | undefined;
    const rules: RegistryRule[] = [];
    const groups = new Map<string, RegistryRule[]>();
    return {
      take(line) {
        if (settings === undefined) {
          settings = line as Omit<Config, 'rules' | 'groups'>;
          return;
        }
        const rule = line as RegistryRule;
        rules.push(rule);
        addToGroup(groups, rule);
      },
      taken() {
        if (settings === undefined) throw new Error('no line was taken');
        return { ...settings, rules, groups };
      },
    };
  },
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
