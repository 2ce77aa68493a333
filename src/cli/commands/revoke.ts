// `ecr-xacct revoke`: its options. What it does is loaded when it runs.
import type { PolicyChangeOptions } from '../../grants/request.ts';
import { type CommandContext, forPeople } from '../command.ts';
import { policyOption } from './grant.ts';

const HELP = `
Principals and registries are written as for grant: see ecr-xacct grant --help.
Only what grant gave is taken back; what else lets them in is told.

Example: ecr-xacct revoke 444455556666 \\
  --on 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app`;

export function revokeCommand(context: CommandContext): void {
  const command = context.program
    .command('revoke')
    .description('take back what grant gave')
    .argument('<principal...>', 'from whom')
    .requiredOption('--on <registry>', 'HOST/repository, HOST/prefix/* or HOST')
    .option('--push', 'take back pushing only')
    .option('--profile <name>', "be this profile of the registry's account")
    .option('-y, --yes', 'write without asking')
    .option('--dry-run', 'show what would change, and write nothing')
    .option('--json', 'print the policy as JSON, and write nothing')
    .addOption(policyOption())
    .addHelpText('after', HELP);
  command.action(async (principals: string[], options: PolicyChangeOptions) => {
    const { revoke } = await import('../../grants/revoke.ts');
    await forPeople(command, context, () => revoke(principals, options, context));
  });
}
