// Tests which profiles the AWS files have, the place of each fault in them, and that no secret is kept.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempDisposableSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { getHeapSnapshot, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { XacctError } from '../../../src/errors.ts';
import { createProfileReader } from '../../../src/profiles/profiles.ts';
import { profilesFrom } from '../../support/unit/user-files.ts';

describe('the AWS files', () => {
  const accepted: readonly [string, string, Record<string, Record<string, string>>][] = [
    [
      'a comment glued to a header',
      '[profile a]# one\nx = 1\n[profile b]; two\ny = 2\n',
      { a: { x: '1' }, b: { y: '2' } },
    ],
    [
      'names with blanks, quotes and other letters',
      '[profile "my dev"]\nx = 1\n[profile  dev]\nx = 2\n[profile dev2 ]\nx = 3\n[profile 日本語&(),!~#=]\nx = 4\n',
      { 'my dev': { x: '1' }, dev: { x: '2' }, dev2: { x: '3' }, '日本語&(),!~#=': { x: '4' } },
    ],
    [
      'colons, and names in upper case',
      '[default]\nRegion: eu-west-1\nROLE_ARN = x\n',
      { default: { region: 'eu-west-1', role_arn: 'x' } },
    ],
    ['what looks like a comment in a value', '[default]\nx = a # b ; c\n', { default: { x: 'a # b ; c' } }],
    ['a value that goes on on the next line', '[default]\nx = a\n  b\n', { default: { x: 'a\nb' } }],
    [
      'a nested section, and settings after it',
      '[default]\ns3 =\n  a = b\nempty =\nregion = eu-west-1\n',
      { default: { s3: '', 's3.a': 'b', empty: '', region: 'eu-west-1' } },
    ],
    ['settings that are all indented', '[default]\n  x = 1\n  y = 2\n', { default: { x: '1', y: '2' } }],
    [
      'lone carriage returns',
      '[default]\rx = 1\r[profile a]\ry = 2\r',
      { default: { x: '1' }, a: { y: '2' } },
    ],
    [
      'settings for every section',
      '[DEFAULT]\nx = 1\ny = 1\n[default]\ny = 2\n',
      { default: { y: '2', x: '1' } },
    ],
  ];
  for (const [what, config, expected] of accepted) {
    test(`may have ${what}`, () => {
      const profiles = profilesFrom(config);
      assert.deepEqual(
        Object.fromEntries(profiles.names.map((name) => [name, profiles.profile(name)])),
        expected,
      );
    });
  }

  const refused: readonly [string, string | Buffer, string, string][] = [
    [
      'a header without its end',
      '[default]\nx = 1\n[profile prod\ny = 2\n',
      ':3: a section header has no closing bracket',
      'end it with ]:',
    ],
    [
      'a setting before the first header',
      'x = 1\n',
      ':1: a setting is before the first section',
      'put a header such as [default] above it:',
    ],
    [
      'a line that is neither',
      '[default]\nx = 1\nsecret\n',
      ':3: a line is neither a [section] nor NAME = VALUE',
      'write it as NAME = VALUE, or put # before it:',
    ],
    [
      'a section twice',
      '[default]\n[profile a]\n[default]\n',
      ':3: [default] is there already, on line 1',
      'put the settings of both under one header, or rename one:',
    ],
    [
      'a setting twice',
      '[default]\nx = 1\nX = 2\n',
      ':3: x is in its section already, on line 2',
      'delete one of the two lines:',
    ],
    [
      'a nested line that is no setting',
      '[default]\ns3 =\n  secret\n',
      ':2: below s3 is a line that is not NAME = VALUE',
      'write it so, or put # before it:',
    ],
    [
      'settings for all sections that are too many',
      `[DEFAULT]\n${Array.from({ length: 300 }, (_, index) => `k${index} = 1\n`).join('')}${Array.from({ length: 300 }, (_, index) => `[profile p${index}]\n`).join('')}`,
      ':1: [DEFAULT] has 300 settings for each of 300 sections, which is too much',
      'move them to the sections that need them:',
    ],
    [
      'nested settings for all sections that are too many',
      `[DEFAULT]\na =\n${Array.from({ length: 300 }, (_, index) => ` k${index} = 1\n`).join('')}${Array.from({ length: 300 }, (_, index) => `[profile p${index}]\n`).join('')}`,
      ':1: [DEFAULT] has 301 settings for each of 300 sections, which is too much',
      'move them to the sections that need them:',
    ],
    [
      'text for all sections that is too much',
      `[DEFAULT]\na = ${'x'.repeat(50_000)}\n${Array.from({ length: 300 }, (_, index) => `[profile p${index}]\n`).join('')}`,
      ':1: [DEFAULT] has 1 settings for each of 300 sections, which is too much',
      'move them to the sections that need them:',
    ],
    [
      'too many settings in one section',
      `[default]\n${Array.from({ length: 1_001 }, (_, index) => `k${index} = 1\n`).join('')}`,
      ':1: its section has 1001 settings, more than 1000',
      'delete those that are not used:',
    ],
    [
      'too many sections',
      Array.from({ length: 10_001 }, (_, index) => `[p${index}]\n`).join(''),
      ':10001: the file has more than 10000 sections',
      'delete those that are not used:',
    ],
    ['a byte order mark', '\uFEFF[default]\n', ':1: the file begins with a byte order mark', ''],
    [
      'bytes that are no UTF-8',
      Buffer.from('[default]\nx = \xfc\n', 'latin1'),
      ':2: the file is not UTF-8',
      'if it is Latin-1, for example',
    ],
    ['UTF-16', Buffer.from('\uFEFF[default]\n', 'utf16le'), ':1: the file is UTF-16, not UTF-8', ''],
  ];
  for (const [what, config, message, say] of refused) {
    test(`is refused for ${what}, with its line, when a profile is asked for`, () => {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
      const [AWS_CONFIG_FILE, none] = [join(folder.path, 'config'), join(folder.path, 'none')];
      writeFileSync(AWS_CONFIG_FILE, config);
      const profiles = createProfileReader()({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: none });
      for (const look of [
        () => profiles.profile('default'),
        () => profiles.names,
        () => profiles.accounts(),
      ]) {
        assert.throws(look, (error) => {
          assert.ok(error instanceof XacctError);
          assert.equal(error.message, `${AWS_CONFIG_FILE}${message}`);
          assert.equal(error.hint?.say ?? '', say);
          assert.ok(error.hint?.run?.some((word) => word.includes(AWS_CONFIG_FILE)));
          return true;
        });
      }
    });
  }

  test('are empty where a file is /dev/null, a folder or a pipe, and refused where it cannot be read', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
    for (const path of ['/dev/null', folder.path]) {
      const profiles = createProfileReader()({ AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: path });
      assert.deepEqual(profiles.names, []);
    }
    const AWS_CONFIG_FILE = join(folder.path, 'loop');
    symlinkSync(AWS_CONFIG_FILE, AWS_CONFIG_FILE);
    const profiles = createProfileReader()({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
    assert.throws(() => profiles.names, {
      code: 'config-invalid',
      message: /^cannot read .*loop \(ELOOP\)$/,
    });
  });

  test('are not looked for in a HOME that is not UTF-8', () => {
    assert.throws(() => createProfileReader()({ HOME: '/home/j\uFFFDrg' }), { message: 'HOME is not UTF-8' });
  });

  test('are not the usual ones where a variable for a file is empty', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
    mkdirSync(join(folder.path, '.aws'));
    writeFileSync(join(folder.path, '.aws', 'config'), '[profile a]\n');
    writeFileSync(join(folder.path, '.aws', 'credentials'), '[b]\n');
    const names = (env: Record<string, string>) => createProfileReader()({ HOME: folder.path, ...env }).names;
    assert.deepEqual(names({ AWS_CONFIG_FILE: '' }), ['b']);
    assert.deepEqual(names({ AWS_SHARED_CREDENTIALS_FILE: '' }), ['a']);
  });

  test('leave nothing of a secret behind in memory: what is kept is no view of the file', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
    const path = join(folder.path, 'credentials');
    const secret = randomBytes(24);
    const id = 'AKIAEXAMPLE'.padEnd(40, '0');
    writeFileSync(
      path,
      `[dev]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret.toString('hex')}\n`,
    );
    const readProfiles = createProfileReader();
    assert.equal(readProfiles({ AWS_SHARED_CREDENTIALS_FILE: path, AWS_CONFIG_FILE: '' }).names[0], 'dev');
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    const heap = await text(getHeapSnapshot());
    assert.ok(heap.includes(id) && !heap.includes(secret.toString('hex')));
  });

  test('say where a setting is, in the file that it is taken from', () => {
    const profiles = profilesFrom(
      '[profile a]\nregion = x\n\n[profile b]\nregion = y\n',
      '[b]\nregion = z\n[c]\n',
    );
    assert.equal(profiles.where('a', 'region'), '~/.aws/config:2');
    assert.equal(profiles.where('b'), '~/.aws/config:4');
    assert.equal(profiles.where('b', 'region'), '~/.aws/credentials:2');
    assert.equal(profiles.where('c'), '~/.aws/credentials:3');
  });

  test('are read without their secrets, and an edit of a secret still shows', () => {
    const keys = (secret: string, token: string) =>
      `[dev]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = ${secret}\naws_session_token = ${token}\n`;
    const profiles = profilesFrom('', keys('canary-one', 'canary-two'));
    const settings = profiles.profile('dev');
    assert.equal(settings?.aws_access_key_id, 'AKIAEXAMPLE');
    assert.doesNotMatch(inspect([profiles, settings], { depth: null }), /canary/);
    for (const other of [keys('canary-3', 'canary-two'), keys('canary-one', 'canary-3')]) {
      assert.notDeepEqual(profilesFrom('', other).profile('dev'), settings);
    }
  });

  test('have no profile that only the prototype of an object has', () => {
    const profiles = profilesFrom('[profile dev]\nregion = eu-west-1\n');
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.equal(profiles.profile(name), undefined);
      assert.equal(profiles.section('sso-session', name), undefined);
    }
  });

  test('may have a profile and a setting whose names an object has by itself', () => {
    const profiles = profilesFrom('[profile __proto__]\nconstructor = 1\n__proto__ = 2\n');
    assert.deepEqual(Object.entries(profiles.profile('__proto__') ?? {}), [
      ['constructor', '1'],
      ['__proto__', '2'],
    ]);
    assert.equal(Object.hasOwn(Object.prototype, 'constructor') && 'region' in {}, false);
  });

  test('have the settings of the credentials file on top', () => {
    const profiles = profilesFrom(
      '[profile dev]\nregion = eu-west-1\noutput = json\n',
      '[dev]\nregion = us-east-1\n',
    );
    assert.deepEqual(profiles.profile('dev'), { region: 'us-east-1', output: 'json' });
  });

  test('have of [default] and [profile default] the later one', () => {
    assert.deepEqual(
      profilesFrom('[default]\nregion = a\n[profile default]\noutput = json\n').profile('default'),
      {
        output: 'json',
      },
    );
  });

  test('are empty where there are none', () => {
    const profiles = createProfileReader()({ HOME: '/nowhere' });
    assert.deepEqual([profiles.names, profiles.profile('default')], [[], undefined]);
    assert.deepEqual(
      [profiles.configFile, profiles.credentialsFile],
      ['/nowhere/.aws/config', '/nowhere/.aws/credentials'],
    );
  });

  test('are those that the caller names, with ~ for the caller’s HOME', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'profiles-'));
    mkdirSync(join(folder.path, 'aws'));
    writeFileSync(join(folder.path, 'aws', 'mine'), '[profile mine]\nregion = eu-west-1\n');
    const { names, configFile } = createProfileReader()({ HOME: folder.path, AWS_CONFIG_FILE: '~/aws/mine' });
    assert.deepEqual([names, configFile], [['mine'], join(folder.path, 'aws', 'mine')]);
  });
});
