// `ecr-xacct access`: who may pull from a registry or a repository, and push to it.
import { Option } from 'commander';
import type { AccessOptions } from '../../grants/access.ts';
import { ACCESS_FORMATS } from '../../grants/format.ts';
import { type CommandContext, withUsage } from '../command.ts';

const HELP = `
It reads the registry's policy and the repository's. HOST alone reads those of
all repositories. Statements that grant did not write are shown, too.
Principals of the registry's own account need no statement. With --format csv,
notes and warnings are on stderr.

Examples:
  ecr-xacct access 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app
  ecr-xacct access 111122223333.dkr.ecr.us-east-1.amazonaws.com --format csv`;

export function accessCommand(context: CommandContext): void {
  const command = context.program
    .command('access')
    .description('show who may pull and push, by the policies of a registry')
    .argument('<host>', 'HOST, or HOST/repository')
    .option('--profile <name>', "use this profile of the registry's account")
    .addOption(
      new Option('--format <format>', 'how to print it').choices([...ACCESS_FORMATS]).conflicts('json'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText('after', HELP);
  command.action(async (text: string, options: AccessOptions) => {
    const { showAccess } = await import('../../grants/access.ts');
    await withUsage(command, () => showAccess(text, options, context));
  });
}
