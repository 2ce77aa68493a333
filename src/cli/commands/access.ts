// `ecr-xacct access`: who may pull from a registry or a repository, and push to it.
import type { AccessOptions } from '../../grants/access.ts';
import { type CommandContext, withUsage } from '../command.ts';

const HELP = `
Reads the registry's policy and the repository's own; HOST alone reads those of
all repositories. Statements that grant did not write are shown as they are.
Principals of the registry's own account need no statement.

Example: ecr-xacct access 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app`;

export function accessCommand(context: CommandContext): void {
  const command = context.program
    .command('access')
    .description('show whom the policies of a registry let pull and push')
    .argument('<host>', 'HOST, or HOST/repository')
    .option('--profile <name>', "be this profile of the registry's account")
    .option('--json', 'print JSON')
    .addHelpText('after', HELP);
  command.action(async (text: string, options: AccessOptions) => {
    const { showAccess } = await import('../../grants/access.ts');
    await withUsage(command, () => showAccess(text, options, context));
  });
}
