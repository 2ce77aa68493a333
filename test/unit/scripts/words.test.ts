// The words of this project: none of those that docs/development.md, "Words", has in its column "not", in texts, docs or comments.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { textsIn } from '../../../scripts/docs/texts-in.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Words that are hard to read, each with its replacement. */
const NOT: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b(?:nobody|somebody|everybody|whoever)\b/i, 'you, the caller, this user'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fixes it'],
  [/\bstands?\b(?! for\b)|\bstood\b/i, 'is, contains, applies'],
  [/\bwho to be\b|\bwhom it is\b/i, 'identity, profile, role'],
  [/\bnever begun\b/i, 'you have not signed in'],
  [/\bno way to get credentials\b/i, 'no credentials'],
  [/\bAWS of (?:our|its) own\b/i, 'a fake AWS'],
  [/\btest peers?\b/i, 'test programs'],
  [/\bto pin it\b|\bwhatever else comes\b/i, 'to always use it'],
  [/\bcan(?:not)? be had\b|\bto be had\b/i, 'there is none, AWS gives none'],
  [/\bcanned\b/i, 'fixed'],
];

/** In texts for users, these are words of the code. */
const NOT_FOR_USERS: typeof NOT = [...NOT, [/\b(?:a mint|mints|minted|minting)\b/i, 'get a token']];

/** `[LINE, TEXT]` of each line with such a word. */
function found(lines: readonly (readonly [number, string])[], words: typeof NOT): string[] {
  return lines.flatMap(([line, text]) =>
    words.flatMap(([word, instead]) => {
      const [bad] = word.exec(text) ?? [];
      return bad === undefined ? [] : [`${line}: "${bad}" (${instead}): ${text.trim()}`];
    }),
  );
}

const linesOf = (path: string) =>
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .map((text, index) => [index + 1, text] as const);

describe('a word that is read twice is not in', () => {
  const patterns = ['{src,scripts,test}/**/*.{ts,mjs,cjs,c,sh}', '.ci/run', 'scripts/*'];
  const files = globSync(patterns, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => relative(ROOT, join(parentPath, name))).toSorted()) {
    // This list itself contains them.
    if (path === 'test/unit/scripts/words.test.ts') continue;
    test(path, () => assert.deepEqual(found(linesOf(path), NOT), []));
  }
});

describe('a word that is not for users is not in', () => {
  const manual = ['README.md', 'CHANGELOG.md', 'docs/*.md', 'packaging/man/*'];
  // These are about the code.
  const documents = globSync(manual, { cwd: ROOT }).filter(
    (name) => !/architecture|development|performance|security/.test(name),
  );
  for (const path of documents) test(path, () => assert.deepEqual(found(linesOf(path), NOT_FOR_USERS), []));

  for (const path of globSync('src/**/*.ts', { cwd: ROOT })) {
    test(`the texts of ${path}`, () => {
      const texts = textsIn(path, readFileSync(join(ROOT, path), 'utf8'));
      assert.deepEqual(
        found(
          texts.map(({ line, text }) => [line, text] as const),
          NOT_FOR_USERS,
        ),
        [],
      );
    });
  }
});
