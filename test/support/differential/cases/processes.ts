// Cases of how a credential_process runs: its words, its environment, its end.
import { A, type Case, type Kind, ONE, ofDev, prints, roleOf } from '../differential-case.ts';

/** Writes its arguments to a file, so that both runs can be compared, and prints keys. */
const ARGUMENTS = `#!/bin/sh\nprintf '<%s>\\n' "$@" >"$HOME/left"\nprintf '%s' '${A.json}'\n`;

function split(words: string, rest: Partial<Case> = {}): Case {
  return {
    name: words,
    config: `[profile dev]\ncredential_process = {HOME}/p ${words}\n`,
    files: { p: ARGUMENTS },
    ...rest,
  };
}

const SPLIT = [
  'a b',
  'a  b\t c',
  '"a b" c',
  "'a b' c",
  'a\\ b',
  '"a\\"b"',
  '"a\\b"',
  "'a\\b'",
  '"a\\\\b"',
  'a"b c"d',
  '""',
  "'' a",
  '$HOME',
  '"$HOME"',
  `\${USER}`,
  '~',
  '*',
  'a;b',
  'a ; b',
  'a | b',
  'a && b',
  'a > b',
  'a &',
  '`a`',
  '$(a)',
  'a # b',
  'a#b',
  '#a',
  'a ;b',
  '--x=y:z',
  'ü',
  '"a',
  "it's",
  'a\\',
  '"$"',
  '"\\$HOME"',
  '"a\\\nb"',
  '%d {a,b} [x]',
  'a\u00a0b',
  '(a)',
  'a=b',
  '"it\'s"',
];

const words: Case[] = [
  ...SPLIT.map((each) => split(each)),
  split('a\n  b'),
  split('a\n  b = c'),
  {
    name: 'quotes around the program',
    config: '[profile dev]\ncredential_process = "{HOME}/p" a\n',
    files: { p: ARGUMENTS },
  },
  {
    name: 'quotes around all of it',
    config: '[profile dev]\ncredential_process = "{HOME}/p a"\n',
    files: { p: ARGUMENTS },
  },
  {
    name: 'a blank in the path',
    config: '[profile dev]\ncredential_process = "{HOME}/my p" a\n',
    files: { 'my p': ARGUMENTS },
  },
  {
    name: 'a program on PATH',
    config: '[profile dev]\ncredential_process = cat {HOME}/out.json\n',
    files: prints(A.json).files,
  },
  {
    name: 'a program of a relative path',
    config: '[profile dev]\ncredential_process = ./p a\n',
    files: { p: ARGUMENTS },
  },
  {
    name: 'a program of a path with ~',
    config: '[profile dev]\ncredential_process = ~/p a\n',
    files: { p: ARGUMENTS },
  },
  {
    name: 'a program of a path with $HOME',
    config: '[profile dev]\ncredential_process = $HOME/p a\n',
    files: { p: ARGUMENTS },
  },
  {
    name: 'a variable before the program',
    config: '[profile dev]\ncredential_process = X=y {HOME}/p a\n',
    files: { p: ARGUMENTS },
  },
  { name: 'a program that is not there', config: '[profile dev]\ncredential_process = {HOME}/missing\n' },
  {
    name: 'a program that is not there, beside keys in config',
    config: `[profile dev]\ncredential_process = {HOME}/missing\n${A.lines}`,
  },
  {
    name: 'a file that cannot be executed',
    config: '[profile dev]\ncredential_process = {HOME}/p\n',
    files: { p: 'echo' },
  },
  { name: 'a builtin of the shell', config: `[profile dev]\ncredential_process = cd /\n` },
  {
    name: 'a pipe',
    config: '[profile dev]\ncredential_process = cat {HOME}/out.json | cat\n',
    files: prints(A.json).files,
  },
  {
    name: 'sh -c',
    config: `[profile dev]\ncredential_process = sh -c 'cat "$HOME/out.json" | cat'\n`,
    files: prints(A.json).files,
  },
];

const environment = (name: string): string =>
  `#!/bin/sh\nprintf '%s' "$${name}" >"$HOME/left"\nprintf '%s' '${A.json}'\n`;

function given(name: string, rest: Partial<Case> = {}): Case {
  return {
    name,
    config: '[profile dev]\ncredential_process = {HOME}/p\n',
    files: { p: environment(name) },
    ...rest,
  };
}

const surroundings: Case[] = [
  given('HOME'),
  given('AWS_PROFILE'),
  ...[
    'VAULT_TOKEN',
    'OP_SESSION_corp',
    'KRB5CCNAME',
    'WSL_INTEROP',
    'BROWSER',
    'SSH_AUTH_SOCK',
    'NODE_OPTIONS',
    'name',
  ].map((name) => given(name, { env: { [name]: '--no-warnings' } })),
  given('AWS_REGION', { env: { AWS_REGION: 'us-east-1' } }),
  given('AWS_DEFAULT_REGION'),
  given('AWS_ACCESS_KEY_ID', { profile: 'dev', env: { AWS_ACCESS_KEY_ID: A.id } }),
  given('PWD'),
  {
    name: 'stdin',
    config: '[profile dev]\ncredential_process = {HOME}/p\n',
    files: { p: `#!/bin/sh\ncat >"$HOME/left" </dev/null\nprintf '%s' '${A.json}'\n` },
  },
];

function ends(name: string, script: string, rest: Partial<Case> = {}): Case {
  return {
    name,
    config: '[profile dev]\ncredential_process = {HOME}/p\n',
    files: { p: `#!/bin/sh\n${script}\n`, 'out.json': A.json },
    ...rest,
  };
}

const endings: Case[] = [
  ends('0', 'cat "$HOME/out.json"'),
  ends('1', 'cat "$HOME/out.json"; exit 1'),
  ends('255', 'cat "$HOME/out.json"; exit 255'),
  ends('a signal', 'cat "$HOME/out.json"; kill -9 $$'),
  ends('words on stderr', 'echo hello >&2; cat "$HOME/out.json"'),
  ends('words on stderr and 1', 'echo hello >&2; exit 1'),
  ends(
    'many words on stderr',
    'i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done; cat "$HOME/out.json"',
  ),
  ends('bytes on stderr', 'printf \'\\377\\376\' >&2; cat "$HOME/out.json"'),
  ends('nothing', ':'),
  ends('1, beside keys in config', 'exit 1', {
    config: `[profile dev]\ncredential_process = {HOME}/p\n${A.lines}`,
  }),
  ends('1, as the source of a role', 'exit 1', {
    config: `[profile dev]\n${roleOf(ONE, 'two')}[profile two]\ncredential_process = {HOME}/p\n`,
  }),
];

export const processes: readonly Kind[] = [
  { title: 'A process is split into words without a shell.', cases: ofDev(words) },
  { title: 'A process has the environment and the folder of the caller.', cases: ofDev(surroundings) },
  { title: 'A process that ends with a failure has no credentials.', cases: ofDev(endings) },
];
