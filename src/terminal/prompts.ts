// Questions on a terminal, for the commands that change something.
import type { Readable, Writable } from 'node:stream';
import { XacctError } from '../errors.ts';
import type { Command } from '../hint.ts';
import type { Streams } from '../invocation.ts';

/**
 * The streams of a question. clack takes its colours from Node, without an option: they match the screen's, unless
 * NO_COLOR and FORCE_COLOR are both set.
 */
export interface Terminal {
  input: Readable;
  output: Writable;
}

/** @throws XacctError `usage` if there is no terminal; `yes` is the command that asks nothing. */
export function terminalOf({ stdin, stdout }: Streams, yes: Command): Terminal {
  if (isTerminal(stdin) && isTerminal(stdout)) return { input: stdin, output: stdout };
  throw new XacctError('usage', 'there is no terminal to ask on', { hint: { run: yes } });
}

/** Whether the user answers yes. @throws XacctError `cancelled` if the user presses Ctrl-C or Escape. */
export async function isConfirmed(message: string, terminal: Terminal): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return given(await confirm({ ...terminal, message }));
}

/** A prompt returns a symbol only for Ctrl-C and Escape. @throws XacctError `cancelled` */
export function given<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === 'symbol') throw new XacctError('cancelled', 'cancelled: nothing was changed');
  return answer as Exclude<T, symbol>;
}

export function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
