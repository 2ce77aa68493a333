// `ecr-xacct completion`: prints the script with which a shell completes this program's command lines.
import { Argument } from 'commander';
import type { CommandContext } from '../command.ts';

export function completionCommand({ program, invocation, streams }: CommandContext): void {
  program
    .command('completion')
    .description('print the script that lets a shell complete commands')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish', 'powershell']))
    .addHelpText('after', HELP)
    .action(async (shell: string) => {
      const { printScript } = await import('../completion/print-script.ts');
      printScript(shell, program.name(), streams.stdout);
    });
  // The scripts run this at each key press. They define its name.
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { complete } = await import('../completion/complete.ts');
      await complete(program, words, invocation);
    });
}

const HELP = `
Where it goes:
  bash        in ~/.bashrc:      source <(ecr-xacct completion bash)
  zsh         in ~/.zshrc, after compinit:
                                 source <(ecr-xacct completion zsh)
  fish        in ~/.config/fish/config.fish:
                                 ecr-xacct completion fish | source
  PowerShell  in your $PROFILE:  ecr-xacct completion powershell |
                                   Out-String | Invoke-Expression

Example: ecr-xacct completion bash`;
