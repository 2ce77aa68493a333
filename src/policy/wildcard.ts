// The wildcards of policies: `*` matches any text, `?` any one character.

/** Occurs in no name, so only a `*` can match it. */
const ANYTHING = '\uffff';

/** The number of steps is at most text length × pattern length: a policy may be hostile. */
export function matchesWildcard(text: string, pattern: string): boolean {
  let [atText, atPattern] = [0, 0];
  let [star, resume] = [-1, 0];
  while (atText < text.length) {
    const [character, expected] = [text[atText], pattern[atPattern]];
    if (expected === '*') {
      star = atPattern;
      resume = atText;
      atPattern += 1;
    } else if (expected === '?' ? character !== ANYTHING : expected === character) {
      atText += 1;
      atPattern += 1;
    } else if (star >= 0) {
      // The last `*` matches one character more.
      resume += 1;
      atText = resume;
      atPattern = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(atPattern));
}

/** Whether the pattern matches every text that begins with the prefix. */
export function matchesAllBelow(prefix: string, pattern: string): boolean {
  return !pattern.includes(ANYTHING) && matchesWildcard(`${prefix}${ANYTHING}`, pattern);
}

/** Whether the pattern matches some text that begins with the prefix. */
export function matchesSomeBelow(prefix: string, pattern: string): boolean {
  for (let end = 0; end <= pattern.length; end += 1) {
    if (matchesWildcard(prefix, pattern.slice(0, end))) return true;
  }
  return false;
}
