// Tests that hints are quoted for a shell: POSIX, and on Windows PowerShell.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { type Command, command, commandText, type Hint, hintLines, hintText } from '../../src/hint.ts';

describe('a command', () => {
  const rows: readonly [Command, posix: string, powershell: string][] = [
    [['export', 'AWS_PROFILE=NAME'], 'export AWS_PROFILE=NAME', '$env:AWS_PROFILE = "NAME"'],
    [
      ['export', 'AWS_ACCESS_KEY_ID=…', 'AWS_SECRET_ACCESS_KEY=…'],
      'export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…',
      '$env:AWS_ACCESS_KEY_ID = "…"; $env:AWS_SECRET_ACCESS_KEY = "…"',
    ],
    [
      ['export', 'ECR_XACCT_CONFIG=$PWD/my config.yaml'],
      'export ECR_XACCT_CONFIG="$PWD/my config.yaml"',
      '$env:ECR_XACCT_CONFIG = "$PWD/my config.yaml"',
    ],
    [
      ['unset', 'AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN'],
      'unset AWS_ACCESS_KEY_ID AWS_SESSION_TOKEN',
      'Remove-Item Env:AWS_ACCESS_KEY_ID, Env:AWS_SESSION_TOKEN',
    ],
    [['env', '|', 'grep', '-i', '_proxy'], 'env | grep -i _proxy', 'Get-ChildItem Env:'],
    [
      ['$EDITOR', 'C:\\my files\\config.yaml'],
      `\${EDITOR:-vi} 'C:\\my files\\config.yaml'`,
      "notepad 'C:\\my files\\config.yaml'",
    ],
    [['ls', '-ld', '/home/you'], 'ls -ld /home/you', 'Get-Item /home/you'],
    [['chmod', 'u+w', 'a b'], "chmod u+w 'a b'", "attrib -r 'a b'"],
    [['sudo', 'chown', '$USER', '/a b'], `sudo chown "$USER" '/a b'`, `sudo chown "$USER" '/a b'`],
    [['sudo', 'timedatectl', 'set-ntp', 'true'], 'sudo timedatectl set-ntp true', 'w32tm /resync'],
    [
      ['aws', 'sso', 'login', '--profile', "d'ev"],
      "aws sso login --profile 'd'\\''ev'",
      "aws sso login --profile 'd''ev'",
    ],
  ];
  for (const [command, posix, powershell] of rows) {
    test(`${posix} is put so for both shells.`, () => {
      assert.equal(commandText(command, false), posix);
      assert.equal(commandText(command, true), powershell);
    });
  }

  test('is of the words that are written, and of what is filled in, whatever is in that.', () => {
    const name = 'my dev; x';
    assert.deepEqual(command`aws login --profile ${name}`, ['aws', 'login', '--profile', name]);
    assert.deepEqual(command`export X=${name}/y Z=${1}`, ['export', `X=${name}/y`, 'Z=1']);
    assert.deepEqual(command`${['a', 'b c']} --push`, ['a', 'b c', '--push']);
    assert.deepEqual(command`ls ${[]} ${['x', '']} -l`, ['ls', 'x', '', '-l']);
    assert.deepEqual(command`ls ${''}`, ['ls', '']);
  });

  test('is read by a shell as the words that it is of, whatever is in them.', () => {
    const words = ["d'ev", 'a b', '$(id)', '`id`', '|', ';', '', '~/x', '$HOME/x', '"', '\\', '*'];
    const printed = execFileSync('sh', ['-c', commandText(['printf', '%s\\n', ...words], false)], {
      encoding: 'utf8',
    });
    assert.deepEqual(printed.split('\n').slice(0, -1), words);
  });

  test('fills in a folder of the shell at the beginning of a value, and nothing else.', () => {
    const setting = (value: string) => {
      const command = `${commandText(['export', `X=${value}`], false)}; printf %s "$X"`;
      const env = { HOME: '/home/you', PWD: '/work' };
      return execFileSync('sh', ['-c', command], { encoding: 'utf8', env, cwd: '/' });
    };
    assert.equal(setting('~/my socket'), '/home/you/my socket');
    assert.equal(setting('$HOME/$(id)`id`"\\$HOME'), '/home/you/$(id)`id`"\\$HOME');
    assert.equal(setting('a$HOME/x'), 'a$HOME/x');
  });
});

describe('a hint', () => {
  const run = ['ping'];
  const rows: readonly [Hint, string][] = [
    [{ run }, 'run: ping'],
    [{ say: 'try again' }, 'try again'],
    [{ say: 'to see why', run }, 'to see why, run: ping'],
    [{ say: 'check:', run }, 'check: ping'],
    [{ say: 'did you mean dev?', run }, 'did you mean dev? run: ping'],
    [{ by: 'its administrator', run }, 'its administrator runs: ping'],
    [
      { say: 'it must allow it', by: 'its administrator', run },
      'it must allow it; its administrator runs: ping',
    ],
    [{ say: 'set the clock:', run, next: { run } }, 'set the clock: ping; then run: ping'],
  ];
  for (const [hint, text] of rows) {
    test(`is put as ${text}.`, () => assert.equal(hintText(hint), text));
  }
});

describe('a hint for people has each command on a line of its own', () => {
  const run = command`aws sso login --profile ${'two words'}`;
  const rows: [Hint, string[]][] = [
    [{ run }, ['To fix it, run:', "  aws sso login --profile 'two words'"]],
    [{ say: 'to see why', run }, ['To see why, run:', "  aws sso login --profile 'two words'"]],
    [{ say: 'change it:', run: ['$EDITOR', '/a'] }, ['Change it:', `  \${EDITOR:-vi} /a`]],
    [{ say: 'did you mean dev?', run: ['x'] }, ['Did you mean dev?', '  x']],
    [{ by: 'an administrator', run: ['x'] }, ['To fix it, an administrator runs:', '  x']],
    [{ say: 'wait', next: { say: 'to go on', run: ['x'] } }, ['Wait', 'To go on, run:', '  x']],
    [{ say: 'one', run: ['x'], next: { run: ['y'] } }, ['One, run:', '  x', 'Then run:', '  y']],
    [{ say: 'it must let it', by: 'its owner', run: ['x'] }, ['It must let it; its owner runs:', '  x']],
    [{ say: 'again' }, ['Again']],
    // These are names.
    [{ say: 'ecr-xacct is to be run' }, ['ecr-xacct is to be run']],
    [{ say: 'arn:aws:iam::1:role/x is one' }, ['arn:aws:iam::1:role/x is one']],
    [{ say: '~/.aws/config is one' }, ['~/.aws/config is one']],
    [{}, []],
  ];
  for (const [hint, lines] of rows) {
    test(`as in ${lines[0]}`, () => assert.deepEqual(hintLines(hint), lines));
  }
});
