// Prints the script with which a shell completes command lines.
import type { Writable } from 'node:stream';
import { script } from '@bomb.sh/tab';
import { BASH_COMPLETION } from './bash-completion.ts';

/** The library itself prints the scripts of the other shells on stdout. */
export function printScript(shell: string, program: string, stdout: Writable): void {
  if (shell === 'bash') stdout.write(BASH_COMPLETION);
  else script(shell, program, program);
}
