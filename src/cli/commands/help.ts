// `ecr-xacct help` and `ecr-xacct version`: what --help and --version say, for those who type a word.
import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

export function helpCommand({ program, version, streams }: CommandContext): void {
  program
    .command('help', { hidden: true })
    .argument('[command...]')
    .action(async (words: string[]) => {
      let meant: Command = program;
      for (const [index, word] of words.entries()) {
        // What would follow a command is of no matter here, and must not be done.
        if (meant.commands.length === 0) break;
        const below = meant.commands.find((command) => command.name() === word);
        // The parser says what is wrong with it, and what may be meant.
        if (below === undefined) return void (await meant.parseAsync(words.slice(index), { from: 'user' }));
        meant = below;
      }
      meant.outputHelp();
    });
  program.command('version', { hidden: true }).action(() => void streams.stdout.write(`${version}\n`));
}
