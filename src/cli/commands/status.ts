// `ecr-xacct status`: the options. The code behind them is loaded when it runs.
import type { StatusOptions } from '../../inspect/status.ts';
import type { CommandContext } from '../command.ts';

const HELP = `
It shows each registry that Docker's config.json, config.yaml and the daemon
have. ecr-xacct without a command does the same. It starts no daemon, and asks
AWS nothing. It exits with 1 if something waits for you: a sign-in, an MFA code,
a broken profile or file, a registry without an identity, a token that failed.

Examples:
  ecr-xacct status --watch
  ecr-xacct status --json`;

export function statusCommand(context: CommandContext): void {
  context.program
    .command('status')
    .description('show every registry, its identity, its sign-in and its token')
    .option('--json', 'print JSON')
    .option('--watch', 'show it again every two seconds, until q or Ctrl-C')
    .addHelpText('after', HELP)
    .action(async (options: StatusOptions) => {
      const { showStatus } = await import('../../inspect/status.ts');
      if (!(await showStatus(options, context))) context.setStatus(1);
    });
}
