// Terminal sessions as files: commands with their output. `[..]` is any text within a line; a line `...` is any lines.
import type { SessionMachine } from './session-machine.ts';

/** One command of a session. */
export interface SessionStep {
  readonly command: string;
  /** The text of a line `< TEXT` after the command, which is typed into it. */
  readonly input: string;
  /** Lines of stdout and stderr together, as on a terminal of 80 columns. */
  readonly output: string;
  /** 0, unless the output ends with a line `[exit STATUS]`. */
  readonly status: number;
}

export interface Session {
  /** What the session shows: the lines before the first command, without their `#`. */
  readonly about: string;
  readonly steps: readonly SessionStep[];
}

/** The session in such a file, or in a block of a document. */
export function parseSession(text: string): Session {
  const [about = '', ...rest] = `\n${text}`.split(/\n\$ /);
  return { about: about.replace(/^# ?/gm, '').trim(), steps: rest.map(parseStep) };
}

function parseStep(text: string): SessionStep {
  const [command = '', ...lines] = text.trimEnd().split('\n');
  // A command continues after a backslash or a pipe at the end of a line, and a here-document up to END.
  let words = command;
  const goesOn = () => /[\\|]$/.test(words) || (/<<'END'/.test(words) && !/\nEND$/.test(words));
  while (goesOn() && lines.length > 0) words += `\n${lines.shift()}`;
  const input = lines[0]?.startsWith('< ') ? `${lines.shift()?.slice(2)}\n` : '';
  const [, status] = /^\[exit (\d+)\]$/.exec(lines.at(-1) ?? '') ?? [];
  if (status !== undefined) lines.pop();
  return { command: words, input, output: lines.join('\n'), status: Number(status ?? 0) };
}

/** Whether the output is that of the session. */
export function isAsWritten(expected: string, printed: string): boolean {
  const lines = expected.split('\n').map((line) => {
    if (line === '...') return '(?:.*\n)*?';
    return `${line.split('[..]').map(literal).join('.*?')}\n`;
  });
  return new RegExp(`^${lines.join('')}$`).test(expected === '' ? printed || '\n' : `${printed}\n`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Runs a step in a shell. @returns its output, with the paths of a user `you`. */
export async function runStep(
  { command, input }: SessionStep,
  { product, env }: SessionMachine,
): Promise<{ printed: string; status: number | null }> {
  const ran = await product.run(['bash', '-c', `{ ${command}\n} 2>&1`], { input, env, showsSecret: true });
  const printed = ran.stdout
    // A slow machine prints this.
    .replace(/^(?:Asking|Getting) .* …(?: \d+ s)?\n/gm, '')
    .replaceAll(product.home, '/home/you')
    .replaceAll(product.runtime, '/run/user/1000');
  return { printed: printed.trimEnd(), status: ran.status };
}
