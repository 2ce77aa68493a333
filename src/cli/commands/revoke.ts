// `ecr-xacct revoke`: the options. The code behind them is loaded when it runs.
import type { PolicyChangeOptions } from '../../grants/request.ts';
import { type CommandContext, withUsage } from '../command.ts';
import { policyOption } from './grant.ts';

const HELP = `
Write principals and registries as for grant: see ecr-xacct grant --help.
It removes only what grant wrote, and says what else lets them in.

Example: ecr-xacct revoke 444455556666 \\
  --on 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app`;

export function revokeCommand(context: CommandContext): void {
  const command = context.program
    .command('revoke')
    .description('take back what grant gave')
    .argument('<principal...>', 'from: as for grant')
    .requiredOption('--on <registry>', 'HOST/repository, HOST/prefix/* or HOST')
    .option('--push', 'take back pushing only')
    .option('--profile <name>', "use this profile of the registry's account")
    .option('-y, --yes', 'write without asking')
    .option('--dry-run', 'show what would change, and write nothing')
    .option('--json', 'print the policy as JSON, and write nothing')
    .addOption(policyOption())
    .addHelpText('after', HELP);
  command.action(async (principals: string[], options: PolicyChangeOptions) => {
    const { revoke } = await import('../../grants/revoke.ts');
    await withUsage(command, () => revoke(principals, options, context));
  });
}
