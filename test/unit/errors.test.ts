// Tests that text from outside is fit for a terminal, and what the one line of an error looks like.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type ErrorCode,
  errorFields,
  errorFrom,
  errorLine,
  errorLines,
  printable,
  statusOf,
  XacctError,
} from '../../src/errors.ts';
import { command, type Hint, shellWord } from '../../src/hint.ts';

describe('printable text', () => {
  const rows: readonly [string, string, string][] = [
    ['plain text stays', 'a profile “dev” für 日本 🗝', 'a profile “dev” für 日本 🗝'],
    ['a terminal escape shows', '\x1b[31mred\x1b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['an escape of C1 shows', '\x9b31m', '\\u{9b}31m'],
    ['a NUL, a bell, a backspace and DEL show', '\0\x07\b\x7f', '\\u{0}\\u{7}\\u{8}\\u{7f}'],
    ['a tab shows', 'a\tb', 'a\\u{9}b'],
    ['a line break is a space', 'one\ntwo\r\n  three\r\rfour', 'one two three four'],
    ['separators of lines and paragraphs show', 'a\u2028b\u2029c\u0085d', 'a\\u{2028}b\\u{2029}c\\u{85}d'],
    ['overrides of direction show', 'a\u202Egpj.exe\u2066b\u200F', 'a\\u{202e}gpj.exe\\u{2066}b\\u{200f}'],
    ['what has no width shows', 'a\u200Bb\uFEFFc\u00ADd', 'a\\u{200b}b\\u{feff}c\\u{ad}d'],
    ['half a character shows', 'a\uD83Db', 'a\\u{d83d}b'],
    ['tags beyond the basic plane show', 'a\u{E0041}', 'a\\u{e0041}'],
  ];
  for (const [title, text, expected] of rows) {
    test(title, () => assert.equal(printable(text), expected));
  }

  test('of which only the beginning is looked at is cut, too', () => {
    assert.equal(printable(`${' \n'.repeat(100_000)}x`), ' …');
    assert.equal(new XacctError('service', 'x'.repeat(100_000)).message.length, 8_192);
  });

  test('has 1,200 characters at most, and shows that it was cut', () => {
    assert.equal(printable('x'.repeat(1_200)), 'x'.repeat(1_200));
    assert.equal(printable('x'.repeat(1_201)), `${'x'.repeat(1_200)}…`);
  });

  test('is one line without control characters, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
        const line = printable(text);
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        assert.ok(line.length <= 1_201);
      }),
    );
  });

  test('is not cut through a character', () => {
    assert.ok(printable(`${'x'.repeat(1_199)}🗝🗝`).isWellFormed());
  });
});

describe('the line of an error', () => {
  test('is the message and the fix', () => {
    assert.equal(
      errorLine(new XacctError('sso-expired', 'it has expired', { hint: { run: command`aws sso login` } })),
      'ecr-xacct: it has expired; run: aws sso login',
    );
  });

  test('is the message alone if there is no fix', () => {
    assert.equal(errorLine(new XacctError('service', 'it failed')), 'ecr-xacct: it failed');
  });

  test('says of any other error that it is the program’s own', () => {
    assert.equal(errorLine(new TypeError('x is undefined')), 'ecr-xacct: internal error: x is undefined');
    assert.equal(errorLine('thrown text'), 'ecr-xacct: internal error: thrown text');
    assert.equal(errorLine(undefined), 'ecr-xacct: internal error: undefined');
  });

  test('has no escapes and no second line', () => {
    assert.equal(
      errorLine(new XacctError('service', 'a\nb\x1b', { hint: { say: 'c\r\nd' } })),
      'ecr-xacct: a b\\u{1b}; c d',
    );
  });

  test('keeps the fix, however long the message is', () => {
    const line = errorLine(
      new XacctError('service', 'x'.repeat(5_000), { hint: { run: command`aws sso login` } }),
    );
    assert.ok(line.endsWith('; run: aws sso login'));
    assert.ok(line.length < 2_000);
  });
});

describe('the lines of an error', () => {
  const lines = (message: string, hint?: Hint) => errorLines(new XacctError('service', message, { hint }));

  test('are the message, what to do, and each command on a line of its own', () => {
    const next = { run: command`ls ${'a b'}` };
    assert.deepEqual(lines('it has expired', { say: 'to see why', run: command`aws sso login`, next }), [
      'ecr-xacct: it has expired',
      'To see why, run:',
      '  aws sso login',
      'Then run:',
      "  ls 'a b'",
    ]);
    assert.deepEqual(lines('not allowed', { by: 'its administrator', run: ['ping'] }), [
      'ecr-xacct: not allowed',
      'To fix it, its administrator runs:',
      '  ping',
    ]);
    assert.deepEqual(lines('busy', { say: 'try again' }), ['ecr-xacct: busy', 'Try again']);
  });

  test('are the message alone where nothing fixes it, and for errors of the program itself', () => {
    assert.deepEqual(lines('it failed'), ['ecr-xacct: it failed']);
    assert.deepEqual(errorLines(new TypeError('a\nb')), ['ecr-xacct: internal error: a b']);
  });

  test('have no escapes, and no more lines than that, whatever is in the texts', () => {
    assert.deepEqual(lines('a\nb\x1b', { say: 'c\r\nd', run: ['e\nf', '\x1b[2J'] }), [
      'ecr-xacct: a b\\u{1b}',
      'C d, run:',
      "  'e f' '\\u{1b}[2J'",
    ]);
  });
});

test('wrong usage ends with 2, a prompt that is broken off as a program that SIGINT ends, all else with 1', () => {
  const ends = (code: ErrorCode) => statusOf(new XacctError(code, ''));
  assert.deepEqual([ends('usage'), ends('cancelled'), ends('declined'), ends('service')], [2, 130, 1, 1]);
  assert.deepEqual([statusOf(new TypeError('x')), statusOf(undefined)], [1, 1]);
});

test('an error has its code, its hint and its cause, and no cause where there is none', () => {
  const cause = new Error('below');
  const error = new XacctError('network', 'it failed', { hint: { run: ['ping'] }, cause });
  assert.deepEqual(
    [error.code, error.hint, error.cause, error.name],
    ['network', { run: ['ping'] }, cause, 'XacctError'],
  );
  assert.ok(!Object.hasOwn(new XacctError('network', 'it failed'), 'cause'));
});

describe('an error on its way from one process to another', () => {
  const denial = {
    ...{ principal: 'arn:aws:iam::444455556666:user/dev', action: 'ecr:BatchGetImage', resource: '*' },
    ...{ isExplicit: false, policyType: undefined, policyArn: undefined },
  };
  const denied = new XacctError('access-denied', 'not allowed', { hint: { run: ['ping'] }, denial });

  test('keeps what it is, and what was denied', () => {
    const { code, message, hint, denial: kept } = errorFrom(errorFields(denied));
    assert.deepEqual(
      [code, message, hint, kept],
      ['access-denied', 'not allowed', { run: ['ping'] }, denial],
    );
    assert.deepEqual(Object.keys(errorFields(new XacctError('network', 'x'))), ['code', 'message']);
  });

  test('has a sentence for its hint where an earlier build wrote text', () => {
    const error = errorFrom({ code: 'sso-expired', message: 'expired', hint: 'run: aws sso login' });
    assert.equal(errorLine(error), 'ecr-xacct: expired; run: aws sso login');
  });

  test('says of what it is with the same code, hint and denial', () => {
    const { code, message, hint, denial: kept, cause } = denied.prefixed('profile dev');
    assert.deepEqual([code, message], ['access-denied', 'profile dev: not allowed']);
    assert.deepEqual([hint, kept, cause], [denied.hint, denial, denied]);
  });
});

test('each code says whose failure it is, whether it passes and who fixes it', () => {
  const kindOf = (code: ErrorCode) => new XacctError(code, '').kind;
  assert.deepEqual(kindOf('sso-expired'), { of: 'identity', passes: false, fixedBy: 'sign-in' });
  assert.deepEqual(kindOf('network'), { of: 'way', passes: true, fixedBy: 'other' });
  assert.deepEqual(kindOf('profile-missing'), { of: 'profile', passes: false, fixedBy: 'self' });
  assert.deepEqual(kindOf('usage'), { of: 'named', passes: false, fixedBy: 'self' });
});

describe('a word of a shell', () => {
  const rows: Readonly<Record<string, string>> = {
    dev: 'dev',
    '/home/dev/.aws/config': '/home/dev/.aws/config',
    'a@b:c=d,e+f%g-h_i': 'a@b:c=d,e+f%g-h_i',
    '': "''",
    'two words': "'two words'",
    "it's": "'it'\\''s'",
    '$(rm -rf /)': "'$(rm -rf /)'",
    '~': "'~'",
    '*': "'*'",
    'a\nb': "'a\nb'",
  };
  for (const [text, word] of Object.entries(rows)) {
    test(`of ${JSON.stringify(text)} is ${JSON.stringify(word)}`, () => assert.equal(shellWord(text), word));
  }
});

test('an error of another copy of the class is one of ours, and other errors are not', () => {
  const copy = Object.assign(new Error('elsewhere'), { name: 'XacctError', code: 'network' });
  assert.ok(copy instanceof XacctError);
  assert.ok(!(new Error('elsewhere') instanceof XacctError));
  assert.ok(!({ name: 'XacctError' } instanceof XacctError));
});
