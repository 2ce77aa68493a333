// The reader of the AWS files compared with botocore's own, on texts as people write them, and worse.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { XacctError } from '../../../src/errors.ts';
import { createProfileReader } from '../../../src/profiles/profiles.ts';
import { shellWords, windowsWords } from '../../../src/profiles/shell-words.ts';
import { peer, skipWithout } from '../../support/peers.ts';

/** Debian's AWS CLI's reading of pairs of files; `null` if it rejects one. */
const BOTOCORE = `
import json, os, sys, tempfile
from awscli.botocore import configloader
from awscli.botocore.compat import compat_shell_split

ConfigParseError = configloader.botocore.exceptions.ConfigParseError

def profiles(pair):
    paths = []
    for name, text in zip(('config', 'credentials'), pair):
        path = os.path.join(folder, name)
        with open(path, 'wb') as file:
            file.write(text.encode('utf-8'))
        paths.append(path)
    try:
        config = configloader.load_config(paths[0])
        for name, settings in configloader.raw_config_parse(paths[1]).items():
            config['profiles'].setdefault(name, {}).update(settings)
    except ConfigParseError:
        return None
    return {'profiles': config['profiles'], 'sso-session': config['sso_sessions']}

def words(text):
    result = []
    for platform in ('linux', 'win32'):
        try:
            result.append(compat_shell_split(text, platform))
        except ValueError:
            result.append(None)
    return result

asked = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    json.dump({'files': [profiles(pair) for pair in asked['files']],
               'words': [words(text) for text in asked['words']]}, sys.stdout)
`;

type Nested = Record<string, string | Record<string, string>>;
type Read = { profiles: Record<string, Nested>; 'sso-session': Record<string, Nested> } | null;

function askBotocore(asked: { files: readonly [string, string][]; words: readonly string[] }): {
  files: Read[];
  words: (string[] | null)[][];
} {
  const options = {
    input: JSON.stringify(asked),
    env: { PYTHONPATH: '/usr/lib/python3/dist-packages', LC_ALL: 'C.UTF-8' },
    maxBuffer: 1 << 28,
  };
  return JSON.parse(execFileSync(peer('python3'), ['-c', BOTOCORE], options).toString());
}

/** They include blanks, line ends and marks that Python and JavaScript treat differently. */
const blank = fc.constantFrom('', ' ', '  ', '\t', '\u00a0', '\ufeff', '\u001c', '\u0085');
const name = fc.constantFrom(
  'dev',
  'default',
  'a b',
  'ü',
  '日本語',
  "o'ne",
  'a&(b),!~#=c',
  'DEFAULT',
  'x]y',
  '"',
);
const quoted = fc
  .tuple(fc.constantFrom('', '"', "'", '\\'), name, fc.constantFrom('', '"', "'"))
  .map((parts) => parts.join(''));
const type = fc.constantFrom(
  'profile ',
  'profile ',
  'profile ',
  'profile  ',
  'profile',
  'profiles ',
  'sso-session ',
  'services ',
  '',
);
const tail = fc.constantFrom(']', ']', ']', ' ]', ']# note', '] ; [x]', '', ']]');
const header = fc.tuple(blank, fc.constant('['), type, quoted, tail).map((parts) => parts.join(''));
const option = fc.constantFrom(
  'region',
  'Region',
  'ROLE_ARN',
  'role_arn',
  's3',
  'sso_account_id',
  '__proto__',
  'a b',
  '[x',
  '',
);
const value = fc.constantFrom(
  '',
  'eu-west-1',
  'a # b',
  'a ; b',
  'x=y',
  'arn:aws:iam::1:role/x',
  '"q"',
  'ü',
  '\u2028',
);
const setting = fc
  .tuple(blank, option, blank, fc.constantFrom('=', '=', ':', ''), blank, value, blank)
  .map((parts) => parts.join(''));
const other = fc.constantFrom('', '', '  ', '# note', '; note', '  # note', '[]', '[', ']');
const line = fc.oneof(
  { weight: 3, arbitrary: header },
  { weight: 6, arbitrary: setting },
  { weight: 2, arbitrary: other },
);
const someText = fc
  .tuple(fc.array(line, { maxLength: 9 }), fc.constantFrom('\n', '\n', '\r\n', '\r'))
  .map(([lines, end]) => lines.join(end));
/** Most begin with what the AWS CLI accepts: otherwise the first line would decide everything. */
const iniText = fc.oneof(
  { weight: 4, arbitrary: someText.map((text) => `[profile first]\n${text}`) },
  { weight: 1, arbitrary: someText },
);

describe('The AWS files', { skip: skipWithout('python3', 'aws') }, () => {
  test('have the profiles, settings and SSO sessions that botocore reads in them, and are refused where it refuses', () => {
    const files = fc.sample(fc.tuple(iniText, iniText), { numRuns: 3_000, seed: 14 });
    const theirs = askBotocore({ files, words: [] }).files;
    let refused = 0;
    for (const [index, pair] of files.entries()) {
      const expected = theirs[index] ?? null;
      if (expected === null) refused += 1;
      assert.deepEqual(read(pair), expected && flat(expected), JSON.stringify(pair));
    }
    // Of both kinds, because otherwise the rest proves little.
    assert.ok(refused > 500 && refused < 2_700, `${refused} were refused`);
  });

  test('have words where botocore splits them', () => {
    const piece = fc.constantFrom('a', 'ü', ' ', '\t', '\n', '"', "'", '\\', '#', ';', '|', '$X', '', '\\"');
    const texts = fc
      .sample(fc.array(piece, { maxLength: 8 }), { numRuns: 3_000, seed: 14 })
      .map((pieces) => pieces.join(''));
    const theirs = askBotocore({ files: [], words: texts }).words;
    for (const [index, text] of texts.entries()) {
      assert.deepEqual(
        [shellWords(text) ?? null, windowsWords(text) ?? null],
        theirs[index],
        JSON.stringify(text),
      );
    }
  });
});

function read([config, credentials]: readonly [string, string]) {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
  const [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE] = [join(folder.path, 'a'), join(folder.path, 'b')];
  writeFileSync(AWS_CONFIG_FILE, config);
  writeFileSync(AWS_SHARED_CREDENTIALS_FILE, credentials);
  try {
    const profiles = createProfileReader()({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE });
    const sessions = SESSIONS.flatMap((session) => {
      const settings = profiles.section('sso-session', session);
      return settings === undefined ? [] : [[session, settings] as const];
    });
    return {
      profiles: Object.fromEntries(profiles.names.map((profile) => [profile, profiles.profile(profile)])),
      'sso-session': Object.fromEntries(sessions),
    };
  } catch (error) {
    if (error instanceof XacctError && error.code === 'profiles-invalid') return null;
    throw error;
  }
}

/** Every name that a header in the texts can have. */
const SESSIONS = fc
  .sample(quoted, { numRuns: 400, seed: 1 })
  .flatMap((text) => shellWords(`sso-session ${text}`)?.slice(1) ?? []);

/** Nested sections as `NAME.OPTION`, with an empty NAME. */
function flat(theirs: NonNullable<Read>) {
  const settings = (nested: Nested) =>
    Object.fromEntries(
      Object.entries(nested).flatMap(([key, at]) =>
        typeof at === 'string'
          ? [[key, at]]
          : [[key, ''], ...Object.entries(at).map(([inner, text]) => [`${key}.${inner}`, text])],
      ),
    );
  const all = (sections: Record<string, Nested>) =>
    Object.fromEntries(Object.entries(sections).map(([section, nested]) => [section, settings(nested)]));
  return { profiles: all(theirs.profiles), 'sso-session': all(theirs['sso-session']) };
}
