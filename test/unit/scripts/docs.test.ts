// Tests that the documents match this source: the generated parts, and the targets of links.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { pageOfNow } from '../../../scripts/docs/blocks.ts';
import { messagesIn, textsIn } from '../../../scripts/docs/texts-in.ts';

const ROOT = join(import.meta.dirname, '../../..');

const documents = globSync(['*.md', 'docs/*.md', 'packaging/*.md', '.github/*.md'], { cwd: ROOT }).toSorted();
const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** GitHub's anchor for a heading. */
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

/** The targets of a document's links: paths below the root, with the part after `#`. */
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

/** A reader's question, and the section with the answer. */
const ANSWERS: Readonly<Record<string, string>> = {
  'How do I install it without root?': 'docs/install.md#install',
  'What is different on Windows?': 'docs/install.md#windows',
  'How do I remove it?': 'docs/install.md#upgrade-and-remove',
  'What does setup change?': 'docs/setup.md#what-it-asks-and-writes',
  'How do I undo setup?': 'docs/setup.md#undo-it',
  'How do I write a rule by hand?': 'docs/setup.md#by-hand',
  'Which profile is used for my registry?': 'docs/identities.md#see-which-one-and-why',
  'How is a profile found by its account?': 'docs/identities.md#step-4-the-profile-of-the-account',
  'Which keys may a rule have?': 'docs/config.md#keys-of-a-rule',
  'Which variables are there?': 'docs/config.md#environment-variables',
  'How do I use a role that wants an MFA code?': 'docs/mfa-and-sso.md#mfa',
  'My SSO sign-in has ended: what now?': 'docs/mfa-and-sso.md#sso-and-aws-login',
  'How do I replace docker-credential-ecr-login?': 'docs/migration.md#from-docker-credential-ecr-login',
  'How do I get a password for a script?': 'docs/migration.md#scripts-that-need-a-password',
  'Who denies my pull?': 'docs/cross-account.md#find-out-which-side-denies',
  'How do I let another account pull?': 'docs/cross-account.md#an-account',
  'What does my own role need?': 'docs/cross-account.md#people-and-ci',
  'How do I use it for Docker Hub as well?': 'docs/creds-store.md#the-fallback-helper',
  'How do I empty its memory?': 'docs/daemon.md#empty-its-memory-stop-it',
  'What does this error mean?': 'docs/troubleshooting.md#sso-expired',
  'How do I use it in GitHub Actions?': 'docs/ci.md#github-actions',
};

for (const [question, answer] of Object.entries(ANSWERS)) {
  test(`README.md leads in two clicks to the answer of: ${question}`, () => {
    const [page = '', anchor = ''] = answer.split('#');
    assert.ok(linksOf('README.md').some(({ path }) => path === page));
    assert.ok(anchorsOf(page).includes(anchor));
  });
}

describe('what npm run docs makes of', () => {
  for (const document of globSync('docs/*.md', { cwd: ROOT }).toSorted()) {
    test(`${document} is what it has`, () => assert.equal(textOf(document), pageOfNow(textOf(document))));
  }
});

test('a block that nothing makes is an error', () => {
  assert.throws(() => pageOfNow('<!-- made: nothing -->\n<!-- end -->\n'), /there is no block nothing/);
});

describe('the texts of a module', () => {
  test('are none of a module that cannot be parsed, which is an error', () => {
    assert.throws(() => textsIn('a.ts', "const a = 'it's a text';"), /^Error: a\.ts: /);
  });

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
