// Parses an MFA code as people and programs write it: six digits, which many devices show in two groups.

/** The six digits of `123456`, `123 456` or `123-456`; undefined for anything else. */
export function typedCode(text: string): string | undefined {
  const digits = text.replace(/[\s\p{Dash_Punctuation}]/gu, '');
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}
