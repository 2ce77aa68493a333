// `ecr-xacct help` and `ecr-xacct version`: the same as --help and --version, typed as words; and the variables.
import type { Command } from 'commander';
import { screenOf } from '../../terminal/screen.ts';
import { wrap } from '../../terminal/text-width.ts';
import { VARIABLES } from '../../variables.ts';
import type { CommandContext } from '../command.ts';

export function helpCommand({ program, version, streams, invocation }: CommandContext): void {
  program
    .command('help', { hidden: true })
    .argument('[command...]')
    .action(async (words: string[]) => {
      if (words[0] === 'environment') {
        const { width } = screenOf(streams.stdout, invocation.env);
        return void streams.stdout.write(variablesText(width));
      }
      let meant: Command = program;
      for (const [index, word] of words.entries()) {
        // Words after a command are ignored: help must not run it.
        if (meant.commands.length === 0) break;
        const below = meant.commands.find((command) => command.name() === word);
        // The parser reports the unknown word and the nearest command.
        if (below === undefined) return void (await meant.parseAsync(words.slice(index), { from: 'user' }));
        meant = below;
      }
      meant.outputHelp();
    });
  program.command('version', { hidden: true }).action(() => void streams.stdout.write(`${version}\n`));
}

/** `width`: columns. */
function variablesText(width: number): string {
  return VARIABLES.map(({ name, meaning }) => {
    const lines = wrap(meaning.replaceAll('`', ''), width - 2).map((line) => `  ${line}\n`);
    return `${name}\n${lines.join('')}`;
  }).join('\n');
}
