// Owns the proof that the documents tell the truth of this source: what is made from it, and where their links lead.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { pageOfNow } from '../../scripts/docs/blocks.ts';
import { messagesIn, textsIn } from '../../scripts/docs/texts-in.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const documents = globSync(['*.md', 'docs/*.md', 'packaging/*.md', '.github/*.md'], { cwd: ROOT }).toSorted();
const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** What GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(document: string): string[] {
  const text = textOf(document).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** Where the links of a document lead: paths below the root, with what follows `#`. */
function linksOf(document: string): { path: string; anchor: string | undefined }[] {
  const text = textOf(document).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].map(
    ([, path = '', anchor]) => ({
      path: path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path)),
      anchor,
    }),
  );
}

for (const document of documents) {
  test(`every link of ${document} leads somewhere`, () => {
    for (const { path, anchor } of linksOf(document)) {
      assert.ok(existsSync(join(ROOT, path)), path);
      if (anchor !== undefined) assert.ok(anchorsOf(path).includes(anchor), `${path}#${anchor}`);
    }
  });
}

test('every page of docs/ is linked from README.md, or from a page that is', () => {
  const seen = new Set<string>();
  const visit = (document: string) => {
    if (seen.has(document)) return;
    seen.add(document);
    for (const { path } of linksOf(document)) if (path.endsWith('.md')) visit(path);
  };
  visit('README.md');
  assert.deepEqual(
    documents.filter((document) => document.startsWith('docs/') && !seen.has(document)),
    [],
  );
});

describe('what npm run docs makes of', () => {
  for (const document of globSync('docs/*.md', { cwd: ROOT }).toSorted()) {
    test(`${document} is what it has`, () => assert.equal(textOf(document), pageOfNow(textOf(document))));
  }
});

test('a block that nothing makes is an error', () => {
  assert.throws(() => pageOfNow('<!-- made: nothing -->\n<!-- end -->\n'), /there is no block nothing/);
});

describe('the texts of a module', () => {
  const source = [
    "import { x } from 'some where.ts';",
    '// a comment is none',
    "const name = 'word';",
    `const message = \`profile \${name} has  no keys\`;`,
    "throw new XacctError('profile-empty', message, { hint: { say: 'to see them', run: command`aws configure list` } });",
    `fail(isLimit ? 'throttled' : 'service', \`AWS failed \${name} times\`);`,
  ].join('\n');

  test('are its literals with two words, a value as an ellipsis, and no command', () => {
    assert.deepEqual(
      textsIn('a.ts', source).map(({ line, text }) => [line, text]),
      [
        [4, 'profile … has no keys'],
        [5, 'to see them'],
        [6, 'AWS failed … times'],
      ],
    );
  });

  test('are messages where a code comes before them, be it by a name', () => {
    assert.deepEqual(messagesIn('a.ts', source), [
      { code: 'profile-empty', text: 'profile … has no keys' },
      { code: 'throttled', text: 'AWS failed … times' },
      { code: 'service', text: 'AWS failed … times' },
    ]);
  });
});
