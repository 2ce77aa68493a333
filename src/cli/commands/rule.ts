// `ecr-xacct rule add|remove`: the options. The code behind them is loaded when they run.
import type { Command } from 'commander';
import type { RuleOptions, WriteOptions } from '../../setup/typed-rule.ts';
import { type CommandContext, withUsage } from '../command.ts';

const ADD_HELP = `
A pattern has * for the whole account, region, endpoint or suffix. Quote it. An
existing rule for the same name is changed. The change is shown first, and
"ecr-xacct setup --undo" undoes it.

Examples:
  ecr-xacct rule add 111122223333.dkr.ecr.us-east-1.amazonaws.com --profile dev
  ecr-xacct rule add '444455556666.dkr.ecr.*.amazonaws.com' --profile dev \\
    --role-arn arn:aws:iam::444455556666:role/EcrPull`;

const REMOVE_HELP = `
Example: ecr-xacct rule remove '444455556666.dkr.ecr.*.amazonaws.com'`;

export function ruleCommand(context: CommandContext): void {
  const rule = context.program
    .command('rule')
    .description('add a rule to config.yaml, or remove one')
    .helpCommand(false)
    .addHelpText('after', '\nExample: ecr-xacct rule add public.ecr.aws --profile dev');
  const add = written(
    rule.command('add').description('set the profile or role of a registry, whatever else is set'),
  )
    .option('--profile <name>', 'this profile; with --role-arn, the one that assumes it')
    .option('--role-arn <arn>', 'a role, usually of the account of the registry')
    .option('--source-profile <name>', 'as --profile, with --role-arn')
    .option('--credential-source <source>', 'instead: Environment, EcsContainer …')
    .option('--web-identity-token-file <path>', 'instead: a file with a token')
    .option('--web-identity-token-env <name>', 'instead: a variable with a token')
    .option('--github-oidc [audience]', 'instead: the OIDC token of a job of GitHub Actions')
    .option('--service-account', "instead: the role of a pod's service account")
    .option('--external-id <id>', 'that the trust policy of the role asks for')
    .option('--role-session-name <name>', "the session's name in CloudTrail")
    .option('--duration-seconds <number>', "how long the role's session lasts")
    .option('--mfa-serial <serial>', 'the MFA device that the role asks for')
    .option('--region <region>', 'whose STS assumes the role')
    .option('--registry <host>', 'the ECR hostname behind a name of your own')
    .addHelpText('after', ADD_HELP)
    .action(async (host: string, options: RuleOptions) => {
      const { addRule } = await import('../../setup/rule.ts');
      await withUsage(add, () => addRule(host, options, context));
    });
  const remove = written(rule.command('remove').description('remove the rule of a hostname or a pattern'))
    .addHelpText('after', REMOVE_HELP)
    .action(async (host: string, options: WriteOptions) => {
      const { removeRule } = await import('../../setup/rule.ts');
      await withUsage(remove, () => removeRule(host, options, context));
    });
}

function written(command: Command): Command {
  return command
    .argument('<host>', 'the registry, an image in it, or a pattern')
    .option('-y, --yes', 'ask nothing')
    .option('--dry-run', 'show what would change, and change nothing');
}
