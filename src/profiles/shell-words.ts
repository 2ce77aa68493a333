// Splits texts into words as the AWS CLI does: section names, and the command of a credential_process.

/**
 * As Python's shlex.split in POSIX mode, which the AWS CLI uses: white space separates words, quotes and backslashes
 * keep them together, and nothing else is special. Undefined if a quote or a backslash is not closed.
 */
export function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  const rest = /[ \t\r\n]+|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^ \t\r\n"'\\]+)|(.)/sy;
  let word: string | undefined;
  for (let match = rest.exec(text); match !== null; match = rest.exec(text)) {
    const [, double, single, escaped, plain, unended] = match;
    if (unended !== undefined) return undefined;
    // Within double quotes, a backslash escapes only these two.
    const part = double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? plain;
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/**
 * As the AWS CLI splits on Windows (botocore, compat.py): a backslash is special only before a double quote, and single
 * quotes are not special. Undefined if a quote is not closed.
 */
export function windowsWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  for (const [part] of text.matchAll(/\\*"|[ \t]|\\+|[^\\" \t]+/g)) {
    if (part.endsWith('"')) {
      const backslashes = part.length - 1;
      word = (word ?? '') + '\\'.repeat(Math.floor(backslashes / 2));
      if (backslashes % 2 === 0) isQuoted = !isQuoted;
      else word += '"';
    } else if (/^[ \t]$/.test(part) && !isQuoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + part;
    }
  }
  if (isQuoted) return undefined;
  return word === undefined ? words : [...words, word];
}
