// Parses an AWS config or credentials file, by the rules of Python's configparser, which the AWS CLI uses.
import { XacctError } from '../errors.ts';
import { command } from '../hint.ts';
import { withoutByteOrderMark } from '../os/file-cache.ts';

export type Settings = Readonly<Record<string, string>>;

export interface Section {
  /** The line of its header, from 1. */
  line: number;
  /** Option names are in lower case. A nested option is `NAME.OPTION`; its NAME is present, too, and empty. */
  settings: Settings;
  /** The line of each setting, from 1. */
  lines: Readonly<Record<string, number>>;
}

/** By the text between a header's brackets. */
export type Sections = ReadonlyMap<string, Section>;

/** Python's white space, which differs from JavaScript's \s. */
const BLANK = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
/** Trailing white space is matched only from the start of a run, so that the time stays linear. */
const OUTER_BLANKS = new RegExp(`^[${BLANK}]+|(?<![${BLANK}])[${BLANK}]+$`, 'g');
const TRAILING_BLANKS = new RegExp(`(?<![${BLANK}])[${BLANK}]+$`);
const NOT_BLANK = new RegExp(`[^${BLANK}]`);
const LINE_ENDS = new RegExp(`[${'\\n\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029'}]`);
/** The settings of this section are in every other section, too. */
const DEFAULTS = 'DEFAULT';

/** With it, a file of two kilobytes can mean a million settings, or a gigabyte. */
const MAX_INHERITED = 50_000;
const MAX_INHERITED_CHARACTERS = 4 * 1024 * 1024;

/** The AWS CLI knows about sixty; each `get` goes through all of a section. */
const MAX_SETTINGS = 1_000;

/** A search for a profile goes through all sections. */
const MAX_SECTIONS = 10_000;

interface Setting {
  line: number;
  /** The value, then its continuation lines. */
  values: string[];
}

interface OpenSection {
  line: number;
  settings: Map<string, Setting>;
}

/**
 * https://docs.python.org/3.11/library/configparser.html#supported-ini-file-structure, with nested sections as in
 * botocore's configloader.py. `keep` returns the value to keep of a setting.
 * @throws XacctError `profiles-invalid` with the line for which the AWS CLI refuses the file. The message quotes no
 * setting.
 */
export function parseIni(
  text: string,
  path: string,
  keep: (name: string, value: string) => string = (_, value) => value,
): Sections {
  const sections = new Map<string, OpenSection>();
  let section: OpenSection | undefined;
  let setting: Setting | undefined;
  let indent = 0;
  if (text.startsWith('\uFEFF')) {
    throw new XacctError('profiles-invalid', `${path}:1: the file begins with a byte order mark`, {
      hint: withoutByteOrderMark(path),
    });
  }
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const content = strip(raw);
    if (content.startsWith('#') || content.startsWith(';')) continue;
    if (content === '') {
      setting?.values.push('');
      continue;
    }
    const own = raw.search(NOT_BLANK);
    if (setting !== undefined && own > indent) {
      setting.values.push(content);
      continue;
    }
    indent = own;
    const header = headerOf(content);
    if (header !== undefined) {
      section = openSection(sections, header, { path, line });
      setting = undefined;
    } else {
      setting = openSetting(section, content, { path, line });
    }
  }
  return closed(sections, path, keep);
}

/** A header ends at the last `]` of its line. */
function headerOf(content: string): string | undefined {
  const end = content.lastIndexOf(']');
  return content.startsWith('[') && end > 1 ? content.slice(1, end) : undefined;
}

function openSection(sections: Map<string, OpenSection>, header: string, at: Position): OpenSection {
  const before = sections.get(header);
  if (before !== undefined && header !== DEFAULTS) {
    throw fault(
      at,
      `[${header}] is there already, on line ${before.line}`,
      'put the settings of both under one header, or rename one',
    );
  }
  if (sections.size >= MAX_SECTIONS) {
    throw fault(at, `the file has more than ${MAX_SECTIONS} sections`, 'delete those that are not used');
  }
  const section = before ?? { line: at.line, settings: new Map() };
  sections.set(header, section);
  return section;
}

function openSetting(section: OpenSection | undefined, content: string, at: Position): Setting {
  if (content.startsWith('[') && !/[=:]/.test(content)) {
    throw fault(at, 'a section header has no closing bracket', 'end it with ]');
  }
  if (section === undefined) {
    throw fault(at, 'a setting is before the first section', 'put a header such as [default] above it');
  }
  const name = strip(/^([^=:]*)[=:]/.exec(content)?.[1] ?? '').toLowerCase();
  if (name === '') {
    throw fault(
      at,
      'a line is neither a [section] nor NAME = VALUE',
      'write it as NAME = VALUE, or put # before it',
    );
  }
  const before = section.settings.get(name);
  if (before !== undefined) {
    throw fault(
      at,
      `${name} is in its section already, on line ${before.line}`,
      'delete one of the two lines',
    );
  }
  const setting = { line: at.line, values: [strip(content.slice(content.search(/[=:]/) + 1))] };
  section.settings.set(name, setting);
  return setting;
}

function closed(
  open: ReadonlyMap<string, OpenSection>,
  path: string,
  keep: (name: string, value: string) => string,
): Sections {
  const { line: at = 1, settings: defaults = new Map<string, Setting>() } = open.get(DEFAULTS) ?? {};
  const keptOf = (name: string, setting: Setting): FlatSetting[] =>
    flattened(name, setting, path).map(([full, value, line]) => {
      return [copyOf(full), copyOf(keep(full.split('.').at(-1) ?? '', value)), line];
    });
  // Made once: all sections share these texts.
  const inherited = [...defaults].map(([name, setting]) => [name, keptOf(name, setting)] as const);
  checkInherited(
    inherited.flatMap(([, flat]) => flat),
    open.size - 1,
    { path, line: at },
  );
  const sections = new Map<string, Section>();
  for (const [header, { line, settings }] of open) {
    if (header === DEFAULTS) continue;
    const own = [...settings].flatMap(([name, setting]) => keptOf(name, setting));
    const flat = [...own, ...inherited.flatMap(([name, kept]) => (settings.has(name) ? [] : kept))];
    if (flat.length > MAX_SETTINGS) {
      const message = `its section has ${flat.length} settings, more than ${MAX_SETTINGS}`;
      throw fault({ path, line }, message, 'delete those that are not used');
    }
    sections.set(copyOf(header), {
      line,
      settings: Object.fromEntries(flat),
      lines: Object.fromEntries(flat.map(([name, , at]) => [name, at])),
    });
  }
  // V8 keeps the text of the last match, which is a line of the file: replace it.
  NOT_BLANK.exec('x');
  return sections;
}

/** Name, value and line; a nested section gives several. */
type FlatSetting = [name: string, value: string, line: number];

function checkInherited(inherited: readonly FlatSetting[], sections: number, at: Position): void {
  const characters = inherited.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const isTooMuch =
    inherited.length * sections > MAX_INHERITED || characters * sections > MAX_INHERITED_CHARACTERS;
  if (!isTooMuch) return;
  const message = `[${DEFAULTS}] has ${inherited.length} settings for each of ${sections} sections, which is too much`;
  throw fault(at, message, 'move them to the sections that need them');
}

/** V8 implements a substring as a view, which would keep the whole file in memory, with its secrets. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** A value that begins on the next line is a nested section. */
function flattened(name: string, { line, values }: Setting, path: string): FlatSetting[] {
  const value = values.join('\n').replace(TRAILING_BLANKS, '');
  if (!value.startsWith('\n')) return [[name, value, line]];
  const nested = value.split(LINE_ENDS).flatMap((text): FlatSetting[] => {
    const content = strip(text);
    if (content === '') return [];
    const equals = content.indexOf('=');
    if (equals >= 0) {
      return [[`${name}.${strip(content.slice(0, equals))}`, strip(content.slice(equals + 1)), line]];
    }
    throw fault(
      { path, line },
      `below ${name} is a line that is not NAME = VALUE`,
      'write it so, or put # before it',
    );
  });
  return [[name, '', line], ...nested];
}

function strip(text: string): string {
  return text.replace(OUTER_BLANKS, '');
}

interface Position {
  path: string;
  line: number;
}

function fault({ path, line }: Position, message: string, say: string): XacctError {
  return new XacctError('profiles-invalid', `${path}:${line}: ${message}`, {
    hint: { say: `${say}:`, run: command`$EDITOR ${path}` },
  });
}
