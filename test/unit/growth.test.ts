// Tests that the time for a text from outside is at most proportional to its length.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspectConfig, parseConfig } from '../../src/config/load.ts';
import { matchRule } from '../../src/config/match.ts';
import { parseDockerConfig } from '../../src/docker/docker-config.ts';
import { readServerURL } from '../../src/docker/messages.ts';
import { credentialHelpers } from '../../src/docker/podman-files.ts';
import {
  hostnamesIn,
  parseRegistryOrImage,
  parseServerURL,
  shownServerURL,
} from '../../src/docker/server-url.ts';
import { errorText, printable, XacctError } from '../../src/errors.ts';
import { shellWord } from '../../src/hint.ts';
import { readResult } from '../../src/minter/job.ts';
import { parseDenial } from '../../src/policy/denial.ts';
import { parseIni } from '../../src/profiles/ini.ts';
import { shellWords, windowsWords } from '../../src/profiles/shell-words.ts';
import { decodeRequest } from '../../src/wire/codec.ts';

/** A text of about this many characters. */
type Hostile = (characters: number) => string;

const many = (part: string, around = ['', '']): Hostile => {
  return (characters) => `${around[0]}${part.repeat(characters / part.length)}${around[1]}`;
};
const numbered = (line: (index: number) => string, before = ''): Hostile => {
  return (characters) => {
    const lines = [before];
    for (let size = 0, index = 0; size < characters; index += 1)
      size += lines.push(line(index)) && line(index).length;
    return lines.join('');
  };
};
const account = (index: number) => String(100_000_000_000 + index);

/** A function on texts, and texts that are made to slow it down. */
const CASES: Record<
  string,
  { act: (text: string) => unknown; characters: number; texts: Record<string, Hostile> }
> = {
  'a line that is shown': {
    act: (text) => [printable(text), errorText(new XacctError('service', text)), shellWord(text)],
    characters: 100_000,
    texts: {
      blanks: many(' '),
      'blanks and a letter': many(' ', ['', 'x']),
      'line ends': many('\r\n'),
      'blanks and line ends': many(' \n'),
      escapes: many('\x1b[31m'),
      quotes: many("'"),
    },
  },
  'config.yaml': {
    act: (text) => inspectConfig(text, 'config.yaml'),
    characters: 10_000,
    texts: {
      'rules of exact hostnames': numbered(
        (index) => `  "${account(index)}.dkr.ecr.us-east-1.amazonaws.com": { profile: p }\n`,
        'registries:\n',
      ),
      'rules of accounts': numbered(
        (index) => `  "${account(index)}.dkr.ecr.*.amazonaws.com": { profile: p }\n`,
        'registries:\n',
      ),
      'rules of accounts and regions': numbered(
        (index) => `  "111122223333.dkr.ecr.us-east-${index % 99}.*": { profile: p }\n`,
        'registries:\n',
      ),
      'unknown keys': numbered((index) => `key${index}: 1\n`),
      'bad rules': numbered((index) => `  host${index}:\n    key: 1\n`, 'registries:\n'),
      'the same key': many('key: 1\n'),
      'the same rule': many('  public.ecr.aws: { profile: p }\n', ['registries:\n', '']),
      brackets: many('['),
      braces: many('{'),
      dashes: many('- '),
      anchors: numbered((index) => `a${index}: &x${index} 1\nb${index}: *x${index}\n`),
      aliases: many('*a, ', ['a: &a 1\nb: [', ']']),
      comments: many('#\n'),
      'unquoted patterns': many('*a: \n'),
      blanks: many(' ', ['registries:', 'x']),
      'a list of names': many('A, ', ['process_env: [', ']']),
    },
  },
  'a file of the AWS CLI': {
    act: (text) => parseIni(text, 'config'),
    characters: 100_000,
    texts: {
      sections: numbered((index) => `[profile p${index}]\nregion = us-east-1\n`),
      settings: numbered((index) => `name${index} = 1\n`, '[default]\n'),
      'blank lines': many('\n', ['[default]\na = 1\n', '']),
      'lines that go on': many('  x\n', ['[default]\na = 1\n', '']),
      'nested settings': many('  a = 1\n', ['[default]\na =\n', '']),
      comments: many('#\n'),
      blanks: many(' ', ['[default]\na = 1', 'x\n']),
      'blanks of Python': many('\u2003', ['[default]\na = 1', 'x\n']),
      brackets: many(']', ['[', '']),
      'inherited settings': numbered((index) => `[profile p${index}]\n`, '[DEFAULT]\na = 1\nb = 2\n'),
    },
  },
  'a command line': {
    act: (text) => [shellWords(text), windowsWords(text)],
    characters: 100_000,
    texts: {
      quotes: many('"'),
      apostrophes: many("'"),
      backslashes: many('\\'),
      'a quote that does not end': many('\\"', ['"', '']),
      words: many('a '),
    },
  },
  'a request': {
    act: (text) => decodeRequest(Buffer.from(text)),
    characters: 100_000,
    texts: {
      variables: numbered((index) => `NAME${index}=1\0`, 'ecr-xacct/2 get\n'),
      'the same variable': many('A=b\0', ['ecr-xacct/2 get\n', '\0']),
      'no end': many('A', ['ecr-xacct/2 get\n', '']),
      equals: many('=', ['ecr-xacct/2 get\nA', '\0\0']),
      blanks: many(' ', ['ecr-xacct/2 get\n\0', '']),
    },
  },
  'a server URL': {
    act: (text) => [
      readServerURL(text),
      parseServerURL(text),
      parseRegistryOrImage(text),
      hostnamesIn(text),
      shownServerURL(text),
    ],
    characters: 100_000,
    texts: {
      dots: many('.'),
      labels: many('a.'),
      slashes: many('/a'),
      'percent signs': many('%41'),
      'user names': many('a@'),
      'encoded user names': many('%2540sha1:'),
      blanks: many(' '),
      'line ends': many('\r\n'),
    },
  },
  "a minter's answer": {
    act: (text) => readResult(`${JSON.stringify({ error: { code: 'service', message: text } })}\n`),
    characters: 100_000,
    texts: { blanks: many(' '), ARNs: many('arn:'), quotes: many('"') },
  },
  "AWS's words of a denial": {
    act: parseDenial,
    characters: 100_000,
    texts: {
      blanks: many(' '),
      ARNs: many('arn:'),
      'ARNs and blanks': many('arn:aws:iam::1:user/x is '),
      punctuation: many('.', ['arn:a is not authorized to perform: a:b on resource: arn:', 'x']),
    },
  },
  'the config of Docker or podman': {
    act: (text) => {
      credentialHelpers(text);
      return parseDockerConfig(text, 'config.json');
    },
    characters: 50_000,
    texts: {
      keys: numbered((index) => `${index === 0 ? '' : ','}"a${index}":1`, '{'),
      logins: numbered((index) => `${index === 0 ? '' : ','}"h${index}":{"auth":"x"}`, '{"auths":{'),
      brackets: many('['),
      'line ends': many('\n'),
      'lists that do not end': many('credential-helpers=[\n'),
      blanks: many(' '),
    },
  },
  'a hostname beside many rules': {
    act: (text) => {
      const config = parseConfig(text, 'config.yaml');
      for (let index = 0; index < text.length / 70; index += 1) {
        matchRule(config, `${account(index)}.dkr.ecr.eu-west-1.amazonaws.com`);
      }
    },
    characters: 20_000,
    texts: {
      'of accounts': numbered(
        (index) => `  "${account(index)}.dkr.ecr.*.amazonaws.com": { profile: p }\n`,
        'registries:\n',
      ),
    },
  },
};

const TIMES = 8;

/** Something else rarely disturbs several runs: the least of a few, in ms. */
function leastTime(act: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 4; run += 1) {
    const started = performance.now();
    try {
      act();
    } catch (error) {
      // A rejected text was processed, too.
      assert.ok(error instanceof XacctError, String(error));
    }
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

for (const [what, { act, characters, texts }] of Object.entries(CASES)) {
  describe(`Eight times as much takes at most eight times as long: ${what}`, () => {
    for (const [name, hostile] of Object.entries(texts)) {
      test(`of ${name}`, () => {
        const [small, large] = [hostile(characters), hostile(characters * TIMES)];
        const measured: string[] = [];
        // A busy machine can only add time, so the best of a few tries counts.
        for (let tries = 0; tries < 4; tries += 1) {
          const least = leastTime(() => act(small));
          const most = leastTime(() => act(large));
          // Below half a millisecond, the clock and garbage collections matter more. Quadratic time would be 64 times.
          if (most / Math.max(least, 0.5) < TIMES * 2.5) return;
          measured.push(`${least.toFixed(2)} and ${most.toFixed(2)} ms`);
        }
        assert.fail(measured.join(', '));
      });
    }
  });
}
