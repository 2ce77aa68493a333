// Runs a program on its own terminal, made by script(1), and types its input.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** Needs util-linux's script(1), as Debian has it: on other systems, script(1) has other options. */
export const skipWithoutTerminal: string | false =
  process.platform === 'linux' ? false : 'needs script(1) of util-linux';

/** Milliseconds: a limit for a program that asks something unexpected. */
const DEADLINE = 30_000;

/** Disposing ends the program. */
export interface Terminal extends Disposable {
  /**
   * Waits until the program has written this text (without escapes) since the last wait. Otherwise throws what it
   * wrote.
   */
  shows(text: RegExp): Promise<void>;
  type(keys: string): void;
  /** Changes the window's size, which the program learns by SIGWINCH. */
  resize(columns: number, rows: number): void;
  /** The exit status, or null if it did not end in time; its output without escapes, and with them. */
  end(): Promise<{ status: number | null; text: string; raw: string }>;
}

/** Arrows as a terminal sends them; `clear` empties the line. */
export const KEYS = {
  enter: '\r',
  space: ' ',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  clear: '\u0015',
  escape: '\u001b',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
};

/** Runs a command line of the shell. */
export function openTerminal(command: string, env: Readonly<Record<string, string>>): Terminal {
  // By default, the terminal has no size.
  const sized = `stty cols 80 rows 24; ${command}`;
  const child = spawn(
    '/usr/bin/script',
    ['--quiet', '--return', '--flush', '--command', sized, '/dev/null'],
    {
      env: { SHELL: '/bin/sh', TERM: 'xterm', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  let raw = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
  });
  const unseen = () => stripVTControlCharacters(raw.slice(seen));
  const deadline = AbortSignal.timeout(DEADLINE);
  deadline.addEventListener('abort', () => child.kill('SIGKILL'));
  return {
    shows: async (text) => {
      while (!text.test(unseen())) {
        if (child.exitCode !== null) throw new Error(`it ended and showed ${JSON.stringify(unseen())}`);
        const more = once(child.stdout, 'data', { signal: deadline });
        await Promise.race([more, ended]).catch((cause: unknown) => {
          throw new Error(`it showed ${JSON.stringify(unseen())}, not ${text}`, { cause });
        });
      }
      seen = raw.length;
    },
    type: (keys) => child.stdin.write(keys),
    resize: (columns, rows) => {
      const [shell] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
      const device = readlinkSync(`/proc/${shell}/fd/0`);
      execFileSync('stty', ['-F', device, 'cols', `${columns}`, 'rows', `${rows}`]);
    },
    end: async () => {
      const [status] = await ended;
      return { status, text: stripVTControlCharacters(raw), raw };
    },
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  };
}
