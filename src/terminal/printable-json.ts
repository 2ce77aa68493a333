// JSON for stdout, safe for a terminal whatever its values contain.
import { shownValue } from '../userinfo.ts';

/**
 * The value as indented JSON. Characters that a terminal could interpret (see `printable`) are escaped, and the
 * userinfo of URLs is hidden.
 */
export function printableJson(value: unknown): string {
  return `${withoutControls(JSON.stringify(value, shownValue, 2))}\n`;
}

/** `json` has such characters only within its strings, except for the line breaks between values. */
export function withoutControls(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
