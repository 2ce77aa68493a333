// `ecr-xacct explain`: its options. What it does is loaded when it runs.
import type { ExplainOptions } from '../../inspect/explain.ts';
import { type CommandContext, registryArgument } from '../command.ts';

const HELP = `
Asks nobody but the daemon, which says what is in its memory. Exits with 1 where
nobody can be found to be, or --mint fails.

Example: ecr-xacct explain 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1`;

export function explainCommand(context: CommandContext): void {
  const command = context.program
    .command('explain')
    .description('show who you are for a registry, and why: every step that leads there')
    .argument('<host>', 'the registry, or an image in it')
    .option('--mint', 'get a token, and ask AWS who you are')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (text: string, options: ExplainOptions) => {
      const { hostname } = registryArgument(command, text);
      const { showExplanation } = await import('../../inspect/explain.ts');
      if (!(await showExplanation(hostname, options, context))) context.setStatus(1);
    });
}
