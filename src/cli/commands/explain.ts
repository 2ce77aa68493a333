// `ecr-xacct explain`: the options. The code behind them is loaded when it runs.

import { imageDomain } from '../../docker/image-domain.ts';
import { parseRegistryOrImage } from '../../docker/server-url.ts';
import type { ExplainOptions } from '../../inspect/explain.ts';
import type { CommandContext } from '../command.ts';

const HELP = `
It shows each step of the choice, and what the daemon has in memory. The arrow
is the result: the identity, or the one command that fixes it. AWS is asked
only with --mint. It exits with 1 if no identity applies, if the identity
cannot be used, or if --mint fails.

Example: ecr-xacct explain 111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1`;

export function explainCommand(context: CommandContext): void {
  const command = context.program
    .command('explain')
    .description('show which AWS identity a registry has, and why, step by step')
    .argument('<host>', 'the registry, or an image in it')
    .option('--mint', 'get a token, and ask AWS who you are')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (text: string, options: ExplainOptions) => {
      // A registry that is not ECR is explained, too.
      const hostname = parseRegistryOrImage(text)?.hostname ?? imageDomain(text);
      if (hostname === undefined) return command.error(`error: '${text}' is neither a hostname nor an image`);
      const { showExplanation } = await import('../../inspect/explain.ts');
      if (!(await showExplanation(hostname, options, context))) context.setStatus(1);
    });
}
