// `ecr-xacct grant`: the options. The code behind them is loaded when it runs.
import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import type { GrantOptions } from '../../grants/request.ts';
import { type CommandContext, withUsage } from '../command.ts';

const HELP = `
Principals:
  444455556666                        an account, as its own policies allow
  arn:aws:iam::444455556666:role/ci   one role, or one user
  org:o-a1b2c3d4e5                    every account of an organization
  lambda:444455556666                 the Lambda functions of an account

HOST/repository is in the policy of that repository. HOST and HOST/prefix/* are
in the registry's policy. It reads the policy, merges, shows, asks and writes;
what others wrote in it stays. It uses a profile of the registry's account: the
first that may, or --profile.

Examples:
  ecr-xacct grant 444455556666 \\
    --on 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app
  ecr-xacct grant org:o-a1b2c3d4e5 --json --empty \\
    --on '111122223333.dkr.ecr.us-east-1.amazonaws.com/team/*'`;

const DEFAULT_WAIT = '2m';

export function grantCommand(context: CommandContext): void {
  const command = context.program
    .command('grant')
    .description('let other accounts, roles, an organization or Lambda pull from your registry')
    .argument('<principal...>', 'to: see below')
    .requiredOption('--on <registry>', 'HOST/repository, HOST/prefix/* or HOST')
    .option('--push', 'let them push as well')
    .option('--profile <name>', "use this profile of the registry's account")
    .option('-y, --yes', 'write without asking')
    .option('--dry-run', 'show what would change, and write nothing')
    .option('--json', 'print the policy as JSON, and write nothing')
    .option('--empty', 'begin with no policy; needs no credentials (with --dry-run or --json)')
    .addOption(policyOption().conflicts('empty'))
    .option('--upgrade-scope', "set the registry policy's scope to V2 where it is V1")
    .option('--wait [duration]', `wait for a role made seconds ago (${DEFAULT_WAIT})`, waitDuration)
    .addHelpText('after', HELP);
  command.action(async (principals: string[], { wait, ...options }: Options) => {
    const { grant } = await import('../../grants/grant.ts');
    const waitMs = wait === true ? parseDuration(DEFAULT_WAIT) : wait;
    const given = { ...options, ...(waitMs === undefined ? {} : { wait: waitMs }) };
    await withUsage(command, () => grant(principals, given, context));
  });
}

type Options = Omit<GrantOptions, 'wait'> & { wait?: true | number };

/** Shared with `revoke`. */
export function policyOption(): Option {
  return new Option('--policy <file>', 'begin with the policy in a file (with --dry-run or --json)');
}

function waitDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Write a duration like 90s or 5m.');
  return ms;
}
