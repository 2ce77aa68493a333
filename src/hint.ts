// The fix for a failure, as data, and its text for a shell: POSIX, or PowerShell on Windows.

/**
 * A command, as a list of words. Words for the shell itself are `export NAME=VALUE…`, `unset NAME…`, `$EDITOR` as the
 * first word, and `$USER` after `chown`. A value of `export` may begin with `$HOME/`, `$PWD/` or `~/`. `['env', '|',
 * …]` filters the environment.
 */
export type Command = readonly string[];

/**
 * The words of a command, as in command`ls -l ${path}`. The literal text is split at blanks. A value stays part of its
 * word, whatever it contains; a list becomes one word for each item.
 */
export function command(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): Command {
  const words: string[] = [''];
  const add = (text: string) => words.push((words.pop() ?? '') + text);
  texts.forEach((text, index) => {
    const [first = '', ...others] = text.split(' ');
    add(first);
    words.push(...others);
    const value = values[index];
    if (typeof value === 'object') words.splice(-1, 1, ...value);
    else if (value !== undefined) add(`${value}`);
  });
  return words;
}

/** The fix for a failure: a command, a sentence, or both. */
export interface Hint {
  /** The text before the command, as in `to see why`; the whole hint if there is no command. */
  say?: string | undefined;
  /** With the profile that it must run as. */
  run?: Command | undefined;
  /** The person who runs it, if not the caller, as in `an administrator of 444455556666`. */
  by?: string | undefined;
  /** What to run after it. */
  next?: Hint | undefined;
}

/** The same hint with each of its texts changed. */
export function changedHint(hint: Hint, change: (text: string) => string): Hint {
  const { say, run, by, next } = hint;
  return {
    ...(say !== undefined && { say: change(say) }),
    ...(run && { run: run.map(change) }),
    ...(by !== undefined && { by: change(by) }),
    ...(next && { next: changedHint(next, change) }),
  };
}

/** The end of a line: `run: COMMAND`, `to see why, run: COMMAND`, `check: COMMAND`, `ADMINISTRATOR runs: COMMAND`. */
export function hintText({ say, run, by, next }: Hint): string {
  const after = next === undefined ? '' : `; then ${hintText(next)}`;
  if (run === undefined) return `${say ?? ''}${after}`;
  const command = `${commandText(run)}${after}`;
  if (by !== undefined) return `${say === undefined ? '' : `${say}; `}${by} runs: ${command}`;
  if (say === undefined) return `run: ${command}`;
  if (say.endsWith(':')) return `${say} ${command}`;
  return `${say}${say.endsWith('?') ? '' : ','} run: ${command}`;
}

/** Lines, each command whole on a line of its own: `To fix it, run:`, `  COMMAND`. */
export function hintLines({ say, run, by, next }: Hint, otherwise = 'To fix it,'): string[] {
  const after = next === undefined ? [] : hintLines(next, 'Then');
  const said = say === undefined ? undefined : withCapital(say);
  if (run === undefined) return [...(said === undefined ? [] : [said]), ...after];
  const runs = by === undefined ? ', run:' : `; ${by} runs:`;
  const intro =
    said === undefined ? `${otherwise} ${runs.slice(2)}` : /[:?]$/.test(said) ? said : said + runs;
  return [intro, `  ${commandText(run)}`, ...after];
}

/** A sentence starts with a capital. The name of a program or an ARN stays unchanged. */
function withCapital(line: string): string {
  return line.replace(/^[a-z](?=[a-z]*(?:[ ,?]|:(?: |$)|$))/, (letter) => letter.toUpperCase());
}

/** For the shell of this system. */
export function commandText(command: Command, isWindows = process.platform === 'win32'): string {
  const word = isWindows ? powershellWord : posixWord;
  const [program = '', ...args] = command;
  const rest = args
    .map((arg, index) => (arg === '$USER' && args[index - 1] === 'chown' ? '"$USER"' : word(arg)))
    .join(' ');
  switch (program) {
    case '$EDITOR':
      return isWindows ? `notepad ${rest}` : `\${EDITOR:-vi} ${rest}`;
    case 'env':
      return isWindows ? 'Get-ChildItem Env:' : command.join(' ');
    case 'export':
      return isWindows
        ? args.map((setting) => setting.replace(/^(\w+)=(.*)$/s, '$env:$1 = "$2"')).join('; ')
        : `export ${args.map(assignment).join(' ')}`;
    case 'unset':
      return isWindows ? `Remove-Item ${args.map((name) => `Env:${name}`).join(', ')}` : `unset ${rest}`;
  }
  if (!isWindows) return `${word(program)} ${rest}`.trimEnd();
  if (program === 'ls') return `Get-Item ${word(args.at(-1) ?? '')}`;
  if (program === 'chmod' && args[0] === 'u+w') return `attrib -r ${word(args.at(-1) ?? '')}`;
  if (program === 'sudo' && args[0] === 'timedatectl') return 'w32tm /resync';
  return `${word(program)} ${rest}`.trimEnd();
}

/** A value as one word of a shell: POSIX, or PowerShell on Windows. */
export function shellWord(text: string): string {
  return process.platform === 'win32' ? powershellWord(text) : posixWord(text);
}

function posixWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function powershellWord(text: string): string {
  return /^[\w+=:./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** `NAME=VALUE`. The shell expands a folder at the start of the value; `…` is for the reader to replace. */
function assignment(setting: string): string {
  const [, name = '', folder = '', value = ''] = /^(\w+=)(\$HOME\/|\$PWD\/|~\/)?(.*)$/s.exec(setting) ?? [];
  if (folder === '' || folder === '~/') return `${name}${folder}${value === '…' ? value : posixWord(value)}`;
  return `${name}"${folder}${value.replaceAll(/["\\$`]/g, '\\$&')}"`;
}
