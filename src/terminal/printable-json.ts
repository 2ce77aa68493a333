// JSON for stdout: what it holds may come from anywhere, and stdout may be a terminal.
import { shownValue } from '../userinfo.ts';

/**
 * The same value, indented, in lines: what a terminal could take for a command (as `printable` has it) is escaped, and the
 * userinfo of URLs hidden, too.
 */
export function printableJson(value: unknown): string {
  return `${withoutControls(JSON.stringify(value, shownValue, 2))}\n`;
}

/** Of JSON. Such characters stand within its strings only, but for the line breaks between them. */
export function withoutControls(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
