// `ecr-xacct status`: its options. What it does is loaded when it runs.
import type { StatusOptions } from '../../inspect/status.ts';
import type { CommandContext } from '../command.ts';

export function statusCommand(context: CommandContext): void {
  context.program
    .command('status')
    .description('show whether the daemon runs and what it holds; exits with 1 if it does not run')
    .option('--json', 'print JSON')
    .option('--watch', 'show it again every two seconds, until q or Ctrl-C')
    .addHelpText('after', '\nExample: ecr-xacct status --watch')
    .action(async (options: StatusOptions) => {
      const { showStatus } = await import('../../inspect/status.ts');
      if (!(await showStatus(options, context))) context.setStatus(1);
    });
}
